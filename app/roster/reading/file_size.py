"""How large a file may be that somebody sends in (R74)."""

from pathlib import Path
from typing import Final

from flask_babel import gettext as _

from app.errors import RosterUnreadable

MAX_BYTES: Final = 50 * 1024 * 1024  # of one file, or of a zip as it was sent in


def refuse_large(path: Path) -> None:
    """Raises RosterUnreadable when this file is too large to be read, OSError when it is not there."""
    if path.stat().st_size > MAX_BYTES:
        raise too_large()


def too_large() -> RosterUnreadable:
    return RosterUnreadable(_("This file is larger than 50 MB. Export a smaller file."))
