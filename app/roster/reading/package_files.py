"""The files of a package: a zip, or loose files. Nothing is unpacked to disk, and no name is believed (R74, R77)."""

import zipfile
from collections.abc import Iterator, Sequence
from pathlib import Path, PurePosixPath
from typing import Final, NamedTuple

from flask_babel import gettext as _

from app.errors import RosterUnreadable

from .archive import MAGIC, MAX_UNPACKED, open_zip, read_member
from .file_size import refuse_large

_ASIDE: Final = ("__MACOSX", ".")


class PackageFile(NamedTuple):
    """One CSV file: its name without folder, and its bytes."""

    name: str
    body: bytes


def read_files(paths: Sequence[Path]) -> Iterator[PackageFile]:
    """The CSV files behind these paths, one by one. Raises RosterUnreadable for what is no safe package."""
    seen: set[str] = set()
    left = MAX_UNPACKED
    for path in paths:
        for file in _files_of(Path(path)):
            left -= len(file.body)
            if left < 0:
                raise RosterUnreadable(_("These files are far too large together, so they were not read."))
            if file.name.casefold() in seen:
                raise twice(file.name)
            seen.add(file.name.casefold())
            yield file


def _files_of(path: Path) -> Iterator[PackageFile]:
    try:
        refuse_large(path)
        body = path.read_bytes() if not _is_zip(path) else None
    except OSError:
        raise RosterUnreadable(_("This file cannot be opened.")) from None
    if body is not None:
        yield PackageFile(path.name, body)
        return
    with open_zip(path) as package:
        yield from _members(package)


def file_names(paths: Sequence[Path]) -> set[str]:
    """The names of these files, or of those in a zip, in small letters and without folder."""
    found: set[str] = set()
    for path in map(Path, paths):
        inside = open_zip(path).namelist() if _is_zip(path) else [path.name]
        found.update(PurePosixPath(name.replace("\\", "/")).name.casefold() for name in inside)
    return found


def _is_zip(path: Path) -> bool:
    with path.open("rb") as file:
        return file.read(len(MAGIC)) == MAGIC or zipfile.is_zipfile(file)


def _members(package: zipfile.ZipFile) -> Iterator[PackageFile]:
    """The CSV files in a zip. They may lie in one folder, as many programs make it."""
    names = {one.filename: PurePosixPath(one.filename.replace("\\", "/")) for one in package.infolist()}
    wanted = {
        name: path
        for name, path in names.items()
        if path.suffix.casefold() == ".csv" and not any(part.startswith(_ASIDE) for part in path.parts)
    }
    if not wanted:
        raise RosterUnreadable(_("There are no CSV files in this zip. Export it again."))
    if len({path.parent for path in wanted.values()}) > 1:
        raise RosterUnreadable(
            _("The files in this zip lie in different folders. Put them in one place and try again.")
        )
    for name, path in wanted.items():
        yield PackageFile(path.name, read_member(package, name))


def twice(name: str) -> RosterUnreadable:
    return RosterUnreadable(_("The file %(file)s is there twice. Send each file once.", file=name[:64]))
