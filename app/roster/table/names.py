"""Names as tables hold them, taken apart: 'Berg, Sanne van den', 'Beek, van der', 'van der Beek'. Pure."""

import re
import unicodedata
from functools import lru_cache
from typing import NamedTuple

from app.roster.reading.name_prefixes import is_prefix, split_prefix

_TITLE = re.compile(r"^(?:de heer|dhr\.?|mevrouw|mevr\.?|mw\.?)\s+", re.IGNORECASE)


class NameParts(NamedTuple):
    """The parts of a name; None for what is not there."""

    last_name: str | None
    prefix: str | None = None
    first_name: str | None = None


def split_full_name(text: str, first_name: str | None = None) -> NameParts:
    """The parts of a name in one cell; with a comma the last name stands first, as in our own lists.

    Without one, only what is sure is taken apart: the first name that stands in a column of its own, initials, and
    what stands before a prefix. 'Ben Ali' may be a last name, so it stays whole.
    """
    last, comma, rest = _TITLE.sub("", text).partition(",")
    words = (rest if comma else last).split()
    if comma:
        start = len(words)
        while start and is_prefix(" ".join(words[start - 1 :])) and words[start - 1].islower():
            start -= 1
        return NameParts(last.strip() or None, " ".join(words[start:]) or None, " ".join(words[:start]) or None)
    count = _length_of_first_name(words, (first_name or "").split())
    prefix, last_name = split_prefix(" ".join(words[count:]))
    return NameParts(last_name or None, prefix, " ".join(words[:count]) or None)


def _length_of_first_name(words: list[str], told: list[str]) -> int:
    """How many words in front are a first name or initials; at least one word is left."""
    if told and words[: len(told)] == told and len(words) > len(told):
        return len(told)
    if len(words) > 1 and looks_like_initials(words[0]):
        return 1
    inside = next((at for at, word in enumerate(words[:-1]) if at and word.islower() and is_prefix(word)), 0)
    return 0 if is_prefix(words[0]) or told else inside


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


@lru_cache(maxsize=65536)
def fold(text: str | None) -> str:
    """Lower case without accents, letters and digits only, to compare names with."""
    plain = "".join(sign for sign in unicodedata.normalize("NFKD", text or "") if not unicodedata.combining(sign))
    return re.sub(r"[\W_]", "", plain).casefold()
