"""What kind of file this is, by its bytes and never by its name (R77), and the tables in it."""

import io
import zipfile
from collections.abc import Iterator, Sequence
from pathlib import Path, PurePosixPath
from typing import IO, Final, NamedTuple

from flask_babel import gettext as _

from app.errors import InvalidInput, RosterUnreadable
from app.roster.reading.archive import MAGIC, open_zip, read_member
from app.roster.reading.file_size import MAX_BYTES, refuse_large

from .cells import Sheet
from .csv_file import open_csv
from .mapping import Mapping
from .ods_file import is_ods, open_ods
from .xlsx_file import WORKBOOK, open_xlsx, refuse_macros

HEAD: Final = 4096
OLE: Final = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
MAPPING_NAME: Final = "mapping.json"  # in a package: how its tables are read
_MARKUP: Final = (b"<!doctype", b"<html", b"<head", b"<body", b"<table", b"<?xml", b"<edex", b"{\\rtf", b"%pdf-")
_PROGRAMS: Final = (
    b"MZ",
    b"\x7fELF",
    b"\x1f\x8b",
    b"7z\xbc\xaf",
    b"Rar!",
    b"BZh",
    b"\xfd7zXZ",
    b"\x89PNG",
    b"\xff\xd8\xff",
)


class TableFile(NamedTuple):
    """One table as bytes; `name` is for messages only."""

    name: str
    file: IO[bytes]


def open_sheet(
    file: IO[bytes], sheet: str | None = None, delimiter: str | None = None, encoding: str | None = None
) -> Sheet:
    """The rows of this file. Raises RosterUnreadable that says in words what is wrong with it."""
    head = file.read(HEAD)
    file.seek(0)
    if not head.strip():
        raise RosterUnreadable(_("This file is empty. Export it again."))
    if head.startswith(OLE):
        raise _old_or_locked(file)
    if head.startswith(b"PK"):
        archive = open_zip(file)
        names = set(archive.namelist())
        if WORKBOOK in names:
            return open_xlsx(file, archive, sheet)
        refuse_macros(archive)
        if is_ods(archive):
            return open_ods(archive, sheet)
        raise RosterUnreadable(_("This is no sheet but another kind of document. Save it as ODS, XLSX or CSV."))
    if head.lstrip(b"\xef\xbb\xbf \t\r\n").lower().startswith(_MARKUP):
        raise RosterUnreadable(_("This is a web page or another document, not a table. Save it as CSV, XLSX or ODS."))
    if head.startswith(_PROGRAMS):
        raise RosterUnreadable(_("This file is no table of text. Choose a CSV, XLSX or ODS file."))
    return open_csv(file, delimiter, encoding)


def _old_or_locked(file: IO[bytes]) -> RosterUnreadable:
    """What an OLE file is: a workbook with a password, or one of before 2007."""
    content = file.read(MAX_BYTES)
    if "EncryptedPackage".encode("utf-16-le") in content:
        return RosterUnreadable(_("This file is locked with a password. Save it without a password."))
    return RosterUnreadable(_("This is an old workbook (.xls). Save it as .xlsx or CSV."))


def table_files(paths: Sequence[Path]) -> tuple[list[TableFile], Mapping | None]:
    """The tables behind these paths, and the mapping that a package brings. Nothing is unpacked to disk.

    A package is a zip of tables, with a mapping.json when there is a mapping. Raises RosterUnreadable.
    """
    found: list[TableFile] = []
    mapping = None
    for path in paths:
        try:
            refuse_large(path)
            body = path.read_bytes()
        except OSError:
            raise RosterUnreadable(_("This file cannot be opened.")) from None
        if (package := _package(body)) is None:
            found.append(TableFile(path.name, io.BytesIO(body)))
            continue
        for name, content in package:
            if name == MAPPING_NAME:
                mapping = _read_mapping(content)
            else:
                found.append(TableFile(name, io.BytesIO(content)))
    if not found:
        raise RosterUnreadable(_("There is no table in this zip. Put CSV, XLSX or ODS files in it."))
    return found, mapping


def _package(body: bytes) -> Iterator[tuple[str, bytes]] | None:
    """The tables in a zip that is no workbook itself; None for any other file."""
    if not body.startswith(MAGIC):
        return None
    archive = open_zip(io.BytesIO(body))
    names = archive.namelist()
    if "[Content_Types].xml" in names or is_ods(archive):
        return None
    return _members(archive)


def _members(archive: zipfile.ZipFile) -> Iterator[tuple[str, bytes]]:
    for member in archive.infolist():
        name = PurePosixPath(member.filename).name
        aside = name.startswith(".") or "__MACOSX" in member.filename
        if not (member.is_dir() or aside):
            yield name, read_member(archive, member.filename, MAX_BYTES)


def _read_mapping(content: bytes) -> Mapping:
    try:
        return Mapping.from_json(content.decode("utf-8", "replace"))
    except InvalidInput as wrong:
        raise RosterUnreadable(wrong.message) from None
