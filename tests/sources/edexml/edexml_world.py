"""Small EDEXML files for tests."""

from datetime import date

import pytest

from app.roster.edexml import EdexmlSource

TODAY = date(2026, 10, 5)
SCHOOL = "<school><schooljaar>2026-2027</schooljaar><brincode>99ZZ</brincode></school>"
LOCATION = '<vestigingen><vestiging key="99ZZ01"><naam>Lindelaan</naam></vestiging></vestigingen>'
GROUPS = (
    '<groepen><groep key="g1"><naam>2A</naam><jaargroep>12</jaargroep></groep>'
    '<samengestelde_groep key="s1"><naam>2A.wi</naam></samengestelde_groep></groepen>'
)


@pytest.fixture
def read(tmp_path):
    def read(content, today=TODAY, brin="99ZZ"):
        path = tmp_path / "EDEX.XML"
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return EdexmlSource(path, brin, today).fetch()

    return read


SPECIAL = (
    *("etniciteit", "land", "land_vader", "land_moeder", "sofinummer", "bsn", "onderwijsnummer", "bsn_ondwnr-4"),
    *("gewicht", "gewicht_nieuw", "postcodenl", "fotourl", "gebruikersnaam", "religie", "zorg", "toevoegingen"),
)


def edex(*parts, school=SCHOOL, pupils="", staff=""):
    taught = f"<leerkrachten>{staff}</leerkrachten>" if staff else ""
    return f"<EDEX>{school}{''.join(parts)}<leerlingen>{pupils}</leerlingen>{taught}</EDEX>"


def pupil(key="1", inside="<achternaam>Beek</achternaam>"):
    return f'<leerling key="{key}">{inside}</leerling>'


def codes(roster):
    return [(message.severity, message.key, message.code) for message in roster.messages]


def without_schema(roster):
    return [code for code in codes(roster) if not code[2].startswith("schema-")]
