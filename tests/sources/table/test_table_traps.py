"""What Excel does to tables, and dates, words and letters as schools write them (formats.md 11, R76)."""

from datetime import date

import pytest

from app.errors import RosterUnreadable
from app.roster import ABSENT
from app.roster.messages import message_text
from app.roster.table import look_at
from tests.sources.table import table_world
from tests.sources.table.table_world import PUPILS, TODAY, codes, files, mapped, workbook

pytestmark = pytest.mark.once
read = table_world.read
NAMES = ("Zoë", "Şahin", "Łukasz", "Đặng", "O'Brien", "D'Août", "Müller", "Çelik")
WESTERN = ("Zoë", "O'Brien", "D'Août", "Müller", "Çelik")


def table_of(names, delimiter=";"):
    lines = [f"{number}{delimiter}{name}" for number, name in enumerate(names, 1)]
    return "\r\n".join([f"Leerlingnummer{delimiter}Achternaam", *lines, ""])


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32"])
@pytest.mark.parametrize("delimiter", [";", ",", "\t", "|"])
def test_names_stay_the_same_in_every_unicode_encoding_r76(read, encoding, delimiter):
    roster = read(table_of(NAMES, delimiter).encode(encoding))

    assert tuple(pupil.last_name for pupil in roster.pupils) == NAMES


def test_names_stay_the_same_in_the_encoding_of_dutch_excel_r76(read):
    assert tuple(pupil.last_name for pupil in read(table_of(WESTERN).encode("cp1252")).pupils) == WESTERN


@pytest.mark.parametrize("encoding", ["cp850", "cp437"])
@pytest.mark.parametrize("name", ["Müller", "Zoë", "André", "Hélène", "François", "Daniël"])
def test_letters_that_nobody_can_know_are_refused_r76(read, encoding, name):
    with pytest.raises(RosterUnreadable, match="letters"):
        read(table_of((name, "Berg")).encode(encoding))


def test_letters_of_an_old_system_are_read_when_somebody_says_so(read):
    told = mapped(encoding="cp850", columns={"number": "Leerlingnummer", "last_name": "Achternaam"})

    assert read(table_of(("Zoë",)).encode("cp850"), mapping=told).pupils[0].last_name == "Zoë"


@pytest.mark.parametrize("name", ["‘s-Gravenhage", "Jansen – de Wit", "“Piet” Puk", "D’Hondt", "Š. Novák", "Anne…"])
def test_signs_of_dutch_excel_are_no_wrong_letters(read, name):
    assert read(table_of((name,)).encode("cp1252")).pupils[0].last_name == name


def test_a_number_that_excel_should_leave_alone_keeps_its_zeros(read):
    roster = read('Leerlingnummer;Achternaam;Klas\n="012345";Beek;="3-4"\n')

    assert (roster.pupils[0].number, roster.groups[0].name) == ("012345", "3-4")


def test_a_class_that_excel_made_a_date_of_is_no_class(read):
    book = workbook(("Leerlingnummer", "Achternaam", "Klas"), ["1", "Beek", date(2026, 4, 3)], ["2", "Smit", "h2a"])
    roster = read(book)

    assert [group.name for group in roster.groups] == ["h2a"]
    assert ("warning", "1", "table-cell-unreadable") in codes(roster)
    assert roster.pupils[0].group_key is ABSENT


def test_a_file_of_mixed_encodings_is_refused_and_never_read_as_broken_letters_r76(read):
    with pytest.raises(RosterUnreadable, match="letters"):
        read(table_of(("Zoë",)).encode() + "2;Müller\n".encode("cp1252"))


def test_letters_that_were_broken_before_are_named(read):
    roster = read(table_of(("ZoÃ«",)))

    assert codes(roster) == [("warning", "", "table-letters")]


def test_the_encoding_and_delimiter_may_be_set_by_hand(read):
    told = mapped(encoding="cp1252", delimiter=",", columns={"number": "nr", "last_name": "wie"})

    assert read("wie,nr\nZoë,1\n".encode("cp1252"), mapping=told).pupils[0].last_name == "Zoë"


