"""EDEXML files as schools send them: every trap of formats.md 1, and hostile ones (Z-245 to Z-278, R75, R83)."""

import re
import tracemalloc
from datetime import date
from pathlib import Path

import pytest

from app.errors import RosterUnreadable
from app.roster import ABSENT, Kind
from app.roster.edexml import EdexmlSource
from app.roster.messages import message_text

FEEDS = Path(__file__).with_name("feeds")
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
    assert codes(roster) == [("warning", "12345", "location-missing")]


def test_103_takes_the_year_of_a_pupil_from_the_group_or_from_the_pupil():
    roster = EdexmlSource(FEEDS / "edexml-1.03.xml", "99ZZ", TODAY).fetch()

    assert [(p.first_name, p.prefix, p.year_of_study, p.group_key) for p in roster.pupils] == [
        ("Zoë", "van den", 2, "g1"),
        ("Piet", "'t", 3, None),
    ]
    assert roster.reference_date == date(2007, 11, 25)
    assert roster.delivers == {Kind.PUPILS, Kind.GROUPS, Kind.LOCATIONS}


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
        (pupil("7" * 65), ("error", "7" * 64, "number-too-long")),
    ],
)
def test_a_bad_record_is_skipped_with_a_message_and_stops_no_other_z244(read, bad, code):
    roster = read(edex(pupils=pupil("1") + bad + pupil("3")))

    assert [(p.key, p.last_name) for p in roster.pupils] == [("1", "Beek"), ("3", "Beek")]
    assert without_schema(roster) == [code]


