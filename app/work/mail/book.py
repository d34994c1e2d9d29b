"""What a worker handed over since it last saved: a small file that survives a kill of the worker (R113).

Outcomes are saved per group of mails, because a database waits for its disk at every commit. A worker that is killed in
between leaves its book, and the next one on this machine reads there which mails went out; only the one that was on the
line at that moment stays uncertain. A book holds numbers only. Its owner keeps a lock on it; a book without is left.
"""

import fcntl
import os
import secrets
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

HELD, BEGUN, SENT, ENDED = "held", "begun", "sent", "ended"


@dataclass
class Left:
    """A group of mails in a book that was left: what each came to."""

    token: datetime
    came_to: dict[int, str] = field(default_factory=dict)

    def ids(self, *how: str) -> list[int]:
        return [mail_id for mail_id, what in self.came_to.items() if what in how]


class Book:
    """The book of one worker; begins with its first group, and is gone when all is saved."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.path: Path | None = None
        self.file = -1

    def hold(self, token: datetime, ids: list[int]) -> None:
        """A group is taken; write it before the database does, so that none is held unknown."""
        if self.path is None:
            self.folder.mkdir(mode=0o700, exist_ok=True)
            name = secrets.token_hex(8)
            unlocked = self.folder / f".{name}"
            self.file = os.open(unlocked, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_APPEND, 0o600)
            fcntl.flock(self.file, fcntl.LOCK_EX)
            self.path = unlocked.rename(self.folder / name)
        self._write(HELD, token.isoformat(), *map(str, ids))

    def note(self, what: str, mail_id: int) -> None:
        """This mail is begun, sent, or ended otherwise."""
        self._write(what, str(mail_id))

    def _write(self, *words: str) -> None:
        # One write to the system, not to the disk: it must outlive this process, not the machine.
        os.write(self.file, f"{' '.join(words)}\n".encode())

    def close(self) -> None:
        """All of it is saved."""
        if self.path is not None:
            self.path.unlink(missing_ok=True)
            os.close(self.file)
            self.path = None


def books(folder: Path) -> list[Path]:
    """The books there are, of workers that live and that were killed."""
    if not folder.is_dir():
        return []
    return [path for path in folder.iterdir() if not path.name.startswith(".")]


def left_books(folder: Path) -> Iterator[list[Left]]:
    """The groups of each book whose worker is dead, under its lock; the book is thrown away after the loop body."""
    for path in books(folder):
        try:
            file = os.open(path, os.O_RDONLY)
        except FileNotFoundError:
            continue
        try:
            with suppress(BlockingIOError):  # its worker lives
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
                yield _read(path.read_text() if path.exists() else "")
                path.unlink(missing_ok=True)
        finally:
            os.close(file)


def _read(text: str) -> list[Left]:
    groups: list[Left] = []
    for line in text.splitlines():
        what, *words = line.split()
        if what == HELD:
            groups.append(Left(datetime.fromisoformat(words[0]), dict.fromkeys(map(int, words[1:]), HELD)))
        elif groups and words:
            groups[-1].came_to[int(words[0])] = what
    return groups
