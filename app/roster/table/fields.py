"""What a table can tell, and under which titles schools tell it (formats.md 4.1, 5.2, 5.3, 11; our own exports).

Titles are compared without case, accents, spaces, dots and underscores. Of several titles in one table for the same
field, the one that stands first here is used.
"""

from collections.abc import Mapping
from enum import StrEnum
from typing import Final

from flask_babel import lazy_gettext as _l

from .shared_fields import (
    BRIN,
    EMAIL,
    FIRST_NAME,
    GENDER,
    INITIALS,
    LAST_NAME,
    LOCATION,
    LOCATION_CODE,
    NAME,
    PREFIX,
    PUPIL_NUMBERS,
    SCHOOL_YEAR,
    Field,
)


class About(StrEnum):
    """What the rows of a table are about."""

    PUPILS = "pupils"
    GUARDIANS = "guardians"
    STAFF = "staff"
    GROUPS = "groups"


def _table(*fields: Field) -> dict[str, Field]:
    return {field.name: field for field in fields}


PUPIL: Final = _table(
    Field("number", "number", _l("Pupil number"), "Leerlingnummer", f"{PUPIL_NUMBERS} nummer nr number"),
    FIRST_NAME,
    INITIALS,
    PREFIX,
    LAST_NAME,
    NAME._replace(aliases=f"{NAME.aliases} leerling pupil"),
    Field(
        "birth_date",
        "date",
        _l("Date of birth"),
        "Geboortedatum",
        "geboortedatum gebdatum gebdatumstr gebdat geboren birthdate dateofbirth dob",
    ),
    GENDER,
    EMAIL,
    Field(
        "year_of_study",
        "year",
        _l("Year of study"),
        "Leerjaar",
        "leerjaar lj ljr leerfaseleerjaar studyyear jaargroep jaarlaag yearofstudy grade",
    ),
    Field(
        "programme_code",
        "text",
        _l("Programme code"),
        "ILT-code",
        "iltcode ilt opleidingscode opleidingcode elementcode studie afdeling opleiding study programmecode",
    ),
    Field(
        "group",
        "group",
        _l("Class"),
        "Klas",
        "klas stamgroep stamklas klascode klasnaam stamgroepnaam groep groepsnaam mentorgroep class homeroom",
    ),
    Field(
        "teaching_groups",
        "groups",
        _l("Teaching groups"),
        "Lesgroepen",
        "lesgroepen lesgroep clustergroepen clustergroep clusters cluster groepen vakgroepen",
    ),
    Field(
        "mentors",
        "groups",
        _l("Mentor"),
        "Mentor",
        "mentornummer mentorcode cmentorcode pmentorcode mentorafkorting mentor mentoren",
    ),
    LOCATION,
    LOCATION_CODE,
    BRIN,
    SCHOOL_YEAR,
    Field(
        "enrolled_on",
        "date",
        _l("Enrolment date"),
        "Inschrijfdatum",
        "inschrijfdatum instroomdatum datuminschrijving inschrijvingsdatum studiebegindatum begindatum startdatum",
    ),
    Field(
        "leaving_date",
        "date",
        _l("Leaving date"),
        "Uitschrijfdatum",
        "uitschrijfdatum uitstroomdatum vertrekdatum datumuitschrijving uitschrijvingsdatum dvertrekstr dvertrek",
    ),
    Field("ends_on", "date", _l("End of the enrolment"), "Einddatum", "studieeinddatum einddatum"),
)

