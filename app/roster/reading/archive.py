"""A zip that somebody sent in, checked before anything in it is used (R74). XLSX and ODS files are zips too."""

import re
import stat
import zipfile
import zlib
from collections.abc import Iterator
from pathlib import Path, PurePosixPath
from typing import IO, Final

from flask_babel import gettext as _

from app.errors import RosterUnreadable

from .safe_xml import has_doctype, refuse_head

MAX_MEMBERS: Final = 100
MAX_UNPACKED: Final = 200 * 1024 * 1024  # bytes, all members together
MAX_RATIO: Final = 200  # unpacked bytes for one packed
SMALL: Final = 1024 * 1024  # bytes; what stays below this is no bomb, however well it packs
CHUNK: Final = 1 << 16
BROKEN: Final = (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError, ValueError, OSError)
MAGIC: Final = b"PK\x03\x04"
_XML = re.compile(r".*\.(xml|rels|vml)", re.IGNORECASE | re.DOTALL)


def open_zip(file: Path | IO[bytes]) -> zipfile.ZipFile:
    """The zip, when it is small and plain. Raises RosterUnreadable for a broken, locked, hostile or enormous one."""
    try:
        archive = zipfile.ZipFile(file)
        members = archive.infolist()
    except BROKEN:
        raise broken() from None
    if any(member.flag_bits & 0x1 for member in members):
        raise locked()
    packed = unpacked = 0
    for member in members:
        packed += member.compress_size
        unpacked += member.file_size
        if not _is_plain(member) or _is_bomb(member.file_size, member.compress_size):
            raise _hostile()
    if len(members) > MAX_MEMBERS or unpacked > MAX_UNPACKED or _is_bomb(unpacked, packed):
        raise _hostile()
    if len({member.filename for member in members}) < len(members):
        raise _hostile()
    return archive


def _is_plain(member: zipfile.ZipInfo) -> bool:
    """A file or folder below the place of the zip itself, packed in a usual way."""
    name = member.orig_filename.replace("\\", "/")
    inside = not (name.startswith("/") or ":" in name or "\0" in name or ".." in PurePosixPath(name).parts)
    mode = member.external_attr >> 16
    linked = bool(mode) and stat.S_IFMT(mode) not in (0, stat.S_IFREG, stat.S_IFDIR)
    return inside and not linked and member.compress_type in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)


def _is_bomb(unpacked: int, packed: int) -> bool:
    return unpacked > SMALL and unpacked > MAX_RATIO * max(packed, 1)


def read_member(archive: zipfile.ZipFile, name: str, most: int = MAX_UNPACKED) -> bytes:
    """The bytes of one member. Raises RosterUnreadable when it is broken, or larger than `most` bytes."""
    pieces, size = [], 0
    for piece in pieces_of(archive, name):
        size += len(piece)
        if size > most:
            raise _hostile()
        pieces.append(piece)
    return b"".join(pieces)


def pieces_of(archive: zipfile.ZipFile, name: str) -> Iterator[bytes]:
    """The bytes of one member, in pieces. Raises RosterUnreadable when it is broken."""
    try:
        with archive.open(name) as file:
            while piece := file.read(CHUNK):
                yield piece
    except BROKEN:
        raise broken() from None


def check_xml_members(archive: zipfile.ZipFile) -> None:
    """Reads all XML in the zip once: every member is whole, and none brings a DOCTYPE or an odd encoding (R75)."""
    for member in archive.infolist():
        if not _XML.fullmatch(member.filename):
            continue
        tail = b""
        for number, piece in enumerate(pieces_of(archive, member.filename)):
            if not number:
                refuse_head(piece)
            bare = tail + piece.replace(b"\0", b"")
            if b"<!DOCTYPE" in bare or b"<!ENTITY" in bare:
                raise has_doctype()
            tail = bare[-16:]


def broken() -> RosterUnreadable:
    return RosterUnreadable(_("This file is damaged or not complete. Export it again."))


def locked() -> RosterUnreadable:
    return RosterUnreadable(_("This file is locked with a password. Save it without a password."))


def _hostile() -> RosterUnreadable:
    return RosterUnreadable(_("This file is packed in a way that no export is, so it was not read. Export it again."))
