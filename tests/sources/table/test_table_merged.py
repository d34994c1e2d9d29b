"""Merged cells, and formulas that were never worked out: what a sheet does not say in its values (formats.md 11)."""

import io

import pytest
from openpyxl import load_workbook

from app.errors import RosterUnreadable
from app.roster.table.xlsx_marks import read_marks
from tests.sources.table import table_world
from tests.sources.table.table_world import changed_zip, ods, ods_cell, ods_row, workbook

pytestmark = pytest.mark.once
read = table_world.read
TITLES = ("Leerlingnummer", "Achternaam", "Klas", "Vestiging")


def merged(book, *ranges):
    """The workbook with these ranges merged."""
    told = load_workbook(io.BytesIO(book))
    for one in ranges:
        told.active.merge_cells(one)
    file = io.BytesIO()
    told.save(file)
    return file.getvalue()


def classes(roster):
    names = {group.key: group.name for group in roster.groups}
    return {pupil.number: names.get(pupil.group_key) for pupil in roster.pupils}


def test_a_class_that_is_merged_over_its_pupils_counts_for_each_of_them(read):
    rows = [["1", "Beek", "h2a", "Lindelaan"], ["2", "Smit", None, None], [], ["3", "Bos", None, None]]
    book = workbook(("Alle leerlingen",), TITLES, *rows, ["4", "Dam", "h2b", None])
    roster = read(merged(book, "A1:D1", "C3:C6", "D3:D7"))

    assert classes(roster) == {"1": "h2a", "2": "h2a", "3": "h2a", "4": "h2b"}
    assert {pupil.location_key for pupil in roster.pupils} == {"Lindelaan"}
    assert roster.messages == ()  # the empty row is no pupil


def test_cells_that_are_merged_sideways_are_no_second_value(read):
    book = workbook(("Leerlingnummer", "Roepnaam", "Achternaam", "Klas"), ["1", "Noor", "Beek", "h2a"])
    (one,) = read(merged(book, "B2:C2")).pupils

    assert one.last_name != one.first_name


def test_merged_cells_of_an_opendocument_sheet_are_read_the_same(read):
    tall = ods_cell("h2a").replace("<table:table-cell", '<table:table-cell table:number-rows-spanned="2"')
    first = ods_row("1", "Beek", tall, "Lindelaan")
    roster = read(ods(ods_row(*TITLES), first, ods_row("2", "Smit", "<table:covered-table-cell/>", "Lindelaan")))

    assert classes(roster) == {"1": "h2a", "2": "h2a"}


@pytest.mark.parametrize("value", ["", "<v></v>", "<v/>"])
def test_a_formula_without_a_result_is_named_and_nothing_is_read(read, value):
    """Else the first name would pass for the last one."""
    book = workbook(TITLES, ["1", "Beek", "h2a", "Lindelaan"])
    sheet = "xl/worksheets/sheet1.xml"
    cell = f'<c r="B3"><f>B2</f>{value}</c>'.encode()
    row = b'<row r="3"><c r="A3" t="inlineStr"><is><t>2</t></is></c>' + cell + b"</row></sheetData>"
    body = table_world.member_of(book, sheet).replace(b"</sheetData>", row)

    with pytest.raises(RosterUnreadable, match="formulas without a result"):
        read(changed_zip(book, **{sheet: body}))


def test_a_formula_with_a_result_or_with_an_empty_text_is_fine():
    cells = [b'<c r="A1"><f>A2</f><v>12</v></c>', b'<c r="A2" t="str"><f>""</f><v></v></c>', b'<c r="A3"/>']

    assert not read_marks(cells).has_unworked
    assert read_marks([b'<x:c r="A1"><x:f t="shared" si="0"/>', b"</x:c>"]).has_unworked


def test_a_formula_without_a_result_in_an_opendocument_sheet_is_named_too(read):
    cell = '<table:table-cell table:formula="of:=[.B2]"/>'

    with pytest.raises(RosterUnreadable, match="formulas without a result"):
        read(ods(ods_row(*TITLES), ods_row("1", cell, "h2a")))


def test_marks_are_found_wherever_the_pieces_of_a_file_end():
    text = b'<c r="A1"><v>1</v></c>' * 9_000 + b'</sheetData><mergeCells><mergeCell ref="AB4:AC9"/></mergeCells>'

    for size in (7, 64, 65_536):
        marks = read_marks(text[start : start + size] for start in range(0, len(text), size))
        assert dict(marks.merged) == {4: [(27, 9)]}
