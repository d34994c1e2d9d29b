"""The prefix of a Dutch surname, for sources without a field for it (domain.md 5.7, formats.md 7.2). Pure."""

from typing import Final

LONGEST: Final = 32  # characters that we keep of a prefix

# The words of the national list of prefixes. Only lower case counts: 'De Smet' with a capital is one whole name.
WORDS: Final = frozenset(
    (
        *("'n", "'s", "'t", "a", "aan", "af", "al", "am", "auf", "aus", "ben", "bij", "bin", "d", "da", "dal", "dalla"),
        *("das", "de", "del", "della", "den", "der", "des", "di", "do", "don", "dos", "du", "el", "en", "et", "gen"),
        *("het", "i", "im", "in", "l", "la", "las", "le", "les", "lo", "los", "of", "onder", "op", "over", "t", "te"),
        *("ten", "ter", "tho", "thoe", "thor", "to", "toe", "tot", "uijt", "uit", "unter", "van", "ver", "vom", "von"),
        *("voor", "vor", "zu", "zum", "zur"),
    )
)
_APOSTROPHES: Final = str.maketrans({"’": "'", "‘": "'", "`": "'", "´": "'"})


def is_prefix(text: str) -> bool:
    """Whether this is a prefix and nothing else: 'van der', "'t"; also with capitals, for it stands alone."""
    words = text.translate(_APOSTROPHES).lower().split()
    return bool(words) and all(word in WORDS for word in words) and len(text) <= LONGEST


def split_prefix(name: str) -> tuple[str | None, str]:
    """'van der Beek' -> ('van der', 'Beek'), "'t Hart" -> ("'t", 'Hart'), 'Berg' -> (None, 'Berg').

    At least one word stays: 'de' is a name by itself. 'Berg-van den Beek' has no prefix in front.
    """
    words = name.split()
    count = 0
    while count < len(words) - 1 and words[count].translate(_APOSTROPHES) in WORDS:
        count += 1
    prefix = " ".join(words[:count])
    return (prefix, " ".join(words[count:])) if count and len(prefix) <= LONGEST else (None, name)
