"""The four files of EDEX2000: which is which, and their lines as letters (formats.md 2). No name is believed (R77)."""

import io
import re
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Final, NamedTuple

from flask_babel import gettext as _

from app.errors import RosterUnreadable
from app.roster.reading.archive import MAGIC, open_zip, read_member
from app.roster.reading.file_size import MAX_BYTES, refuse_large

# Position (from 0) and length of the fields that are read.
NAMES: Final = {"last_name": (0, 40), "prefix": (40, 10), "first_name": (50, 20)}
PUPIL: Final = NAMES | {
    "birth_date": (70, 8),
    "gender": (78, 1),
    "key": (80, 5),
    "group": (85, 5),
    "year": (90, 9),
    "enrolled_on": (118, 8),
    "leaving_date": (126, 8),
    "brin": (136, 4),
    "place": (140, 5),
}
GROUP: Final = {"name": (0, 30), "key": (31, 5), "year": (36, 9), "brin": (45, 4), "place": (49, 5)}
TEACHER: Final = NAMES | {"key": (70, 5), "brin": (75, 4), "place": (79, 5)}
LINK: Final = {"teacher": (0, 5), "group": (5, 5), "year": (10, 9), "brin": (19, 4), "place": (23, 5)}


class Layout(NamedTuple):
    """One of the four files: its name, the columns, and how long a line is at least and at most."""

    name: str
    fields: Mapping[str, tuple[int, int]]
    shortest: int  # up to the key: what stands behind may have been dropped
    longest: int


PUPILS, GROUPS, TEACHERS, LINKS = LAYOUTS = (
    Layout("EDEXLL", PUPIL, 85, 145),
    Layout("EDEXGR", GROUP, 36, 54),
    Layout("EDEXLK", TEACHER, 75, 84),
    Layout("EDEXLG", LINK, 10, 28),
)
_YEAR = re.compile(r"(\d{4})-(\d{4})")
_OLD_LETTERS = re.compile(rb"[\x80-\xa5]")  # letters of code page 850
_NEW_LETTERS = re.compile(rb"[\xc0-\xff]")  # letters of Windows-1252


def read_layouts(paths: Iterable[Path]) -> dict[str, list[str]]:
    """The lines of each file, by the name of its layout. Raises RosterUnreadable."""
    found: dict[str, list[str]] = {}
    for name, body in _bodies(paths):
        lines = text_lines(body)
        layout = layout_of(name, lines)
        if layout is None:
            continue
        if layout.name in found:
            raise RosterUnreadable(_("The file %(file)s is there twice. Send each file once.", file=layout.name))
        found[layout.name] = lines
    if PUPILS.name not in found:
        raise RosterUnreadable(_("There is no EDEXLL.TXT among these files. Send the pupil file of EDEX2000 too."))
    return found


def _bodies(paths: Iterable[Path]) -> Iterator[tuple[str, bytes]]:
    for path in paths:
        try:
            refuse_large(path)
            body = path.read_bytes()
        except OSError:
            raise RosterUnreadable(_("This file cannot be opened.")) from None
        if not body.startswith(MAGIC):
            yield path.name, body
            continue
        archive = open_zip(io.BytesIO(body))
        for member in archive.infolist():
            if not member.is_dir() and member.filename.lower().endswith(".txt"):
                yield member.filename, read_member(archive, member.filename, MAX_BYTES)


def text_lines(body: bytes) -> list[str]:
    """The lines as letters: UTF-8, else code page 850 or Windows-1252, whichever its bytes are letters of."""
    if b"\0" in body:
        raise no_edex2000()
    body = body.removeprefix(b"\xef\xbb\xbf").rstrip(b"\x1a")
    try:
        text = body.decode("utf-8")
    except UnicodeDecodeError:
        is_old = _OLD_LETTERS.search(body) and not _NEW_LETTERS.search(body)
        text = body.decode("cp850" if is_old else "cp1252", "replace")
    return [line for line in re.split(r"\r\n|\r|\n", text) if line.strip()]


def layout_of(name: str, lines: list[str]) -> Layout | None:
    """Which of the four this is: by its name, else by where the school year stands; a file alone under any name."""
    for layout in LAYOUTS:
        if layout.name in name.upper():
            return layout
    for layout in (PUPILS, GROUPS, LINKS):
        if lines and sum(is_in_place(layout, line) for line in lines) * 2 > len(lines):
            return layout
    longest = max((len(line.rstrip()) for line in lines), default=0)
    return TEACHERS if lines and TEACHERS.shortest <= longest <= TEACHERS.longest else None


def is_in_place(layout: Layout, line: str) -> bool:
    """Whether the columns of this line are where they belong."""
    if "year" not in layout.fields:
        return len(line.rstrip()) <= layout.longest
    if len(line.rstrip()) >= layout.longest + layout.shortest:
        return False  # several records without a line end between them
    start, length = layout.fields["year"]
    year = line[start : start + length].strip()
    return bool(_YEAR.fullmatch(year)) or (not year and layout is PUPILS and layout.shortest <= len(line.rstrip()))


def no_edex2000() -> RosterUnreadable:
    return RosterUnreadable(_("This is not an EDEX2000 file: its lines are not in the fixed columns. Export it again."))
