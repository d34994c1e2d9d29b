"""Reads one file that was sent in, in a process of its own (R74 to R77): `python -m app.work.read_file`.

It gets its order from app/roster/confined.py on standard input, and sends back plain values of the roster.
"""

import contextlib
import json
import os
import pickle
import resource
import sys
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

from flask import Flask
from flask_babel import Babel

from app.errors import AppError, RosterUnreadable, trail
from app.roster import Roster
from app.roster.confined import LISTS, PIECE, ROOT, too_much
from app.roster.openers import TASKS, import_adapter


def main() -> None:
    """Reads the file of the order on standard input and sends its roster to standard output."""
    sent = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # whatever a library prints is no answer
    order = json.loads(sys.stdin.buffer.read())
    import_adapter(order["source"])
    _lock_in(order["memory"], order["seconds"])
    for answer in _answers(order):
        pickle.dump(answer, sent, protocol=5)
    sent.flush()


def _lock_in(memory: int, seconds: int) -> None:
    for what, most in (
        (resource.RLIMIT_AS, memory),
        (resource.RLIMIT_CPU, seconds),
        (resource.RLIMIT_FSIZE, 0),
        (resource.RLIMIT_CORE, 0),
    ):
        resource.setrlimit(what, (most, most))


def _answers(order: dict[str, Any]) -> Iterator[tuple[Any, ...]]:
    with _in_language(order["locale"]):
        try:
            whole = _read(order)
        except AppError as refusal:
            yield "refused", type(refusal).__name__, refusal.message
        except MemoryError:
            yield "refused", RosterUnreadable.__name__, too_much().message
        except Exception as mistake:
            yield "broken", trail(mistake)
        else:
            yield from [("look", whole)] if isinstance(whole, str) else _pieces(whole)


def _read(order: dict[str, Any]) -> Roster | str:
    """The roster in the files, or what a look at them says (order["task"])."""
    paths, today = [Path(path) for path in order["paths"]], date.fromisoformat(order["today"])
    done = TASKS[order["task"]][order["source"]](paths, order["brin"], today, **order["options"])
    return done if isinstance(done, str) else done.fetch()


def _pieces(whole: Roster) -> Iterator[tuple[Any, ...]]:
    for name in LISTS:
        records = getattr(whole, name)
        for start in range(0, len(records), PIECE):
            yield "records", name, records[start : start + PIECE]
    yield "roster", replace(whole, **dict.fromkeys(LISTS, ()))


@contextlib.contextmanager
def _in_language(locale: str) -> Iterator[None]:
    """Sentences in the language of who asked, from the catalogue of the product."""
    app = Flask("app", root_path=str(ROOT / "app"))
    Babel(app, default_locale=locale, default_translation_directories=str(ROOT / "app" / "translations"))
    with app.app_context():
        yield


if __name__ == "__main__":
    main()
