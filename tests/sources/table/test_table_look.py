"""What the wizard and `--map` are built on: a look before reading, the mapping, the templates (Z-294)."""

import io
import json
from datetime import date

import pytest
from openpyxl import load_workbook

from app.errors import InvalidInput, RosterUnreadable, UnknownName
from app.roster import Kind
from app.roster.table import About, Mapping, TableLook, TableSource, look_at, template
from app.roster.table.mapping import field_title
from tests.sources.table import table_world
from tests.sources.table.table_world import PUPILS, TODAY, files, mapped, package, workbook

pytestmark = pytest.mark.once
read = table_world.read


@pytest.fixture
def look(tmp_path):
    def look(*contents, mapping=None, **more):
        return look_at(files(tmp_path, *contents), mapping, today=TODAY, **more)

    return look


def test_a_look_shows_ten_rows_as_they_are_understood(look):
    rows = "".join(f"{number:03};Noor;van der;Beek;h2a;9-3-2011;rood;v\n" for number in range(25))
    seen = look("Lijst van oktober;;;\n" + PUPILS.strip() + ";Geboren;Haarkleur;M/V\n" + rows)

    assert (seen.kind, seen.count, len(seen.rows), seen.refused) == (About.PUPILS, 25, 10, None)
    assert dict(seen.rows[0]) == {
        "number": "000",
        "first_name": "Noor",
        "prefix": "van der",
        "last_name": "Beek",
        "group": "h2a",
        "birth_date": "09-03-2011",
        "gender": "female",
    }
    assert (seen.unknown, seen.missing, seen.delimiter, seen.encoding) == (("Haarkleur",), (), ";", "utf-8")
    assert seen.mapping.header_row == 2
    assert seen.mapping.columns["birth_date"] == "Geboren"


def test_the_mapping_of_a_look_can_be_changed_kept_and_given_back(look, read):
    table = "Leerlingnummer;Familie;Klas;Groep\n1;Beek;x;h2a\n"
    guessed = look(table)
    assert guessed.missing == ("last_name",)

    told = Mapping.from_json(
        json.dumps(
            {"kind": "pupils", "columns": {"number": "Leerlingnummer", "last_name": "Familie", "group": "Groep"}}
        )
    )
    again = look(table, mapping=told)

    assert (again.missing, dict(again.rows[0])) == ((), {"number": "1", "last_name": "Beek", "group": "h2a"})
    assert Mapping.from_json(again.mapping.to_json()) == again.mapping
    assert read(table, mapping=again.mapping).groups[0].name == "h2a"


def test_what_excel_did_is_named_in_a_look(look):
    seen = look(workbook(["Leerlingnummer", "Achternaam", "Geboortedatum"], [1, "Beek", 40611], [10, "Vos", None]))

    assert [trap.code for trap in seen.traps] == ["table-leading-zeros", "table-serial-dates"]


def test_a_table_that_cannot_be_read_is_a_look_with_one_sentence(look):
    assert look(b"%PDF-1.7").refused
    assert look(b"Titel;Schrijver\nx;y\n").refused
    assert look(f"{PUPILS}1,23E+05;Noor;;Beek;h2a\n").refused.count(".") >= 1
    unclear = look("Titel;Roepnaam;Schrijver;Geslacht;E-mail\nx;y;z;v;\n")
    assert (unclear.kind, unclear.mapping, unclear.refused) == (None, None, None)


def test_a_look_at_a_package_shows_every_table_and_comes_out_of_another_process_whole(look):
    seen = look(package(een__csv=PUPILS + "1;Noor;;Beek;h2a\n", twee__csv="Groep\nh2a\n"))

    assert [one.kind for one in (seen, *seen.others)] == [About.PUPILS, About.GROUPS]
    assert TableLook.from_json(seen.to_json()) == seen


def test_fields_have_titles_for_a_screen():
    assert field_title(About.STAFF, "number") == "Staff number"
    assert field_title(About.PUPILS, "guardian2_last_name") == "Guardian 2: Last name"


ALL = {
    "kind": "pupils",
    "columns": {"number": "nr", "name": "wie", "guardian4_name": "ouder", "guardian4_email": "mail"},
    "sheet": "Blad1",
    "header_row": 3,
    "delimiter": ";",
    "encoding": "cp1252",
    "school_year": "2026/2027",
    "location": "99zz01",
    "delivers": ["pupils", "groups"],
}