def test_a_line_that_names_the_delimiter_goes_before_what_it_looks_like(read):
    assert read('sep=|\nLeerlingnummer|Achternaam|Roepnaam\n1|"Beek; de"|Noor\n').pupils[0].last_name == "Beek; de"


def test_quotes_and_line_ends_inside_a_cell(read):
    (one,) = read('Leerlingnummer;Achternaam;Roepnaam\n1;"Beek ""de\noude""";Noor\n').pupils

    assert one.last_name == 'Beek "de oude"'


@pytest.mark.parametrize("number", ["1,23E+04", "1.23456E+11", "1E+06", "1.5E11"])
def test_scientific_notation_is_refused_for_it_is_another_number(read, number):
    with pytest.raises(RosterUnreadable, match="Leerlingnummer") as refused:
        read(f"{PUPILS}{number};Noor;;Beek;h2a\n")
    assert number not in str(refused.value)


def test_a_number_of_more_digits_than_excel_keeps_is_refused(read):
    with pytest.raises(RosterUnreadable):
        read(workbook(["Leerlingnummer", "Roepnaam", "Achternaam"], [1234567890123456789, "Noor", "Beek"]))


def test_numbers_with_a_point_lose_it_and_it_is_said_once(read):
    roster = read(f"{PUPILS}123456.0;Noor;;Beek;h2a\n123457,0;Ad;;Aalst;h2a\n")

    assert [pupil.number for pupil in roster.pupils] == ["123456", "123457"]
    assert codes(roster) == [("warning", "", "table-decimals")]


def test_lost_leading_zeros_are_suspected_when_lengths_differ(read):
    lost = read(workbook(["Leerlingnummer", "Roepnaam", "Achternaam"], [1234, "Noor", "Beek"], [12345, "Ad", "Vos"]))
    kept = read(f"{PUPILS}01234;Noor;;Beek;h2a\n123456;Ad;;Aalst;h2a\n")

    assert codes(lost) == [("warning", "", "table-leading-zeros")]
    assert "Leerlingnummer" in message_text(lost.messages[0])
    assert codes(kept) == []


def test_lost_leading_zeros_are_suspected_when_the_school_has_them(tmp_path):
    paths = files(tmp_path, f"{PUPILS}1234;Noor;;Beek;h2a\n")

    assert [trap.code for trap in look_at(paths, today=TODAY, known={"001234"}).traps] == ["table-leading-zeros"]
    assert look_at(paths, today=TODAY, known={"1234"}).traps == ()


def test_a_number_format_of_zeros_keeps_them(read):
    rows = (["Leerlingnummer", "Roepnaam", "Achternaam"], [1234, "Noor", "Beek"], [123456, "Ad", "Vos"])

    assert [one.number for one in read(workbook(*rows, formats={"A": "000000"})).pupils] == ["001234", "123456"]


@pytest.mark.parametrize(
    "text",
    ["9-3-2011", "09-03-2011", "9/3/2011", "2011-03-09", "9-3-2011 00:00:00", "2011-03-09T00:00:00", "9.3.2011"]
    + ["20110309", "09032011", "9-3-11", "9 mrt 2011", "9-maart-2011", "2011/3/9", "40611"],
)
def test_a_date_is_read_with_the_day_first(read, text):
    (one,) = read(f"Leerlingnummer;Achternaam;Geboortedatum\n1;Beek;{text}\n").pupils

    assert one.birth_date == date(2011, 3, 9)


def test_dates_of_a_workbook_as_dates_numbers_and_text(read):
    rows = [["1", "Beek", date(2011, 3, 9)], ["2", "Vos", 40611], ["3", "Smit", "9-3-2011"]]

    roster = read(workbook(["Leerlingnummer", "Achternaam", "Geboortedatum"], *rows))

    assert {pupil.birth_date for pupil in roster.pupils} == {date(2011, 3, 9)}
    assert codes(roster) == [("warning", "", "table-serial-dates")]


