"""What the columns of a list mean. A school names them freely (formats.md 5.3, 11), so many names are known. Pure."""

import re
from collections.abc import Collection, Iterable, Mapping
from typing import Any, Final, NamedTuple

from app.roster import ABSENT

from .table import type_Row

# Names as column_name() makes them, the best first: of two columns with one meaning the first in this list counts.
MEANINGS: Final[Mapping[str, str]] = {
    "number": "stamnrstr stamnr stamnummer leerlingnummer leerlingnr llnr personeelsnummer personeelsnr"
    " medewerkernummer medewerkernr persnr",
    "first_name": "roepnaam firstname voornaam voornm callname",
    "initials": "voorletters voorlett voorl initials initialen",
    "prefix": "tussenv tussenvoegsel tussenvoegsels tussenvoeg tussenvgsl prefix voorvoegsel voorvoegsels",
    "last_name": "achternaam lastname surname geslachtsnaam naam",
    "email": "email emailadres emailaddress mail mailadres",
    "gender": "geslacht gender mv sex",
    "birth_date": "gebdatumstr gebdatum geboortedatum birthdate gebdat dateofbirth",
    "class": "klas class stamklas stamgroep basisgroep klascode klasnaam",
    "group": "groep groepnaam lesgroepnaam lesgroepcode clustergroep cluster",
    "group_id": "lesgroepid idlesgroep klaslesgroep lesgroep",
    "study": "studie study studiecode",
    "programme_code": "iltcode ilt opleidingscode elementcode",
    "year_of_study": "leerfaseleerjaar leerjaar studyyear jaarlaag",
    "period": "lesperiodekorteomschrijving lesperiode studyperiod schooljaar",
    "location": "administratieveeenheidomschrijving location locatie lokatie schoollocatie vestiging vestigingsnaam"
    " locatienaam vestigingnaam",
    "location_code": "vestigingsnummer vestigingscode brin6 locatiecode vestigingnummer",
    "brin": "brin brincode brinnummer",
    "mentor_code": "cmentorcode persoonlijkementorcode mentorcode mentor1code mentorcode1 mentor mentor1 mentorstamnr",
    "mentor_name": "cmentorname persoonlijkementornaam personeelslidvolledigenaam mentornaam mentorname",
    "second_mentor_code": "mentor2code mentorcode2 mentor2",
    "class_mentor_code": "pmentorcode klasmentorcode klassenmentorcode klasmentor",
    "class_mentor_name": "pmentorname klasmentornaam",
    "begins": "studiebegindatum begindatum dbegin startdatum plaatsingbegin",
    "ends": "studieeinddatum einddatum deinde plaatsingeinde",
    "leaves": "vertrekdatum dvertrekstr dvertrek datumvertrek uitschrijfdatum datumuitstr",
    "enrols": "inschrijfdatum",
    "eckid": "eckid ecki ketenid",
    "relation": "relatie relatiesoort soortrelatie relation relatietype relatieomschrijving",
    "post": "magpostontvangen ontvangtpost postontvangen postontvangst post correspondentie",
    "rank": "volgnummer volgorde rang",
    "authority": "ouderlijkgezag gezag heeftouderlijkgezag heeftgezag wettelijkgezag gezaghebbend",
    "code": "code doccode docentcode personeelscode medewerkercode afkorting lerarencode",
    "full_name": "loginaccountvolledigenaam volledigenaam naamvol",
    "function": "functieomschr functie functieomschrijving",
}
# Only behind the word of a person: on its own "nr" is a house number, and "id" could be anybody's.
BEHIND_A_WORD: Final[Mapping[str, str]] = {
    "number": "nummer nr id number key",
    "relation": "rol soort type",
}
WORDS: Final[Mapping[str, str]] = {
    "guardian": "ouderverzorger verzorgers verzorger ouders ouder sisoudr oudr guardian parent voogd",
    "pupil": "leerlingen leerling sisleer lln student pupil kind",
    "staff": "personeelslid medewerker docent sispers teacher",
}
_FIELDS: Final = {name: (field, rank) for field, names in MEANINGS.items() for rank, name in enumerate(names.split())}
_BEHIND: Final = {
    name: (field, 100 + n) for field, names in BEHIND_A_WORD.items() for n, name in enumerate(names.split())
}
_WHO: Final = {word: who for who, words in WORDS.items() for word in words.split()}
_ANY: Final = "|".join(sorted(_WHO, key=len, reverse=True))
_IN_FRONT: Final = re.compile(rf"(?P<word>{_ANY})(?P<slot>[1-4]?)(?P<rest>[a-z0-9]*)")
_AT_THE_END: Final = re.compile(rf"(?P<rest>[a-z0-9]+?)(?P<word>{_ANY})(?P<slot>[1-4]?)")
_ID: Final = re.compile(rf"id(?P<word>{_ANY})(?P<slot>[1-4]?)(?P<rest>)")
_SLOTS: Final = tuple("1234")


