"""A file is read in a process of its own, with little memory, little time and no way to the database (R74 to R77).

The file may be hostile or enormous: whatever happens to that process, here it ends in one clear sentence. What it read
comes back as plain values of the roster and nothing else; other types are refused.
"""

import contextlib
import json
import os
import pickle
import subprocess
import sys
import threading
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import IO, Any, Final

from flask_babel import get_locale
from flask_babel import gettext as _

from app import errors
from app.errors import AppError, RosterUnreadable

from . import Roster, type_Progress

ROOT: Final = Path(__file__).resolve().parents[2]
MOST_SENT: Final = 1 << 29  # bytes that come back
PIECE: Final = 2_000  # records sent together
LISTS: Final = (
    "locations",
    "groups",
    "pupils",
    "guardians",
    "guardianships",
    "staff",
    "messages",
    "joined",
    "parted",
    "details",
)
VALUES: Final = ("ABSENT", "Kind", "Roster", "RosterMessage", "RosterLocation", "RosterGroup", "RosterPupil")
LINKS: Final = ("RosterGuardian", "RosterGuardianship", "RosterStaff", "RosterMembership", "RosterDetails")
PLAIN: Final = frozenset({("datetime", "date"), *(("app.roster", name) for name in VALUES + LINKS)})


class ConfinedSource:
    """The file source of this id, read in another process. `options` are plain values for its adapter."""

    task = "open_files"
    memory = 1 << 30  # bytes of address space, libraries included
    seconds = 240  # on the processor; and half as many more by the clock

    def __init__(self, source: str, paths: Sequence[Path], brin: str, today: date, options: dict[str, Any]) -> None:
        self._order = {
            "source": source,
            "paths": [str(Path(path).resolve()) for path in paths],
            "brin": brin,
            "today": today.isoformat(),
            "options": options,
            "task": self.task,
        }

    def fetch(self, progress: type_Progress | None = None) -> Any:
        """The whole roster. Raises RosterUnreadable, or what the adapter said."""
        more = {"locale": str(get_locale() or "nl"), "memory": self.memory, "seconds": self.seconds}
        with _reader(json.dumps(self._order | more).encode(), self.seconds * 1.5) as answers:
            return _received(answers, progress)


class ConfinedLook(ConfinedSource):
    """A look at files before they are read, in another process; `fetch` gives the text that the adapter made of it."""

    task = "look"
    seconds = 40  # somebody waits for it


@contextlib.contextmanager
def _reader(order: bytes, seconds: float) -> Iterator[IO[bytes]]:
    """The answers of a process that reads the file of this order. It never outlives this block."""
    process = subprocess.Popen(
        [sys.executable, "-m", "app.work.read_file"],
        cwd=ROOT,
        env={name: os.environ[name] for name in ("PATH", "TZ") if name in os.environ} | {"PYTHONSAFEPATH": ""},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    timer = threading.Timer(seconds, process.kill)
    timer.daemon = True
    timer.start()
    try:
        with contextlib.suppress(BrokenPipeError), process.stdin as put:  # type: ignore[union-attr]
            put.write(order)
        yield process.stdout  # type: ignore[misc]
    finally:
        timer.cancel()
        process.kill()
        process.stdout.close()  # type: ignore[union-attr]
        process.wait()


class _Counted:
    """A stream that ends when more comes than any school can be."""

    def __init__(self, stream: IO[bytes]) -> None:
        self._stream, self._left = stream, MOST_SENT

    def read(self, size: int) -> bytes:
        self._left -= size
        return self._stream.read(size) if self._left > 0 else b""

    def readline(self) -> bytes:
        line = self._stream.readline()
        self._left -= len(line)
        return line if self._left > 0 else b""


class _PlainValues(pickle.Unpickler):
    """Makes values of the roster only: the other process read a file that nobody vouches for."""

    def find_class(self, module: str, name: str) -> Any:
        if (module, name) not in PLAIN:
            raise pickle.UnpicklingError(f"{module}.{name}")
        return super().find_class(module, name)


def _received(stream: IO[bytes], progress: type_Progress | None) -> Roster | str:
    lists: dict[str, list[Any]] = {name: [] for name in LISTS}
    counted = _Counted(stream)
    while True:
        try:
            what, *told = _PlainValues(counted).load()
        except (EOFError, pickle.UnpicklingError, ValueError, TypeError, AttributeError):
            raise too_much() from None
        if what == "progress" and progress:
            progress(*told)
        elif what == "records":
            lists[told[0]].extend(told[1])
        elif what == "refused":
            _refuse(*told)
        elif what == "broken":
            raise RuntimeError(told[0])  # a mistake of ours: logged with an id by who asked
        elif what == "look":
            return str(told[0])
        elif what == "roster":
            return replace(told[0], **{name: tuple(records) for name, records in lists.items()})


def _refuse(kind: str, message: str) -> None:
    refusal = getattr(errors, kind, None)
    raise refusal(message) if isinstance(refusal, type) and issubclass(refusal, AppError) else RosterUnreadable(message)


def too_much() -> RosterUnreadable:
    return RosterUnreadable(_("Reading this file takes too much memory or time. Export it again, or in smaller parts."))
