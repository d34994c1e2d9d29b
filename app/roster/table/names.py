"""Names as tables hold them, taken apart: 'Berg, Sanne van den', 'Beek, van der', 'van der Beek'. Pure."""

import re
import unicodedata
from typing import NamedTuple

from app.roster.name_prefixes import is_prefix, split_prefix


class NameParts(NamedTuple):
    """The parts of a name; None for what is not there."""

    last_name: str | None
    prefix: str | None = None
    first_name: str | None = None


def split_full_name(text: str) -> NameParts:
    """The parts of a name in one cell. With a comma the last name stands first, as in our own lists."""
    last, comma, rest = text.partition(",")
    if not comma:
        prefix, last_name = split_prefix(text)
        return NameParts(last_name, prefix)
    words = rest.split()
    start = len(words)
    while start and is_prefix(" ".join(words[start - 1 :])) and words[start - 1].islower():
        start -= 1
    return NameParts(last.strip() or None, " ".join(words[start:]) or None, " ".join(words[:start]) or None)


def split_last_name(text: str) -> NameParts:
    """'Beek, van der' and 'van der Beek' -> Beek with its prefix; any other text is the last name as it stands."""
    last, comma, rest = text.partition(",")
    if comma and is_prefix(rest.strip()):
        return NameParts(last.strip() or None, " ".join(rest.split()))
    prefix, last_name = split_prefix(text)
    return NameParts(last_name, prefix)


def initials_of(first_name: str) -> str:
    """'Anna Maria' -> 'A.M.'."""
    return "".join(f"{word[0].upper()}." for word in re.split(r"[\s-]+", first_name) if word[:1].isalpha())


def looks_like_initials(text: str) -> bool:
    """'S.', 'N.M.', 'Th.J.': a full stop after every part."""
    return bool(re.fullmatch(r"(?:[^\W\d_]{1,3}\.\s?)+", text))


def fold(text: str | None) -> str:
    """Lower case without accents, letters and digits only, to compare names with."""
    plain = "".join(sign for sign in unicodedata.normalize("NFKD", text or "") if not unicodedata.combining(sign))
    return re.sub(r"[\W_]", "", plain).casefold()
