"""Answers that come packed (gzip), unpacked in small pieces: a few bytes may hold gigabytes (R71, R75)."""

import zlib
from collections.abc import Iterable, Iterator
from typing import Final

PIECE: Final = 256 * 1024
ACCEPTED: Final = "gzip"
_AUTO: Final = 32 + zlib.MAX_WBITS  # gzip or zlib, as the first bytes say
_FORMS: Final = frozenset({"gzip", "x-gzip", "deflate"})


def unpacked(parts: Iterable[bytes], form: str) -> Iterator[bytes]:
    """The bytes inside, in pieces of at most PIECE. `form`: the Content-Encoding; packed twice is refused.

    Raises ValueError for what cannot be unpacked, and when the end is missing.
    """
    form = form.strip().casefold()
    if form in ("", "identity"):
        yield from parts
        return
    if form not in _FORMS:
        raise ValueError("packed in another form")
    unpacker = zlib.decompressobj(_AUTO)
    try:
        for part in parts:
            while part and not unpacker.eof:
                yield unpacker.decompress(part, PIECE)
                part = unpacker.unconsumed_tail
    except zlib.error:
        raise ValueError("not packed well") from None
    if not unpacker.eof:
        raise ValueError("the end is missing")