def test_dates_with_the_month_first_are_not_used_at_all(read):
    """3/9/2011 would be read as 3 September without a word."""
    roster = read("Leerlingnummer;Achternaam;Geboortedatum\n1;Beek;03/09/2011\n2;Vos;03/31/2011\n")

    assert [pupil.birth_date for pupil in roster.pupils] == [ABSENT, ABSENT]
    assert codes(roster) == [("warning", "2", "date-unreadable"), ("warning", "", "table-month-first")]


@pytest.mark.parametrize("error", ["#REF!", "#N/B", "#NAAM?", "#WAARDE!", "########"])
def test_an_error_of_a_formula_is_no_value_and_costs_no_record(read, error):
    roster = read(
        f"Leerlingnummer;Achternaam;Roepnaam;E-mail;Klas\n1;Beek;{error};{error};{error}\n2;Vos;Ad;a@x.nl;h2a\n"
    )

    first = roster.pupils[0]
    assert (first.first_name, first.email, first.group_key) == (ABSENT, ABSENT, ABSENT)
    assert [code for _s, key, code in codes(roster) if key == "1"] == [
        "table-cell-unreadable", "email-unreadable", "table-cell-unreadable",
    ]  # fmt: skip


def test_a_number_that_is_an_error_leaves_everybody_where_they_are(read):
    roster = read(f"{PUPILS}#REF!;Noor;;Beek;h2a\n2;Ad;;Aalst;h2a\n")

    assert (roster.is_delta, [pupil.number for pupil in roster.pupils]) == (True, ["2"])


@pytest.mark.parametrize(
    ("words", "genders"),
    [
        ("M V", ["male", "female"]),
        ("man vrouw", ["male", "female"]),
        ("jongen meisje", ["male", "female"]),
        ("J M", ["male", "female"]),
        ("1 2", ["male", "female"]),
        ("0 9", ["unknown", "unknown"]),
        ("X Onbekend", ["unknown", "unknown"]),
        ("male female", ["male", "female"]),
    ],
)
def test_genders_in_the_words_of_every_system(read, words, genders):
    rows = "".join(f"{number};Beek{number};{word}\n" for number, word in enumerate(words.split()))

    assert [one.gender for one in read(f"Leerlingnummer;Achternaam;Geslacht\n{rows}").pupils] == genders


def test_values_that_cannot_be_kept_are_named_and_left_out(read):
    roster = read(
        "Leerlingnummer;Achternaam;Geslacht;E-mail;Geboortedatum;Roepnaam\n"
        f"1;Beek;kanarie;geen;30-2-2011;{'x' * 300}\n2;Vos;v;a@x.nl;1-1-2099;Ad\n"
    )

    assert roster.pupils[0][:5] == ("1", "1", "Beek", 2026, None)
    assert (roster.pupils[0].gender, roster.pupils[0].email, roster.pupils[0].birth_date) == ("unknown", ABSENT, ABSENT)
    assert sorted(code for _s, key, code in codes(roster)) == [
        "date-unreadable", "date-unreadable", "email-unreadable", "field-too-long", "gender-unknown-code",
    ]  # fmt: skip
    assert "kanarie" not in " ".join(message_text(message) for message in roster.messages)


def test_a_guardian_without_number_has_the_same_made_up_one_every_time(read):
    head = "Leerlingnummer;Achternaam;Ouder1 naam;Ouder1 voornaam;Ouder1 email\n"
    first = read(f"{head}12;Beek;van Dam;Carla Maria;c@x.nl\n15;Beek;van Dam;Carla Maria;c@x.nl\n")
    again = read(f"{head}15;Beek;van Dam;Carla Maria;c@x.nl\n12;Beek;van Dam;Carla Maria;c@x.nl\n")

    (one,) = first.guardians
    assert (one.last_name, one.prefix, one.initials, one.is_numbered) == ("Dam", "van", "C.M.", False)
    assert one.key == again.guardians[0].key
    assert [pair.pupil_key for pair in first.guardianships] == ["12", "15"]


def test_guardians_without_a_name_are_left_out_and_said_once(read):
    roster = read("Leerlingnummer;Achternaam;E-mail ouder 1\n1;Beek;a@x.nl\n2;Vos;b@x.nl\n")

    assert roster.guardians == ()
    assert codes(roster) == [("warning", "", "table-guardian-nameless")]
