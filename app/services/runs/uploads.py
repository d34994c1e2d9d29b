"""Files that are sent in wait under a random name until their run ends (R77)."""

import hashlib
import os
import secrets
import zipfile
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any, BinaryIO, Final, NamedTuple

from flask_babel import gettext as _
from sqlalchemy.orm import Session

from app.errors import InvalidInput
from app.models import Upload
from app.roster.reading.archive import MAGIC
from app.roster.sources import source_kind

MAX_UPLOAD: Final = 50 * 1024 * 1024  # bytes of one upload, all files together, as in formats.md 1.1
MOST_FILES: Final = 50
CHUNK: Final = 256 * 1024
TABLE: Final = "table"


class SentFile(NamedTuple):
    """A file as somebody sent it in. Its name says nothing about what is in it."""

    name: str
    stream: BinaryIO


def store_upload(
    session: Session,
    now: datetime,
    institution_id: int,
    folder: Path,
    shown_as: str,
    stream: BinaryIO,
    options: Mapping[str, Any] | None = None,
) -> Upload:
    """Keep a file under a random name, readable by us alone (R77), until its run ends. Raises InvalidInput (50 MB)."""
    kept = _Kept(folder)

    def write(file: BinaryIO) -> None:
        for piece in kept.pieces(stream):
            file.write(piece)

    kept.fill(write)
    return _row(session, now, institution_id, kept, shown_as, options)


def store_files(
    session: Session,
    now: datetime,
    institution_id: int,
    folder: Path,
    source: str,
    files: Sequence[SentFile],
    options: Mapping[str, Any] | None = None,
) -> Upload:
    """Keep the files of one run as one: several, and one whose name tells what is in it, become a zip.

    Raises InvalidInput for more files than this source reads, too many, an empty one, or more than 50 MB together.
    """
    if len(files) > 1 and not source_kind(source).many_files:
        raise InvalidInput(_("Give exactly one file for this source."))
    if len(files) > MOST_FILES:
        raise InvalidInput(_("Choose at most %(most)s files.", most=MOST_FILES))
    if len(files) == 1 and not _goes_by_name(source, files[0]):
        return store_upload(session, now, institution_id, folder, files[0].name, files[0].stream, options)
    kept = _Kept(folder)
    kept.fill(lambda file: _pack(kept, file, files))
    shown_as = files[0].name if len(files) == 1 else f"{Path(_bare(files[0].name)).stem}.zip"
    return _row(session, now, institution_id, kept, shown_as, options)


class _Kept:
    """A file of ours with a random name, while it is filled."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        self.path = folder / secrets.token_hex(16)
        self.digest, self.size = hashlib.sha256(), 0

    def fill(self, write: Callable[[Any], None]) -> None:
        """Writes it; nothing stays behind when that fails."""
        try:
            with os.fdopen(os.open(self.path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
                write(file)
        except BaseException:
            self.path.unlink(missing_ok=True)
            raise

    def pieces(self, stream: BinaryIO) -> Iterator[bytes]:
        """The content of what was sent in, counted. Raises InvalidInput when it is empty or too much."""
        before = self.size
        while piece := stream.read(CHUNK):
            self.size += len(piece)
            if self.size > MAX_UPLOAD:
                raise InvalidInput(_("This file is larger than 50 MB. Export a smaller file."))
            self.digest.update(piece)
            yield piece
        if self.size == before:
            raise InvalidInput(_("This file is empty. Export it again."))


def _row(
    session: Session, now: datetime, institution_id: int, kept: _Kept, shown_as: str, options: Mapping[str, Any] | None
) -> Upload:
    upload = Upload(
        institution_id=institution_id,
        stored_as=kept.path.name,
        shown_as=_bare(shown_as),
        options=dict(options) if options else None,
        sha256=kept.digest.hexdigest(),
        created_at=now,
    )
    session.add(upload)
    session.flush()
    return upload


def _goes_by_name(source: str, file: SentFile) -> bool:
    """Whether what is in this file is known by its name only, so that the name must be kept with it."""
    if source == TABLE or not source_kind(source).many_files:
        return False
    head = file.stream.read(len(MAGIC))
    file.stream.seek(0)
    return bool(head) and head != MAGIC


def _pack(kept: _Kept, file: Any, files: Sequence[SentFile]) -> None:
    names = Counter(_bare(one.name).casefold() for one in files)
    with zipfile.ZipFile(file, "w", zipfile.ZIP_STORED) as archive:
        for number, one in enumerate(files, 1):
            name = _bare(one.name)
            name = name if names[name.casefold()] == 1 else f"{number}-{name}"
            with archive.open(zipfile.ZipInfo(name), "w") as member:
                for piece in kept.pieces(one.stream):
                    member.write(piece)


def _bare(name: str) -> str:
    """The name without folders and without what cannot be seen."""
    last = name.replace("\\", "/").rsplit("/", 1)[-1].replace(":", "")
    return "".join(sign for sign in last if sign.isprintable())[:200].strip(". ") or "-"


def reading_options(upload: Upload | None) -> dict[str, str]:
    """What the adapter gets beside the file: the mapping of a table."""
    mapping = ((upload.options if upload is not None else None) or {}).get("mapping")
    return {"mapping": mapping} if mapping else {}
