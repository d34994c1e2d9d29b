"""What an EDEXML file says about itself: which school, which year, which day, which locations (Z-245)."""

from datetime import date

import pytest

from app.errors import RosterUnreadable
from app.roster import Kind
from tests.sources.edexml import edexml_world
from tests.sources.edexml.edexml_world import SCHOOL, TODAY, codes, edex, pupil

read = edexml_world.read


@pytest.mark.parametrize(
    ("said", "day"),
    [
        ("<peildatum>2026-10-01</peildatum><aanmaakdatum>2026-10-02T07:15:00</aanmaakdatum>", date(2026, 10, 2)),
        ("<peildatum>2026-10-01</peildatum>", date(2026, 10, 1)),
        ("", None),
    ],
)
def test_a_file_says_when_it_was_made(read, said, day):
    assert read(edex(pupils=pupil(), school=SCHOOL.replace("</school>", said + "</school>"))).made_on == day


@pytest.mark.parametrize(("code", "brin"), [("21-XY", "21XY"), (" 21xy ", "21XY"), ("21XY00", "21XY"), ("", None)])
def test_the_code_of_the_school_is_read_in_any_spelling(read, code, brin):
    assert read(edex(pupils=pupil(), school=SCHOOL.replace("99ZZ", code))).brin == brin


@pytest.mark.parametrize("code", ["XY21", "21XY1", "onbekend"])
def test_a_code_of_no_school_is_never_taken_for_no_code(read, code):
    with pytest.raises(RosterUnreadable, match="brincode"):
        read(edex(pupils=pupil(), school=SCHOOL.replace("99ZZ", code)))


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


def test_a_file_that_names_no_location_offers_one_for_a_school_without_any(read):
    roster = read(edex(pupils=pupil(), school=""))

    assert roster.brin is None
    assert [(place.code, place.is_guess) for place in roster.locations] == [("99ZZ00", True)]
    assert roster.pupils[0].location_key is None
    assert Kind.LOCATIONS not in roster.delivers


@pytest.mark.parametrize(("key", "code"), [("01", "99ZZ01"), ("99zz02", "99ZZ02"), ("1", ""), ("Noord", "")])
def test_the_code_of_a_location_follows_from_its_key(read, key, code):
    place = f'<vestigingen><vestiging key="{key}"><naam>Lindelaan</naam></vestiging></vestigingen>'

    (found,) = read(edex(place, pupils=pupil())).locations

    assert (found.key, found.name, found.code) == (key, "Lindelaan", code)


def test_locations_without_a_list_follow_from_the_dependance_or_the_references(read):
    school = SCHOOL.replace("</school>", "<dependancecode>02</dependancecode></school>")
    assert [(x.key, x.code) for x in read(edex(pupils=pupil(), school=school)).locations] == [("99ZZ02", "99ZZ02")]

    two = pupil("1", '<achternaam>B</achternaam><vestiging key="99ZZ01"/>')
    two += pupil("2", '<achternaam>B</achternaam><vestiging key="Noord"/>')
    assert [(x.key, x.code) for x in read(edex(pupils=two)).locations] == [("99ZZ01", "99ZZ01"), ("Noord", "")]


def test_a_file_that_names_no_school_says_so(read):
    unsaid = ("warning", "", "school-unsaid")

    assert unsaid in codes(read(edex(pupils=pupil(), school="<school><schoolkey>41323</schoolkey></school>")))
    assert unsaid not in codes(read(edex(pupils=pupil())))


def test_blank_lines_before_the_declaration_are_forgiven(read):
    text = '\n  <?xml version="1.0" encoding="UTF-8"?>' + edex(pupils=pupil())

    assert [one.number for one in read(text).pupils] == ["1"]


def test_a_zip_is_named_as_what_it_is(read):
    with pytest.raises(RosterUnreadable, match="zip"):
        read(b"PK\x03\x04" + b"\0" * 200)


def test_a_pupil_of_the_year_group_of_former_pupils_is_no_pupil_now_z245(read):
    name = "<achternaam>Beek</achternaam>"
    last_day = "<jaargroep>H</jaargroep><uitstroomdatum>2026-12-01</uitstroomdatum>"
    former, leaving = pupil("1", f"{name}<jaargroep>H</jaargroep>"), pupil("2", name + last_day)
    roster = read(edex(pupils=former + leaving))

    assert [(one.number, one.leaving_date) for one in roster.pupils] == [("2", date(2026, 12, 1))]
    assert ("info", "1", "former-pupil") in codes(roster)
