"""Fields that tables of pupils, guardians, staff and groups have in common, and the titles they go under."""

from typing import Any, Final, NamedTuple

from flask_babel import lazy_gettext as _l


class Field(NamedTuple):
    """`reads` names how its cells are read (row_reader.py); `column` is the Dutch title in the template."""

    name: str
    reads: str
    title: Any
    column: str
    aliases: str


FIRST_NAME: Final = Field(
    "first_name",
    "first_name",
    _l("First name"),
    "Roepnaam",
    "roepnaam voornaam voornm roepnm firstname givenname callname preferredname",
)
INITIALS: Final = Field(
    "initials", "initials", _l("Initials"), "Voorletters", "voorletters voorletter voorletters1 initialen initials vl"
)
PREFIX: Final = Field(
    "prefix",
    "prefix",
    _l("Name prefix"),
    "Voorvoegsel",
    "voorvoegsel voorvoegsels tussenvoegsel tussenvoegsels tussenv tussenvgsl tussenvgsls vvgsl tv prefix",
)
LAST_NAME: Final = Field(
    "last_name",
    "last_name",
    _l("Last name"),
    "Achternaam",
    "achternaam geslachtsnaam familienaam achternm lastname familyname surname",
)
NAME: Final = Field("name", "full_name", _l("Full name"), "Naam", "naam volledigenaam fullname name")
GENDER: Final = Field("gender", "gender", _l("Gender"), "Geslacht", "geslacht gender sex mv mofv mvx jm")
EMAIL: Final = Field(
    "email",
    "email",
    _l("E-mail address"),
    "E-mailadres",
    "emailadres email mail mailadres emailaddress epost schoolmail emailschool",
)
LOCATION: Final = Field(
    "location",
    "place",
    _l("Location"),
    "Vestiging",
    "vestiging vestigingsnaam vestigingnaam locatie lokatie schoollocatie locatienaam location vestigingafkorting "
    "administratieveeenheidomschrijving administratieveeenheid vestigingen",
)
LOCATION_CODE: Final = Field(
    "location_code",
    "place",
    _l("Location code"),
    "Vestigingsnummer",
    "vestigingsnummer vestigingnummer vestigingsnr vestigingscode brin6 locatiecode",
)
BRIN: Final = Field("brin", "place", _l("School code (BRIN)"), "BRIN", "brin brinnummer brinnr brincode")
SCHOOL_YEAR: Final = Field(
    "school_year",
    "school_year",
    _l("School year"),
    "Schooljaar",
    "schooljaar schoolyear studyperiod lesperiode lesperiodekorteomschrijving",
)
PUPIL_NUMBERS: Final = (
    "leerlingnummer leerlingnr leerlnr leerlingno llnummer llnr lnr stamnummer stamnr stamnrstr lenerscode "
    "leerlingcode studentnummer studentnr studentnumber pupilnumber"
)
