"""How the files of a source are opened, by its id. Each adapter is imported when its own file is read: the process
that reads one file needs no other, and starts in half the time (R74).
"""

from collections.abc import Callable, Mapping, Sequence
from datetime import date
from importlib import import_module
from pathlib import Path
from typing import Any, Final

from . import RosterSource


def import_adapter(source: str) -> None:
    """The code for files of this source, with all that it needs: to be done before memory is short."""
    import_module(f"{__package__}.{source.replace('-', '_')}")


def _edexml(paths: Sequence[Path], brin: str, today: date) -> RosterSource:
    from .edexml import EdexmlSource

    return EdexmlSource(paths[0], brin, today)


def _edex2000(paths: Sequence[Path], brin: str, today: date) -> RosterSource:
    from .edex2000 import Edex2000Source

    return Edex2000Source(paths, brin, today)


def _oneroster_csv(paths: Sequence[Path], brin: str, today: date) -> RosterSource:
    from .oneroster_csv import OneRosterFiles

    return OneRosterFiles(paths, brin, today)


def _sds_csv(paths: Sequence[Path], brin: str, today: date) -> RosterSource:
    from .sds_csv import SdsFiles

    return SdsFiles(paths, brin, today)


def _practice(paths: Sequence[Path], brin: str, today: date) -> RosterSource:
    from .practice import PracticeSource, described_school

    return described_school(Path(paths[0]), brin, today) if paths else PracticeSource(brin, today)


def _table(paths: Sequence[Path], brin: str, today: date, mapping: str | None = None) -> RosterSource:
    """`mapping` as JSON: it goes to the process that reads the file."""
    from .table import Mapping, TableSource

    return TableSource(paths, brin, today, Mapping.from_json(mapping) if mapping else None)


def _look_at_table(paths: Sequence[Path], _brin: str, today: date, **options: Any) -> str:
    from .table import look_with

    return look_with(paths, today, **options).to_json()


type_Openers = Mapping[str, Callable[..., Any]]

OPEN: Final[type_Openers] = {
    "edexml": _edexml,
    "edex2000": _edex2000,
    "oneroster-csv": _oneroster_csv,
    "sds-csv": _sds_csv,
    "practice": _practice,
    "table": _table,
}
LOOK: Final[type_Openers] = {"table": _look_at_table}
TASKS: Final[Mapping[str, type_Openers]] = {"open_files": OPEN, "look": LOOK}
