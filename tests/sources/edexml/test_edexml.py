"""EDEXML files as schools send them: every trap of formats.md 1, and hostile ones (Z-245 to Z-278, R75, R83)."""

from datetime import date
from pathlib import Path

import pytest

from app.roster import ABSENT, Kind
from app.roster.edexml import EdexmlSource
from app.roster.messages import message_text
from tests.sources.edexml import edexml_world
from tests.sources.edexml.edexml_world import GROUPS, LOCATION, SPECIAL, TODAY, codes, edex, pupil, without_schema

read = edexml_world.read
FEEDS = Path(__file__).with_name("feeds")


def test_the_official_example_is_read_without_a_schema_message():
    roster = EdexmlSource(FEEDS / "EDEXML.Voorbeeld.2.1.xml", "99ZZ", TODAY).fetch()

    assert (roster.brin, roster.school_year, roster.reference_date) == ("99ZZ", 2014, date(2014, 10, 1))
    assert [(p.key, p.prefix, p.last_name) for p in roster.pupils] == [
        ("00001", "imp", "ie"),
        ("00002", None, "Assati"),
        ("12345", "van 't", "Hof"),
    ]
    assert roster.pupils[0].group_keys == ("sg1", "sg2")
    assert roster.pupils[2].leaving_date == date(2014, 7, 18)
    assert [location.name for location in roster.locations] == ["Vestiging Huissen", "Vestiging Bemmel"]
    assert roster.staff[0].group_keys == ("GRP4A",)
    assert [one.location_key for one in roster.pupils[1:]] == ["VB", None]
    assert codes(roster) == []


def test_103_takes_the_year_of_a_pupil_from_the_group_or_from_the_pupil():
    roster = EdexmlSource(FEEDS / "edexml-1.03.xml", "99ZZ", TODAY).fetch()

    assert [(p.first_name, p.prefix, p.year_of_study, p.group_key) for p in roster.pupils] == [
        ("Zoë", "van den", 2, "g1"),
        ("Piet", "'t", 3, None),
    ]
    assert roster.reference_date == date(2007, 11, 25)
    assert roster.delivers == {Kind.PUPILS, Kind.GROUPS}


def test_all_fields_of_a_pupil_in_any_order_and_under_other_names_z246_to_z258(read):
    fields = (
        '<vestiging key=" 99ZZ01 "/><emailadres>noor@school.example</emailadres><groep key=" g1"/>'
        '<samengestelde_groepen><samengestelde_groep key="s1"/></samengestelde_groepen>'
        "<geslacht>2</geslacht><voornaam> Noor\n </voornaam><tussenvoegsel>van der</tussenvoegsel>"
        "<uitstroomdatum>2027-01-31Z</uitstroomdatum><jaargroep>12</jaargroep><achternaam>Beek</achternaam>"
        "<voorletters>NM</voorletters><geboortedatum>2011-03-09T00:00:00</geboortedatum>"
        "<instroomdatum>2024-08-01+02:00</instroomdatum>"
    )
    teacher = (
        '<leerkracht key="JAN"><roepnaam>Ad</roepnaam><achternaam>Jansen</achternaam><rol>LRK</rol>'
        '<groepen><groep key="g1"><rolomschrijving>Mentor 2A</rolomschrijving></groep>'
        '<samengestelde_groep key="s1"/></groepen></leerkracht>'
    )

    roster = read(edex(LOCATION, GROUPS, pupils=pupil(" 001234 ", fields), staff=teacher))

    one = roster.pupils[0]
    assert (one.key, one.number, one.key_lasts, one.school_year) == ("001234", "001234", True, 2026)
    assert (one.first_name, one.prefix, one.last_name, one.initials) == ("Noor", "van der", "Beek", "NM")
    assert (one.birth_date, one.gender, one.email) == (date(2011, 3, 9), "female", "noor@school.example")
    assert (one.year_of_study, one.group_key, one.group_keys) == (2, "g1", ("s1",))
    assert (one.location_key, one.leaving_date, one.enrolled_on) == ("99ZZ01", date(2027, 1, 31), date(2024, 8, 1))
    assert one.mentor_keys == ("JAN",)
    assert roster.staff[0].group_keys == ("g1", "s1")
    assert roster.locations[0].code == "99ZZ01"
    assert [(g.name, g.is_home, g.year_of_study) for g in roster.groups] == [("2A", True, 2), ("2A.wi", False, None)]
    assert without_schema(roster) == []


def test_a_field_nobody_carries_is_absent_and_one_that_this_pupil_lacks_is_none(read):
    one = pupil("1", "<achternaam>Beek</achternaam><emailadres>a@b.example</emailadres><voorvoegsel/>")

    first, second = read(edex(pupils=one + pupil("2"))).pupils

    assert (first.email, second.email) == ("a@b.example", None)
    assert (first.prefix, second.prefix) == (None, None)
    for field in ("first_name", "initials", "birth_date", "gender", "year_of_study", "group_key", "group_keys"):
        assert getattr(first, field) is ABSENT, field
    assert first.mentor_keys is ABSENT
    assert first.programme_code is ABSENT


@pytest.mark.parametrize(
    ("bad", "code"),
    [
        ("<leerling><achternaam>X</achternaam></leerling>", ("error", "", "key-missing")),
        ('<leerling key="  "><achternaam>X</achternaam></leerling>', ("error", "", "key-missing")),
        (pupil("9", "<geslacht>1</geslacht>"), ("error", "9", "last-name-missing")),
        (pupil("1", "<achternaam>Ander</achternaam>"), ("error", "1", "duplicate-key")),
        (pupil("7" * 257), ("error", "7" * 64, "key-too-long")),
    ],
)
def test_a_bad_record_is_skipped_with_a_message_and_stops_no_other_z244(read, bad, code):
    roster = read(edex(pupils=pupil("1") + bad + pupil("3")))

    assert [(p.key, p.last_name) for p in roster.pupils] == [("1", "Beek"), ("3", "Beek")]
    assert without_schema(roster) == [code]


