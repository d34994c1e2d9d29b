"""Names of people: how they are shown, sorted and found (domain.md 5.7). Pure."""

import re
import unicodedata
from functools import lru_cache

from anyascii import anyascii


@lru_cache(maxsize=65536)
def fold(text: str) -> str:
    """Lower case without accents, every Latin letter in a-z: 'Özlem' -> 'ozlem', 'Łukasz' -> 'lukasz', 'ß' -> 'ss'."""
    return text.lower() if text.isascii() else anyascii(unicodedata.normalize("NFC", text)).lower()


def letters(text: str) -> str:
    """Only a-z and 0-9 of the folded text: "'t Hart" -> 'thart'."""
    return re.sub(r"[^a-z0-9]", "", fold(text))


def sort_key(last_name: str, first_name: str | None, prefix: str | None) -> str:
    """Sorts on the surname without prefix, then the first name: 'van den Berg, Sanne' under B.

    The parts are kept apart by a tab, which sorts before every letter and space: Berg, Zoë before Bergman, Aad.
    """
    parts = (re.sub(r"[^a-z0-9 ]", "", fold(part or "")).strip() for part in (last_name, first_name, prefix))
    return "\t".join(parts)[:200]


def search_key(
    last_name: str, first_name: str | None, prefix: str | None, number: str | None, email: str | None
) -> str:
    """What a search looks in: finds 'van den berg', 'berg', 'vandenberg', the number and the e-mail address."""
    words = " ".join(fold(part) for part in (first_name, prefix, last_name) if part)
    return f"{words} {re.sub('[^a-z0-9]', '', words)} {fold(number or '')} {fold(email or '')}"[:500]


def search_words(text: str) -> list[str]:
    """The folded words of a typed search; every one of them must be found. At most ten count."""
    return fold(text.replace("\x00", " ")).replace(",", " ").split()[:10]


def group_sort_key(name: str) -> str:
    """The stored sort key of a group."""
    return fold(name)[:128]


def list_name(last_name: str, first_name: str | None, prefix: str | None) -> str:
    """'Berg, Sanne van den', 'Adsız, Özlem', 'Ruimschotel, C.' (Z-208)."""
    rest = " ".join(part for part in (first_name, prefix) if part)
    return f"{last_name}, {rest}" if rest else last_name


def full_name(last_name: str, first_name: str | None, prefix: str | None) -> str:
    """'Sanne van den Berg'; without a first name 'Van den Berg', but "'t Hart" keeps its small t."""
    if not first_name and prefix and prefix[0].isalpha():
        prefix = prefix[0].upper() + prefix[1:]
    return " ".join(part for part in (first_name, prefix, last_name) if part)


def dotted(initials: str | None) -> str | None:
    """'NM' -> 'N.M.'; 'N.M.' stays; 'Th.' stays."""
    if not initials:
        return initials
    text = initials.strip()
    return text if "." in text else "".join(f"{letter}." for letter in text if letter.isalpha()) or text
