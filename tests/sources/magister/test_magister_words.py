"""What columns, school years and dates of Magister mean, however they are written (formats.md 5, 11)."""

import pytest

from app.roster.magister.columns import meaning_of
from app.roster.magister.enrolments import read_period
from app.roster.magister.layouts import About, Wanted, wanted_lists
from app.roster.magister.table import column_name
from app.roster.reading.dates import iso_date


@pytest.mark.parametrize(
    ("text", "year"),
    [
        ("2627", 2026),
        ("26/27", 2026),
        ("2026-2027", 2026),
        ("Schooljaar 2026 / 2027", 2026),
        ("2026", 2026),
        ("2021", 2021),
        ("2526", 2025),
        ("Huidig", 2026),
        ("Volgend schooljaar", 2027),
        ("26/29", None),
        ("periode 1", None),
        ("", None),
        (None, None),
    ],
)
def test_a_school_year_is_read_in_every_form(text, year):
    assert read_period(text, 2026) == year


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("9-3-2011", "2011-03-09"),
        ("09.03.2011 00:00:00", "2011-03-09"),
        ("2011-3-9T00:00:00+01:00", "2011-03-09"),
        ("20110309", "2011-03-09"),
        ("30-12-1899 00:00:00", None),
        ("9999-12-31", None),
        (" ", None),
        ("31-02-2011", "2011-02-31"),
        ("maart 2011", "maart 2011"),
    ],
)
def test_a_date_is_read_in_every_form_and_never_guessed(text, told):
    assert iso_date(text) == told


@pytest.mark.parametrize(
    ("name", "meaning"),
    [
        ("STAMNR", ("own", 0, "number")),
        ("Leerfase.Leerjaar", ("own", 0, "year_of_study")),
        ("Administratieve_eenheid.Omschrijving", ("own", 0, "location")),
        ("Leerling.Stamnr", ("pupil", 0, "number")),
        ("Personeelslid.Stamnr", ("staff", 0, "number")),
        ("Personeelslid.Volledige_naam", ("own", 0, "mentor_name")),
        ("Ouder1_Achternaam", ("guardian", 1, "last_name")),
        ("ouder 2", ("guardian", 2, "last_name")),
        ("E-mail verzorger 1", ("guardian", 1, "email")),
        ("Verzorgernummer", ("guardian", 0, "number")),
        ("Oudernummer2", ("guardian", 2, "number")),
        ("idoudr1", ("guardian", 1, "number")),
    ],
)
def test_a_column_is_known_by_its_name(name, meaning):
    assert meaning_of(column_name(name))[0] == meaning


@pytest.mark.parametrize(
    "name", ["Nr", "Nr.tv", "email_1", "Loginaccount.Naam", "BSN", "Telefoon", "c_vrij1", "Oudere"]
)
def test_other_columns_are_never_read_r83(name):
    assert meaning_of(column_name(name))[0] is None


def test_lists_are_named_with_or_without_what_they_hold():
    assert wanted_lists("leerlingen=Zicht ll; Ouders = Zicht ouders , los") == (
        Wanted("Zicht ll", About.PUPILS),
        Wanted("Zicht ouders", About.GUARDIANS),
        Wanted("los"),
    )
    assert wanted_lists(None) == wanted_lists(" ; ") == ()