GUARDIAN: Final = _table(
    Field("pupil_number", "numbers", _l("Pupil number"), "Leerlingnummer", PUPIL_NUMBERS),
    Field(
        "number",
        "number",
        _l("Guardian number"),
        "Verzorgernummer",
        "verzorgernummer verzorgernr oudernummer relatienummer nummer nr number code id",
    ),
    INITIALS,
    Field("first_name", "first_name", _l("First name"), "Roepnaam", FIRST_NAME.aliases),
    PREFIX,
    LAST_NAME,
    NAME,
    GENDER,
    EMAIL,
    Field(
        "relation",
        "text",
        _l("Relation to the pupil"),
        "Relatie",
        "relatie relatiesoort relatietotleerling relatieomschrijving soortrelatie relation relationship",
    ),
    Field(
        "receives_post",
        "yes",
        _l("Receives post"),
        "Ontvangt post",
        "ontvangtpost magpostontvangen postontvangen post receivespost",
    ),
    Field("rank", "rank", _l("Order of contact"), "Volgnummer", "volgnummer volgnr volgorde rank"),
    Field(
        "has_authority",
        "yes",
        _l("Parental authority"),
        "Ouderlijk gezag",
        "ouderlijkgezag gezag heeftouderlijkgezag heeftgezag wettelijkgezag gezaghebbend parentalauthority",
    ),
)

STAFF: Final = _table(
    Field(
        "number",
        "number",
        _l("Staff number"),
        "Medewerkersnummer",
        "medewerkersnummer medewerkernummer medewerkernr medewerkersnr personeelsnummer personeelnummer personeelsnr "
        "docentnummer externnummer stamnummer stamnr stamnrstr nummer nr number",
    ),
    Field(
        "code",
        "text",
        _l("Teacher code"),
        "Docentcode",
        "docentcode docentafkorting afkorting personeelscode lerarencode roostercode code",
    ),
    FIRST_NAME,
    INITIALS,
    PREFIX,
    LAST_NAME,
    NAME._replace(aliases=f"{NAME.aliases} medewerker docent"),
    GENDER,
    EMAIL,
    Field(
        "groups",
        "groups",
        _l("Groups"),
        "Groepen",
        "groepen groep klassen klas lesgroepen lesgroep stamgroepen stamgroep mentorklas",
    ),
    Field(
        "leaving_date",
        "date",
        _l("Leaving date"),
        "Datum uit dienst",
        "datumuitdienst uitdienst uitdienstdatum datumuit dvertrekstr dvertrek vertrekdatum einddatum",
    ),
)

GROUP: Final = _table(
    Field(
        "name",
        "group",
        _l("Group"),
        "Groep",
        "groep groepsnaam groepnaam klas klasnaam stamgroep stamklas lesgroep clustergroep naam name code",
    ),
    Field("sort", "sort", _l("Kind"), "Soort", "soort soortgroep type groepstype kind"),
    Field("year_of_study", "year", _l("Year of study"), "Leerjaar", PUPIL["year_of_study"].aliases),
    LOCATION,
    LOCATION_CODE,
    BRIN,
    SCHOOL_YEAR,
)

FIELDS: Final[Mapping[About, Mapping[str, Field]]] = {
    About.PUPILS: PUPIL,
    About.GUARDIANS: GUARDIAN,
    About.STAFF: STAFF,
    About.GROUPS: GROUP,
}
MOST_GUARDIANS: Final = 4  # column groups beside a pupil
RANKS: Final = frozenset(map(str, range(1, MOST_GUARDIANS + 1)))
# At least one field of each of these must be there.
REQUIRED: Final[Mapping[About, tuple[tuple[str, ...], ...]]] = {
    About.PUPILS: (("number",), ("last_name", "name")),
    About.GUARDIANS: (("pupil_number",), ("last_name", "name")),
    About.STAFF: (("number", "code"), ("last_name", "name")),
    About.GROUPS: (("name",),),
}


def guardian_field(name: str) -> tuple[int, Field] | None:
    """'guardian2_email' -> (2, the field "email" of a guardian); None for another name."""
    start, _, rest = name.partition("_")
    if start[:8] != "guardian" or start[8:] not in RANKS or rest not in GUARDIAN or rest == "pupil_number":
        return None
    return int(start[8:]), GUARDIAN[rest]


def field_of(about: About, name: str) -> Field | None:
    """The field of this name in a table about these; beside a pupil stand the fields of guardians."""
    if about is About.PUPILS and (beside := guardian_field(name)):
        return beside[1]
    return FIELDS[about].get(name)
