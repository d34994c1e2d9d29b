"""`bench`: the figures of this build as a table. The measures live beside the tests; docs/benchmarks.md explains."""

from importlib import import_module
from pathlib import Path
from typing import Any

import click
from flask_babel import gettext as _

from app.errors import UnknownName

from .answer import REFUSED, Answer, Command, answers

FOLDER = Path(__file__).resolve().parents[2] / "tests" / "bench"


@click.command("bench", cls=Command)
@click.argument("names", nargs=-1)
@answers(needs_schema=False)
def bench(names: tuple[str, ...]) -> Answer:
    """Measure, all or by NAME: what it took, what the bare work takes, and the ratio we allow."""
    known = [path.stem.removeprefix("bench_") for path in sorted(FOLDER.glob("bench_*.py"))]
    for name in names:
        if name not in known:
            raise UnknownName(
                _("There is no benchmark called %(name)s. There are: %(names)s", name=name, names=", ".join(known))
            )
    rows: list[Any] = []
    for name in names or known:
        click.echo(f"... {name}", err=True)
        rows += import_module(f"tests.bench.bench_{name}").measure()
    return Answer(
        data=[vars(row) if hasattr(row, "__dict__") else row._asdict() for row in rows],
        text=[_line("", "ours", "floor", "ratio", "limit"), *map(_row, rows)],
        exit_code=0 if all(row.ratio <= row.limit for row in rows) else REFUSED,
    )


def _row(row: Any) -> str:
    verdict = "" if row.ratio <= row.limit else "  TOO SLOW"
    return _line(row.name, f"{row.ours:.3f}", f"{row.floor:.3f}", f"{row.ratio:.2f}", f"{row.limit:.2f}") + verdict


def _line(name: str, *cells: str) -> str:
    return f"{name:<60}" + "".join(f"{cell:>10}" for cell in cells)
