"""The logo of a school, made safe: a picture of others is never kept or drawn as it came (R77)."""

import io
from typing import Final

from PIL import Image, UnidentifiedImageError

MOST_BYTES: Final = 2 * 1024 * 1024
MOST_PIXELS: Final = 16_000_000
SIDE: Final = 600  # the longest side that is kept
FORMATS: Final = ("PNG", "JPEG")


class NoPicture(Exception):
    """This is no PNG or JPEG picture, or one far too large."""


def safe_logo(body: bytes) -> bytes:
    """The picture made anew as a PNG without anything else in it, not larger than needed. Raises NoPicture."""
    if len(body) > MOST_BYTES:
        raise NoPicture
    try:
        with Image.open(io.BytesIO(body), formats=FORMATS) as picture:
            if picture.width * picture.height > MOST_PIXELS:
                raise NoPicture
            clean = picture.convert("RGBA")
    except (UnidentifiedImageError, OSError, ValueError, SyntaxError, Image.DecompressionBombError):
        raise NoPicture from None
    clean.thumbnail((SIDE, SIDE))
    file = io.BytesIO()
    clean.save(file, "PNG", optimize=True)
    return file.getvalue()