@pytest.mark.parametrize(
    ("inside", "field", "code"),
    [
        ("<geboortedatum>31/12/2011</geboortedatum>", "birth_date", "date-unreadable"),
        ("<geboortedatum>2011-02-30</geboortedatum>", "birth_date", "date-unreadable"),
        ("<geboortedatum>2099-02-03</geboortedatum>", "birth_date", "date-unreadable"),
        ("<uitstroomdatum>ooit</uitstroomdatum>", "leaving_date", "date-unreadable"),
        ("<emailadres>noor bij school</emailadres>", "email", "email-unreadable"),
        (f"<voorletters-1>{'N' * 33}</voorletters-1>", "initials", "field-too-long"),
        ('<groep key="weg"/>', "group_key", "group-unknown"),
    ],
)
def test_a_bad_field_is_left_out_with_a_warning_and_the_pupil_stays(read, inside, field, code):
    roster = read(edex(LOCATION, GROUPS, pupils=pupil("1", "<achternaam>Beek</achternaam>" + inside)))

    assert getattr(roster.pupils[0], field) is None
    assert without_schema(roster) == [("warning", "1", code)]
    assert inside.partition(">")[2].partition("<")[0] not in message_text(roster.messages[0]) or "key" in inside


@pytest.mark.parametrize(
    ("code", "gender"), [("0", "unknown"), ("1", "male"), ("2", "female"), ("9", "unknown"), ("X", "unknown")]
)
def test_gender_codes(read, code, gender):
    roster = read(edex(pupils=pupil("1", f"<achternaam>B</achternaam><geslacht>{code}</geslacht>")))

    assert roster.pupils[0].gender == gender
    assert ("gender-unknown-code" in {m.code for m in roster.messages}) == (code == "X")


@pytest.mark.parametrize(("code", "year"), [("11", 1), ("16", 6), ("8", None), ("17", None), ("V", None), ("", None)])
def test_year_groups_11_to_16_are_the_years_of_study(read, code, year):
    roster = read(edex(pupils=pupil("1", f"<achternaam>B</achternaam><jaargroep>{code}</jaargroep>")))

    assert roster.pupils[0].year_of_study == year


def test_a_pupil_with_only_a_roepnaam_gets_it_as_last_name(read):
    roster = read(edex(pupils=pupil("1", "<roepnaam>Noor</roepnaam>")))

    assert (roster.pupils[0].first_name, roster.pupils[0].last_name) == (None, "Noor")
    assert without_schema(roster) == [("warning", "1", "only-first-name")]


def test_a_key_too_long_to_be_a_number_is_still_a_key(read):
    long = "https://school.example/" + "7" * 100
    roster = read(edex(pupils=pupil(long, "<achternaam>B</achternaam><uitstroomdatum>ooit</uitstroomdatum>")))

    (one,) = roster.pupils
    assert (one.key, one.number, one.key_lasts) == (long, "", True)
    assert without_schema(roster) == [
        ("warning", long[:64], "key-no-number"),
        ("warning", long[:64], "date-unreadable"),
    ]
    assert {message.record_key for message in roster.messages if message.kind == "pupil"} == {long}


def test_a_date_with_the_day_first_is_read(read):
    dates = "<geboortedatum>9-3-2011</geboortedatum><uitstroomdatum>01-09-2026</uitstroomdatum>"

    one = read(edex(pupils=pupil("1", "<achternaam>B</achternaam>" + dates))).pupils[0]

    assert (one.birth_date, one.leaving_date) == (date(2011, 3, 9), date(2026, 9, 1))


def test_keys_with_a_hash_are_no_keys_for_next_time(read):
    roster = read(edex(pupils=pupil("#001")))

    assert roster.pupils[0].key_lasts is False
    assert ("info", "", "keys-do-not-last") in codes(roster)


def test_kinds_that_a_file_does_not_hold_are_not_delivered(read):
    roster = read(edex(pupils=pupil("1", '<achternaam>B</achternaam><groep key="g1"/>')))

    assert roster.delivers == {Kind.PUPILS}
    assert roster.pupils[0].group_key is ABSENT
    assert without_schema(roster) == []


def test_elements_in_a_namespace_are_read_too(read):
    content = edex(LOCATION, GROUPS, pupils=pupil("1", '<achternaam>B</achternaam><groep key="g1"/>'))

    roster = read(
        content.replace("<EDEX>", '<EDEX xmlns="http://www.edustandaard.nl/leerresultaten/2/leerlinggegevens">')
    )

    assert (roster.pupils[0].group_key, roster.locations[0].name) == ("g1", "Lindelaan")


def test_one_form_of_unicode_and_no_invisible_signs(read):
    roster = read(edex(pupils=pupil("1", "<achternaam>Adsız\u202e</achternaam><roepnaam>O\u0308zlem</roepnaam>")))

    assert (roster.pupils[0].last_name, roster.pupils[0].first_name) == ("Adsız", "Özlem")


def test_special_data_is_left_in_the_file_r83(read):
    secret = "".join(f"<{name}>KANARIE</{name}>" for name in SPECIAL)
    staff = f'<leerkracht key="D"><achternaam>J</achternaam>{secret}</leerkracht>'

    roster = read(edex(pupils=pupil("1", "<achternaam>B</achternaam>" + secret), staff=staff))

    assert "KANARIE" not in repr(roster)
    assert not any("KANARIE" in message_text(message) for message in roster.messages)
