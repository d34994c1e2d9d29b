"""A message about a field says which one, and what stood there: so that somebody can find and mend it (Z-244)."""

import pytest

from app.roster.messages import MAX_SHOWN_VALUE, Notes, as_read, message_text
from app.roster.reading.values import Checker
from tests.sources.edexml import edexml_world
from tests.sources.edexml.edexml_world import TODAY, edex, pupil
from tests.sources.table import table_world

pytestmark = pytest.mark.once
read = edexml_world.read
read_table = table_world.read


def told(messages):
    return {message.values["field"]: message.values["value"] for message in messages if "value" in message.values}


def test_the_checker_of_all_services_tells_it():
    check = Checker(Notes(), TODAY)
    check.date("pupil", "1", "birth_date", "31-13-2013")
    check.email("pupil", "1", "geen adres")
    check.text("pupil", "1", "initials", "A." * 40)

    assert told(check.notes.messages) == {
        "birth_date": "31-13-2013",
        "email": "geen adres",
        "initials": "A." * 40,
    }
    assert "geen adres" not in message_text(check.notes.messages[1])  # the sentence is the same for everybody


def test_a_table_tells_the_cell(read_table):
    lines = ("Leerlingnummer;Achternaam;Geboortedatum;E-mail;Geslacht", "1;Vos;31-02-2013;vos(at)x;banaan")
    assert told(read_table("\r\n".join(lines).encode()).messages) == {
        "birth_date": "31-02-2013",
        "email": "vos(at)x",
        "gender": "banaan",
    }


def test_edexml_tells_it(read):
    one = "<achternaam>B</achternaam><geboortedatum>2013-02-31</geboortedatum><geslacht>7</geslacht>"
    assert told(read(edex(pupils=pupil("1", one))).messages) == {"birth_date": "2013-02-31", "gender": "7"}


def test_it_is_one_short_line():
    assert as_read("a\nb\x00\u202ec") == "a b  c"
    assert len(as_read("x" * 500)) == MAX_SHOWN_VALUE + 1
