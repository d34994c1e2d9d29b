"""Files that are sent in wait under a random name until their run ends (R77)."""

import hashlib
import os
import secrets
from datetime import datetime
from pathlib import Path
from typing import BinaryIO, Final

from flask_babel import gettext as _
from sqlalchemy.orm import Session

from ...errors import InvalidInput
from ...models import Upload

MAX_UPLOAD: Final = 50 * 1024 * 1024  # bytes, as in formats.md 1.1


def store_upload(
    session: Session, now: datetime, institution_id: int, folder: Path, shown_as: str, stream: BinaryIO
) -> Upload:
    """Keep a file under a random name, readable by us alone (R77), until its run ends. Raises InvalidInput (50 MB)."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    path = folder / secrets.token_hex(16)
    digest, size = hashlib.sha256(), 0
    try:
        with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
            while piece := stream.read(256 * 1024):
                size += len(piece)
                if size > MAX_UPLOAD:
                    raise InvalidInput(_("This file is larger than 50 MB. Export a smaller file."))
                digest.update(piece)
                file.write(piece)
        if not size:
            raise InvalidInput(_("This file is empty. Export it again."))
    except BaseException:
        path.unlink(missing_ok=True)
        raise
    name = shown_as.replace("\\", "/").rsplit("/", 1)[-1][:200] or "-"
    upload = Upload(
        institution_id=institution_id,
        stored_as=path.name,
        shown_as=name,
        sha256=digest.hexdigest(),
        created_at=now,
    )
    session.add(upload)
    session.flush()
    return upload