class Place(NamedTuple):
    """Whose field a column holds. `who`: "own" (the row is about them), "guardian", "pupil", "staff"."""

    who: str
    slot: int  # 1, 2...: the first, second... guardian of the row; 0: the only one
    field: str


class Columns:
    """The columns of one list by what they mean."""

    def __init__(self, names: Iterable[str]) -> None:
        found: dict[Place, tuple[int, str]] = {}
        for name in names:
            place, rank = meaning_of(name)
            if place is not None and rank < found.get(place, (1000, ""))[0]:
                found[place] = rank, name
        self._names = {place: name for place, (_rank, name) in found.items()}

    def has(self, who: str, *fields: str, slot: int = 0) -> bool:
        """Whether any of these fields is there."""
        return any(Place(who, slot, field) in self._names for field in fields)

    def slots(self) -> list[int]:
        """Which guardians the rows name: [1, 2] for column groups, [0] for one per row, [] for none."""
        return sorted(place.slot for place in self._names if (place.who, place.field) == ("guardian", "last_name"))

    def named(self, fields: Collection[str]) -> list[str]:
        """The columns of these fields, of whomever they are."""
        return [name for place, name in self._names.items() if place.field in fields]

    def get(self, row: type_Row, who: str, field: str, slot: int = 0) -> Any:
        """The text; None when it is told as empty, ABSENT when it is not told."""
        text = row.get(self._names.get(Place(who, slot, field), ""))
        return ABSENT if text is None else text or None

    def renamed(self, who: str, as_who: str, fields: Iterable[str]) -> None:
        """What stood for one person counts for another: the names in a list of guardians are theirs."""
        for field in fields:
            if (name := self._names.pop(Place(who, 0, field), None)) is not None:
                self._names.setdefault(Place(as_who, 0, field), name)

    def counts_as(self, field: str, as_field: str) -> None:
        """One field of the row is the other one, when that is not there itself."""
        place = Place("own", 0, field)
        if place in self._names and not self.has("own", as_field):
            self._names[Place("own", 0, as_field)] = self._names.pop(place)


def meaning_of(name: str) -> tuple[Place | None, int]:
    """(the place of a column, how good its name is; lower is better). (None, 0) for one that we do not read."""
    if name in _FIELDS:
        field, rank = _FIELDS[name]
        return Place("own", 0, field), rank
    for shape in (_ID, _IN_FRONT, _AT_THE_END):
        found = shape.fullmatch(name)
        if found is None:
            continue
        slot, rest = found["slot"], found["rest"]
        if not slot and rest[-1:] in _SLOTS:
            slot, rest = rest[-1], rest[:-1]
        field, rank = _behind(rest, bare="number" if shape is _ID else "last_name")
        if field:
            return Place(_WHO[found["word"]], int(slot or 0), field), rank
    return None, 0


def _behind(rest: str, bare: str) -> tuple[str, int]:
    if not rest:
        return bare, 90
    return _BEHIND.get(rest) or _FIELDS.get(rest, ("", 0))
