"""Passwords that leaked somewhere, in a file that the school may keep on this machine (R7, HIBP_FILE).

The file is the list of Have I Been Pwned "ordered by hash": lines of SHA-1 in capitals, a colon and a count. It has
tens of gigabytes, so it is never read as a whole: a look-up halves the file some forty times. What is wrong with the
file keeps nobody from choosing a password; `doctor` and the log say it.
"""

import hashlib
import logging
import os
import re
from enum import StrEnum
from pathlib import Path
from typing import BinaryIO

logger = logging.getLogger(__name__)
LINE = re.compile(rb"([0-9A-Fa-f]{40}):\d{1,12}[ \t]*\r?\n?")
LONGEST = 64  # bytes that a line may have, its end included: 40 of the hash, a colon, a count and some room
SAMPLES = 64  # places at which a file is looked at


class State(StrEnum):
    """What a file is worth."""

    GOOD = "good"
    UNREADABLE = "unreadable"
    MALFORMED = "malformed"


class Malformed(ValueError):
    """Here is no line of such a list."""


def is_leaked(file: str | Path | None, password: str) -> bool:
    """Whether this password is in the file; False without a file, or when it cannot tell. Reads a few kilobytes."""
    if not file:
        return False
    wanted = hashlib.sha1(password.encode(), usedforsecurity=False).hexdigest().upper().encode()
    try:
        with _opened(file) as lines:
            return _find(lines, wanted) == wanted
    except (OSError, ValueError) as wrong:
        logger.warning("the file of leaked passwords was not used: %s", type(wrong).__name__)
        return False


def state_of(file: str | Path) -> State:
    """Whether the file can be used: looked at in a few dozen places, also for the order of its lines."""
    try:
        with _opened(file) as lines:
            size = os.fstat(lines.fileno()).st_size
            found = [_line_at(lines, size * place // SAMPLES) for place in range(SAMPLES)]
    except Malformed:
        return State.MALFORMED
    except (OSError, ValueError):  # ValueError: no path at all
        return State.UNREADABLE
    hashes = [hash_ for hash_, _end in filter(None, found)]
    return State.GOOD if hashes and hashes == sorted(hashes) else State.MALFORMED


def _opened(file: str | Path) -> BinaryIO:
    """Only a real file: opening a pipe would wait for ever. Raises OSError."""
    if not Path(file).is_file():
        raise FileNotFoundError(file)
    return open(file, "rb", buffering=0)  # type: ignore[return-value]


def _find(lines: BinaryIO, wanted: bytes) -> bytes | None:
    """The first hash that is not below `wanted`, None when all are. Raises Malformed.

    All lines that begin before `low` are below it, the one at or after `high` is not.
    """
    low, high, best = 0, os.fstat(lines.fileno()).st_size, None
    while low < high:
        middle = (low + high) // 2
        found = _line_at(lines, middle)
        if found is not None and found[0] < wanted:
            low = found[1]
            continue
        high, best = middle, found[0] if found else best
    return best


def _line_at(lines: BinaryIO, place: int) -> tuple[bytes, int] | None:
    """(hash of the first line that begins at or after this byte, where the next one begins); None at the end."""
    start = max(0, place - 1)  # when the byte before ends a line, one begins here
    lines.seek(start)
    piece = _read(lines, 2 * LONGEST)
    if place:
        end = piece.find(b"\n") + 1
        if not end:
            if len(piece) > LONGEST:
                raise Malformed
            return None
        start, piece = start + end, piece[end:]
    if not piece:
        return None
    found = LINE.match(piece)
    if found is None or not (found[0].endswith(b"\n") or len(piece) == len(found[0])):
        raise Malformed
    return found[1].upper(), start + len(found[0])


def _read(lines: BinaryIO, count: int) -> bytes:
    """So many bytes, fewer only at the end of the file: a raw file may give less at once."""
    pieces = b""
    while len(pieces) < count and (piece := lines.read(count - len(pieces))):
        pieces += piece
    return pieces