@pytest.mark.parametrize(
    ("inside", "field", "code"),
    [
        ("<geboortedatum>31-12-2011</geboortedatum>", "birth_date", "date-unreadable"),
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


@pytest.mark.parametrize(
    ("code", "year"), [("11", 1), ("16", 6), ("8", None), ("17", None), ("H", None), ("V", None), ("", None)]
)
def test_year_groups_11_to_16_are_the_years_of_study(read, code, year):
    roster = read(edex(pupils=pupil("1", f"<achternaam>B</achternaam><jaargroep>{code}</jaargroep>")))

    assert roster.pupils[0].year_of_study == year


def test_a_pupil_with_only_a_roepnaam_gets_it_as_last_name(read):
    roster = read(edex(pupils=pupil("1", "<roepnaam>Noor</roepnaam>")))

    assert (roster.pupils[0].first_name, roster.pupils[0].last_name) == (None, "Noor")
    assert without_schema(roster) == [("warning", "1", "only-first-name")]


def test_keys_with_a_hash_are_no_keys_for_next_time(read):
    roster = read(edex(pupils=pupil("#001")))

    assert roster.pupils[0].key_lasts is False
    assert ("info", "", "keys-do-not-last") in codes(roster)


@pytest.mark.parametrize(
    ("school", "year", "day"),
    [
        (SCHOOL, 2026, TODAY),
        ("<school><schooljaar>2031 / 2032</schooljaar></school>", 2031, date(2031, 8, 1)),
        (
            "<school><schooljaar>2025-2026</schooljaar><peildatum>2025-10-01</peildatum></school>",
            2025,
            date(2025, 10, 1),
        ),
        (
            "<school><schooljaar>2025-2026</schooljaar><peildatum>2024-10-01</peildatum></school>",
            2025,
            date(2025, 8, 1),
        ),
        ("<school><peildatum>2025-10-01</peildatum></school>", 2025, date(2025, 10, 1)),
        ("<school/>", 2026, TODAY),
        ("", 2026, TODAY),
    ],
)
def test_school_year_and_reference_date_z245(read, school, year, day):
    roster = read(edex(pupils=pupil(), school=school))

    assert (roster.school_year, roster.reference_date) == (year, day)
    assert ("school-year-unknown" in {m.code for m in roster.messages}) == ("schooljaar" not in school)


def test_a_file_that_names_no_school_gets_a_location_of_this_school(read):
    roster = read(edex(pupils=pupil(), school=""))

    assert roster.brin is None
    assert roster.locations[0].code == "99ZZ00"
    assert roster.pupils[0].location_key == "99ZZ00"


def test_locations_without_a_list_follow_from_the_dependance_or_the_references(read):
    school = SCHOOL.replace("</school>", "<dependancecode>02</dependancecode></school>")
    assert [(x.key, x.code) for x in read(edex(pupils=pupil(), school=school)).locations] == [("99ZZ02", "99ZZ02")]

    two = pupil("1", '<achternaam>B</achternaam><vestiging key="99ZZ01"/>')
    two += pupil("2", '<achternaam>B</achternaam><vestiging key="Noord"/>')
    assert [(x.key, x.code) for x in read(edex(pupils=two)).locations] == [("99ZZ01", "99ZZ01"), ("Noord", "")]


def test_kinds_that_a_file_does_not_hold_are_not_delivered(read):
    roster = read(edex(pupils=pupil("1", '<achternaam>B</achternaam><groep key="g1"/>')))

    assert roster.delivers == {Kind.PUPILS, Kind.LOCATIONS}
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


def test_the_strict_report_names_line_and_element_and_no_value(read):
    late = SCHOOL.replace("2026-2027", "2039-2040")
    roster = read(edex(pupils="\n" + pupil("1", "<achternaam>B</achternaam><geslacht>KANARIE</geslacht>"), school=late))

    (found,) = [message for message in roster.messages if message.code == "schema-violation"]
    assert (found.values["line"], found.values["element"], found.values["reason"]) == ("2", "geslacht", "schema-value")
    assert "KANARIE" not in message_text(found)


def test_the_strict_report_is_short_and_vendor_blocks_are_no_violation(read):
    extra = (
        '<toevoegingen><blok xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xsi:type="Eigen"/></toevoegingen>'
    )
    good = read(edex(pupils=pupil("1", "<achternaam>B</achternaam>" + extra)))
    assert codes(good) == []

    bad = read(
        edex(pupils="".join(pupil(str(n), "<tussenvoegsel>x</tussenvoegsel><roepnaam>B</roepnaam>") for n in range(30)))
    )
    assert [m.code for m in bad.messages].count("schema-violation") == 20
    assert bad.messages[-1].code == "schema-more"


LAUGHS = '<!DOCTYPE EDEX [<!ENTITY a "lol"><!ENTITY b "&a;&a;&a;&a;">]>'
HOSTILE = {
    "empty": b"",
    "no xml": b"leerlingnummer;achternaam\n1;Beek\n",
    "html": b"<html><body/></html>",
    "other root": b"<UITWISSELING><leerlingen/></UITWISSELING>",
    "root inside another": b"<x><EDEX><leerlingen/></EDEX></x>",
    "no pupils": b"<EDEX/>",
    "truncated": edex(pupils=pupil()).encode()[:-20],
    "bytes behind": edex(pupils=pupil()).encode() + b"<more/>",
    "laughs": (LAUGHS + edex(pupils=pupil("1", "<achternaam>&b;</achternaam>"))).encode(),
    "laughs in utf-16": (LAUGHS + edex(pupils=pupil())).encode("utf-16"),
    "laughs in utf-16-le without mark": (LAUGHS + edex(pupils=pupil())).encode("utf-16-le"),
    "laughs in utf-32": (LAUGHS + edex(pupils=pupil())).encode("utf-32"),
    "laughs in utf-7": (b'<?xml version="1.0" encoding="UTF-7"?>' + (LAUGHS + edex(pupils=pupil())).encode("utf-7")),
    "late doctype": b"<!--" + b"x" * 70_000 + b"-->" + (LAUGHS + edex(pupils=pupil())).encode(),
    "external dtd": b'<!DOCTYPE EDEX SYSTEM "file:///etc/passwd">' + edex(pupils=pupil()).encode(),
    "deep": ("<EDEX>" + "<x>" * 60 + "</x>" * 60 + "</EDEX>").encode(),
    "very deep": ("<EDEX>" + "<x>" * 100_000).encode(),
    "deep in a record": edex(pupils=pupil("1", "<x>" * 60 + "</x>" * 60)).encode(),
    "many elements": ("<EDEX>" + "<x/>" * 500_000 + "</EDEX>").encode(),
    "long text": ("<EDEX><school><schooljaar>" + "x" * 11_000_000 + "</schooljaar></school></EDEX>").encode(),
    "include": edex(pupils='<i:include xmlns:i="http://www.w3.org/2001/XInclude" href="/etc/passwd"/>').encode(),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_and_broken_files_are_refused_with_one_sentence_r75(read, name):
    with pytest.raises(RosterUnreadable) as refusal:
        read(HOSTILE[name])

    assert re.fullmatch(r"[^\n]{15,160}\.", refusal.value.message)
    assert "root:" not in refusal.value.message


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "iso-8859-1", "windows-1252"])
def test_honest_encodings_give_the_same_names(read, encoding):
    declared = {"utf-8-sig": "utf-8"}.get(encoding, encoding)
    content = f'<?xml version="1.0" encoding="{declared}"?>' + edex(
        pupils=pupil("1", "<achternaam>D'Août</achternaam>")
    )

    assert read(content.encode(encoding)).pupils[0].last_name == "D'Août"


def test_a_missing_file_and_a_file_over_50_mb_are_refused(tmp_path):
    big = tmp_path / "big.xml"
    with big.open("wb") as file:
        file.truncate(50 * 1024 * 1024 + 1)
    for path in (big, tmp_path / "none.xml", tmp_path):
        with pytest.raises(RosterUnreadable):
            EdexmlSource(path, "99ZZ", TODAY).fetch()


def test_a_large_file_is_read_in_pieces(tmp_path):
    """Memory does not hold the tree: the second half of a file adds its records only."""
    path = tmp_path / "large.xml"
    with path.open("w") as file:
        file.write(f"<EDEX>{SCHOOL}{GROUPS}<leerlingen>")
        for number in range(20_000):
            filler = "<commentaar>" + "x" * 200 + "</commentaar>"
            file.write(pupil(str(number), f'<achternaam>Beek</achternaam>{filler}<groep key="g1"/>'))
        file.write("</leerlingen></EDEX>")
    counts = []
    tracemalloc.start()
    roster = EdexmlSource(path, "99ZZ", TODAY).fetch(lambda kind, count: counts.append((kind, count)))
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()

    assert len(roster.pupils) == 20_000
    assert counts[0] == ("pupils", 1)
    assert counts[-1] == ("pupils", 19_001)
    assert codes(roster) == [("info", "", "schema-skipped")]
    assert peak < 30 * 1024 * 1024