def test_a_mapping_is_the_same_after_being_kept():
    mapping = Mapping.from_json(json.dumps(ALL))

    assert (mapping.school_year, mapping.location) == (2026, "99ZZ01")
    assert mapping.delivers == {Kind.PUPILS, Kind.GROUPS}
    assert Mapping.from_json(mapping.to_json()) == mapping
    assert Mapping.from_json('{"kind": "groups"}') == Mapping(About.GROUPS)


@pytest.mark.parametrize(
    ("change", "named"),
    [
        ({"kolommen": {}}, "kolommen"),
        ({"kind": "ouders"}, "guardians"),
        ({"columns": {"number": "nr", "name": "wie", "shoe_size": "maat"}}, "shoe_size"),
        ({"columns": {"number": "nr", "name": "wie", "guardian5_name": "maat"}}, "guardian5_name"),
        ({"columns": {"number": "nr"}}, "last_name"),
        ({"columns": ["number"]}, "columns"),
        ({"columns": {"number": 1, "name": "wie"}}, "columns"),
        ({"header_row": 0}, "header_row"),
        ({"header_row": True}, "header_row"),
        ({"delimiter": "x"}, "delimiter"),
        ({"encoding": "utf-7"}, "encoding"),
        ({"school_year": "straks"}, "school_year"),
        ({"location": 5}, "location"),
        ({"delivers": ["everything"]}, "delivers"),
        ({"delivers": []}, "delivers"),
    ],
)
def test_a_mapping_that_cannot_be_meant_is_refused_by_name(change, named):
    with pytest.raises(InvalidInput, match=named):
        Mapping.from_json(json.dumps(ALL | change))


@pytest.mark.parametrize("text", ["", "x", "[]", "1", '{"columns": {}}', '{"kind": "pupils"', "[" * 200_000])
def test_what_is_no_mapping_is_refused(text):
    with pytest.raises(InvalidInput):
        Mapping.from_json(text)


def test_a_column_of_the_mapping_that_is_not_there_is_named(read):
    told = mapped(columns={"number": "Leerlingnummer", "last_name": "Familienaam"})

    with pytest.raises(RosterUnreadable, match="Familienaam"):
        read(f"{PUPILS}1;Noor;;Beek;h2a\n", mapping=told)


def test_titles_in_a_mapping_need_not_be_written_exactly_so(read):
    told = mapped(columns={"number": "LEERLINGNUMMER", "last_name": " achternaam"})

    assert read(f"{PUPILS}1;Noor;;Beek;h2a\n", mapping=told).pupils[0].last_name == "Beek"


def test_the_school_year_and_location_of_the_mapping_count_for_rows_that_name_none(read):
    told = mapped(school_year=2025, location="Haven")

    roster = read(f"{PUPILS}1;Noor;;Beek;h2a\n", mapping=told)

    assert (roster.school_year, roster.reference_date, roster.pupils[0].location_key) == (
        2025,
        date(2025, 8, 1),
        "Haven",
    )


@pytest.mark.parametrize("format", ["csv", "xlsx"])
@pytest.mark.parametrize("kind", list(About))
def test_a_template_is_known_for_what_it_is_and_its_example_is_nobody(tmp_path, kind, format):
    content = template(kind, format)

    seen = look_at(files(tmp_path, content), today=TODAY)

    assert (seen.kind, seen.unknown, seen.missing, seen.count) == (kind, (), (), 0)
    with pytest.raises(RosterUnreadable):
        TableSource(files(tmp_path, content), "99ZZ", TODAY).fetch()


def test_a_template_that_is_filled_in_is_read_and_its_cells_are_text(tmp_path):
    book = load_workbook(io.BytesIO(template("pupils", "xlsx")))
    sheet = book.active
    titles = [cell.value for cell in sheet[1]]
    row = {"Leerlingnummer": "001", "Achternaam": "Beek", "Verzorger 2 achternaam": "Smit", "Klas": "h2a"}
    sheet.append([row.get(title) for title in titles])
    file = io.BytesIO()
    book.save(file)

    roster = TableSource(files(tmp_path, file.getvalue()), "99ZZ", TODAY).fetch()

    assert [pupil.number for pupil in roster.pupils] == ["001"]
    assert [(one.last_name, pair.rank) for one, pair in zip(roster.guardians, roster.guardianships, strict=True)] == [
        ("Smit", 2)
    ]
    assert {cell.number_format for cell in sheet[2]} == {"@"}


@pytest.mark.parametrize(("kind", "format"), [("pupils", "pdf"), ("ouders", "csv")])
def test_another_template_does_not_exist(kind, format):
    with pytest.raises(UnknownName):
        template(kind, format)
