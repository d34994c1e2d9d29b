"""Recognises the titles of columns, the row they stand in, and what the table is about. Pure (formats.md 11)."""

import functools
import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from typing import Final, NamedTuple

from .fields import FIELDS, GUARDIAN, MOST_GUARDIANS, PUPIL, REQUIRED, About
from .shared_fields import PUPIL_NUMBERS, Field

LOOKED_AT: Final = 50  # rows in which the titles must stand
ENOUGH: Final = 3  # known titles make a row of titles (formats.md 11)

_RANKS: Final = {"eerste": "1", "1e": "1", "1ste": "1", "tweede": "2", "2e": "2", "2de": "2"}
_PARENT = r"(?:oudersverzorgers|ouderverzorger|verzorger|ouder|voogd|contactpersoon|guardian|parent)"
_GUARDIAN_FIRST = re.compile(rf"(eerste|1e|1ste|tweede|2e|2de)?{_PARENT}s?([1-9]?)(.*)")
_GUARDIAN_LAST = re.compile(rf"(.+?)(?:van)?(eerste|1e|1ste|tweede|2e|2de)?{_PARENT}([1-9]?)")
_FAMILY_FIRST = re.compile(r"(vader|moeder)(.+)")
_FAMILY_LAST = re.compile(r"(.+?)(?:van)?(vader|moeder)")
_OWNERS: Final = {
    About.PUPILS: re.compile(r"(?:leerling|pupil|student|kind)(.+)|(.+?)(?:leerling|pupil|student|kind)"),
    About.STAFF: re.compile(
        r"(?:medewerkers?|personeelslid|personeels?|docent|leerkracht|leraar|staff|teacher)(.+)|(.+?)(?:medewerker|docent)"
    ),
}
FATHER_MOTHER: Final = {"vader": 1, "moeder": 2}


class Meaning(NamedTuple):
    """What a title may mean. `owner`: whose field it says it is; None when it does not say."""

    owner: About | None
    rank: int  # of a guardian: 1, 2 ...; 0 when it does not say
    word: str  # the rest, to be found among the aliases of a field


def bare_title(text: object) -> str:
    """'E-mailadres (ouder 1)' -> 'emailadresouder1'; '' for what is no text."""
    if not isinstance(text, str) or len(text) > 80:
        return ""
    plain = "".join(sign for sign in unicodedata.normalize("NFKD", text) if not unicodedata.combining(sign))
    return re.sub(r"[^a-z0-9]", "", plain.lower())


@functools.cache
def aliases_of(about: About) -> Mapping[str, tuple[int, str]]:
    """Per alias its rank and the field."""
    return {
        alias: (number, field.name)
        for field in reversed(FIELDS[about].values())
        for number, alias in enumerate(field.aliases.split())
    }


def meanings(title: object) -> list[Meaning]:
    """All that a title may mean, the most exact first."""
    word = bare_title(title)
    if not word:
        return []
    found = [Meaning(About.GUARDIANS, rank, rest) for rank, rest in _of_guardian(word)]
    for owner, pattern in _OWNERS.items():
        if (split := pattern.fullmatch(word)) and (rest := split[1] or split[2]) in aliases_of(owner):
            found.append(Meaning(owner, 0, rest))
    return [*found, Meaning(None, 0, word)]


def _of_guardian(word: str) -> Iterable[tuple[int, str]]:
    for pattern, parts in ((_GUARDIAN_FIRST, (1, 2, 3)), (_GUARDIAN_LAST, (2, 3, 1))):
        if split := pattern.fullmatch(word):
            said, digit, rest = (split[part] for part in parts)
            rest = rest or "naam"  # "Verzorger 1" alone
            if rest in aliases_of(About.GUARDIANS):
                yield int(_RANKS.get(said or "", digit) or 0), rest
    for pattern, (who, what) in ((_FAMILY_FIRST, (1, 2)), (_FAMILY_LAST, (2, 1))):
        if (split := pattern.fullmatch(word)) and split[what] in aliases_of(About.GUARDIANS):
            yield FATHER_MOTHER[split[who]], split[what]


def is_known(title: object) -> bool:
    """Whether this is a title of any field of any kind."""
    return any(one.word in aliases_of(about) for one in meanings(title) for about in _tables_of(one))


def _tables_of(meaning: Meaning) -> Iterable[About]:
    return About if meaning.owner is None else (meaning.owner,)


def known_names(cells: Sequence[object]) -> int:
    """How many different known titles stand in this row."""
    return len({bare_title(cell) for cell in cells if is_known(cell)})


def header_row(rows: Sequence[Sequence[object]], wanted: Iterable[str] = ()) -> int | None:
    """The place of the row of titles: where all `wanted` stand; else the first with three known ones, else with two,
    else with one and nothing else. None when there is no such row.
    """
    titles = {bare_title(title) for title in wanted}
    if titles:
        return next((at for at, row in enumerate(rows) if titles <= {bare_title(cell) for cell in row}), None)
    counts = [known_names(row) for row in rows]
    filled = [sum(cell is not None and cell != "" for cell in row) for row in rows]
    for enough in (ENOUGH, 2):
        if found := [at for at, count in enumerate(counts) if count >= enough]:
            return found[0]
    return next((at for at, count in enumerate(counts) if count == filled[at] == 1), None)


def columns_for(about: About, titles: Sequence[object]) -> dict[str, int]:
    """Our fields with the number of their column, as far as the titles of this kind of table are known."""
    best: dict[str, tuple[int, int, int]] = {}
    for column, title in enumerate(titles):
        for found in _fields_of(about, title):
            name, weight = found
            if name not in best or (*weight, column) < best[name]:
                best[name] = (*weight, column)
            break  # one column is one field
    chosen = {name: place for name, (_, _, place) in best.items()}
    if "last_name" in chosen:
        chosen.pop("name", None)
    for rank in range(1, MOST_GUARDIANS + 1):
        if f"guardian{rank}_last_name" in chosen:
            chosen.pop(f"guardian{rank}_name", None)
    return chosen


def _fields_of(about: About, title: object) -> Iterable[tuple[str, tuple[int, int]]]:
    """The fields that a title may be in this kind of table, each with a weight: a lower one is better."""
    for owner, rank, word in meanings(title):
        if about is About.PUPILS and owner is About.GUARDIANS and rank <= MOST_GUARDIANS:
            number, name = aliases_of(About.GUARDIANS)[word]
            if name != "pupil_number":
                yield f"guardian{rank or 1}_{name}", (not rank, number)
        elif about is About.PUPILS and owner is None and word in _PAIR_WORDS:
            yield f"guardian1_{_PAIR_WORDS[word]}", (1, 0)
        elif about is About.GUARDIANS and owner is About.PUPILS:
            number, name = aliases_of(About.PUPILS)[word]
            if name == "number":
                yield "pupil_number", (0, number)
        elif about is About.GUARDIANS and owner is None and word in ("leerling", "pupil", "kind"):
            yield "pupil_number", (2, 0)
        elif owner in (None, about) and word in aliases_of(about):
            number, name = aliases_of(about)[word]
            yield name, (owner is None, number)


# Beside a pupil these can only be about the guardian, whose names then carry "verzorger".
_PAIR_WORDS: Final = {
    alias: name
    for name in ("relation", "receives_post", "rank", "has_authority")
    for alias in GUARDIAN[name].aliases.split()
}
_PUPIL_ONLY: Final = frozenset(
    f"{PUPIL['birth_date'].aliases} {PUPIL['group'].aliases} {PUPIL['year_of_study'].aliases} "
    f"{PUPIL['first_name'].aliases} {PUPIL['enrolled_on'].aliases} {PUPIL['leaving_date'].aliases}".split()
)
_STAFF_ONLY: Final = frozenset(
    {
        *("medewerkersnummer", "medewerkernummer", "medewerkernr", "medewerkersnr", "personeelsnummer"),
        *("personeelnummer", "personeelsnr", "docentnummer", "docentcode", "docentafkorting", "afkorting"),
        *("personeelscode", "lerarencode", "functie", "functieomschr", "isdocent"),
        *("datumindienst", "datuminstr", "datumuitdienst"),
    }
)
_NAMES: Final = frozenset(f"{PUPIL['last_name'].aliases} {PUPIL['name'].aliases}".split())


def guess_about(titles: Sequence[object]) -> About | None:
    """What a table with these titles is about; None when they do not say."""
    told = [one for title in titles for one in meanings(title)]
    words = {one.word for one in told if one.owner is None}
    of_guardian = {(one.rank, aliases_of(About.GUARDIANS)[one.word][1]) for one in told if one.owner is About.GUARDIANS}
    has_pupil = bool(words & set(PUPIL_NUMBERS.split())) or any(
        one.owner is About.PUPILS and aliases_of(About.PUPILS)[one.word][1] == "number" for one in told
    )
    if _is_about_guardians(words, of_guardian, has_pupil):
        return About.GUARDIANS
    names = bool(words & _NAMES) or any(one.owner in (About.PUPILS, About.STAFF) and one.word in _NAMES for one in told)
    explicit_pupil = has_pupil and not words & _STAFF_ONLY
    if explicit_pupil or (has_pupil and words & _PUPIL_ONLY & set(PUPIL["birth_date"].aliases.split())):
        return About.PUPILS
    if words & _STAFF_ONLY and names:
        return About.STAFF
    if has_pupil or (names and words & _PUPIL_ONLY and words & {"nummer", "nr", "number"}):
        return About.PUPILS
    group_words = set(FIELDS[About.GROUPS]["name"].aliases.split())
    no_person = not words & (_NAMES - {"naam", "name"}) and not words & set(PUPIL["email"].aliases.split())
    return About.GROUPS if words & (group_words - {"code", "naam", "name"}) and no_person else None


def _is_about_guardians(words: set[str], of_guardian: set[tuple[int, str]], has_pupil: bool) -> bool:
    if any(rank for rank, _ in of_guardian):
        return False  # "ouder1_..." stands beside a pupil
    fields = {name for _, name in of_guardian}
    named = bool(fields & {"last_name", "name"})
    own_name = bool(words & _NAMES)
    if named and own_name:
        return False  # both have a name: pupils, with their guardians beside them
    if named:
        return has_pupil or "number" in fields
    if "number" in fields:
        return own_name
    return own_name and has_pupil and bool(words & _PAIR_WORDS.keys()) and not words & _PUPIL_ONLY


def missing_fields(about: About, columns: Mapping[str, object]) -> tuple[Field, ...]:
    """The fields without which this table cannot be read."""
    return tuple(FIELDS[about][names[0]] for names in REQUIRED[about] if not set(names) & columns.keys())
