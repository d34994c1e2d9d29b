"""Workbooks, OpenDocument sheets and packages; and files that are hostile, locked, huge or no table (R74 to R77)."""

import io
import random
import time
import tracemalloc
import zipfile
from datetime import date

import pytest

from app.errors import RosterUnreadable
from app.roster.table.csv_file import open_csv
from app.roster.table.opening import open_sheet
from tests.sources.table import table_world
from tests.sources.table.table_world import (
    ODS_END,
    ODS_HEAD,
    PUPILS,
    changed_zip,
    codes,
    ods,
    ods_cell,
    ods_row,
    package,
    workbook,
)

pytestmark = pytest.mark.once
read = table_world.read
TITLES = ("Leerlingnummer", "Roepnaam", "Achternaam", "Geboortedatum")
BOOK = workbook(TITLES, ["001", "Noor", "Beek", date(2011, 3, 9)])
SHEET = ods(ods_row(*TITLES), ods_row("001", "Noor", "Beek", date(2011, 3, 9)))


def test_a_workbook_is_read_whatever_its_name(read):
    (one,) = read(BOOK).pupils

    assert (one.number, one.first_name, one.birth_date) == ("001", "Noor", date(2011, 3, 9))


def test_the_first_visible_sheet_counts_or_the_one_that_is_asked_for(read):
    book = workbook(TITLES, ["1", "Noor", "Beek", None], hidden=("Oud",))
    told = table_world.mapped(sheet="Blad1", columns={"number": "Leerlingnummer", "last_name": "Achternaam"})

    assert read(book).pupils[0].number == "1"
    assert read(book, mapping=told).pupils[0].number == "1"
    with pytest.raises(RosterUnreadable, match="Blad1"):
        read(book, mapping=table_world.mapped(sheet="Oud"))


def test_an_opendocument_sheet_with_all_its_ways_to_write_a_cell(read):
    note = "<office:annotation><text:p>kijk na</text:p></office:annotation>"
    hidden = f'<table:table table:name="Oud" table:style-name="off">{ods_row("x")}</table:table>'
    padded = '<table:table-cell office:value-type="float" office:value="12"><text:p>000012</text:p></table:table-cell>'
    roster = read(
        ods(
            ods_row(None, repeated=3),
            ods_row(*TITLES, ods_cell(None, 1000)),
            ods_row(padded, ods_cell("No<text:s/>or", note=note), "Beek", date(2011, 3, 9)),
            ods_row(13, "Ad", "Vos", 40611, ods_cell(None, 16000)),
            ods_row(ods_cell(None, 16384), repeated=1_048_570),
            before=hidden,
        )
    )

    assert [(one.number, one.first_name, one.birth_date) for one in roster.pupils] == [
        ("000012", "No or", date(2011, 3, 9)),
        ("13", "Ad", date(2011, 3, 9)),
    ]
    assert codes(roster) == [("warning", "", "table-serial-dates")]


def test_equal_rows_that_are_written_once_are_that_many_rows(read):
    rows = open_sheet(io.BytesIO(ods(ods_row("a", ods_cell("b", 2)), ods_row("c", repeated=3)))).rows

    assert list(rows) == [("a", "b", "b"), ("c",), ("c",), ("c",)]


def test_a_package_of_tables_with_its_mapping(read):
    told = table_world.mapped(columns={"number": "nr", "last_name": "wie"}).to_json()

    roster = read(
        package(een__csv="nr;wie\n1;Beek\n", twee__xlsx=workbook(["wie", "nr"], ["Vos", 2]), mapping__json=told)
    )

    assert [(pupil.number, pupil.last_name) for pupil in roster.pupils] == [("1", "Beek"), ("2", "Vos")]


def encrypted():
    content = bytearray(BOOK)
    for start in (at for at in range(len(content)) if content[at : at + 4] == b"PK\x01\x02"):
        content[start + 8] |= 1
    return bytes(content)


def lying():
    """The size in the directory of the zip is smaller than what comes out."""
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/workbook.xml", "<workbook/>" + " " * 100_000)
    content = bytearray(file.getvalue())
    start = content.index(b"PK\x01\x02")
    content[start + 24 : start + 28] = (20).to_bytes(4, "little")
    return bytes(content)


def linked():
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        member = zipfile.ZipInfo("leerlingen.csv")
        member.external_attr = 0o120777 << 16
        archive.writestr(member, "/etc/passwd")
    return file.getvalue()


def many_members(count):
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        for number in range(count):
            archive.writestr(f"{number}.csv", "")
    return file.getvalue()


SHEET_XML = "xl/worksheets/sheet1.xml"
NS = 'xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"'
DTD = '<!DOCTYPE x [<!ENTITY a "lol"><!ENTITY b "&a;&a;&a;&a;">]>'
STRING = '<c r="{}" t="inlineStr"><is><t>{}</t></is></c>'
FIRST_ROW = "".join(STRING.format(f"{letter}1", title) for letter, title in zip("ABC", TITLES[:3], strict=True))
HEAD = f"<worksheet {NS}><sheetData><row r='1'>{FIRST_ROW}</row>"
END = "</sheetData></worksheet>"
MOST_SECONDS = 10  # ten times what the worst of these takes
HOSTILE = {
    "empty": b"",
    "blank": b" \n \n",
    "only titles": PUPILS.encode(),
    "no titles": b"1;2;3\n4;5;6\n",
    "nul": PUPILS.encode() + b"1;No\0or;;Beek;h2a\n",
    "late nul": PUPILS.encode() + b"1;Noor;;Beek;h2a\n" * 20_000 + b"2;\0;;Vos;h2a\n",
    "html": b"<!DOCTYPE html><html><body><table><tr><td>Leerlingnummer</td></tr></table></body></html>",
    "html under a mark": b"\xef\xbb\xbf\n<html></html>",
    "xml": b'<?xml version="1.0"?><EDEX/>',
    "pdf": b"%PDF-1.7\n1;2;3",
    "program": b"MZ\x90\x00\x03",
    "gzip": b"\x1f\x8b\x08\x00aaaa",
    "open quote": b'Leerlingnummer;Roepnaam;Achternaam\n1;"Noor;Beek\n2;Ad;Vos\n',
    "wild quote": b'Leerlingnummer;Roepnaam;Achternaam\n1;"No"or;Beek\n',
    "huge cell": f"{PUPILS}1;{'x' * 20_000};;Beek;h2a\n".encode(),
    "many columns": (";".join(["Leerlingnummer", "Achternaam", "Roepnaam", *["x"] * 300]) + "\n1;Beek;Ad\n").encode(),
    "old workbook": b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600,
    "locked workbook": b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + "EncryptedPackage".encode("utf-16-le"),
    "locked zip": encrypted(),
    "truncated workbook": BOOK[:-200],
    "half a workbook": BOOK[: len(BOOK) // 2],
    "macros": changed_zip(BOOK, **{"xl/vbaProject.bin": b"x"}),
    "binary workbook": package(**{"[Content_Types]__xml": "<Types/>", "xl/workbook__bin": b"x"}),
    "a letter": package(**{"[Content_Types]__xml": "<Types/>", "word/document__xml": "<x/>"}),
    "an empty zip": package(readme__=""),
    "a zip of nothing": b"PK\x05\x06" + b"\0" * 18,
    "entities": changed_zip(BOOK, **{SHEET_XML: f"{DTD}<worksheet {NS}/>"}),
    "entities in utf-16": changed_zip(BOOK, **{SHEET_XML: f"{DTD}<worksheet {NS}/>".encode("utf-16")}),
    "late entities": changed_zip(BOOK, **{SHEET_XML: f"<!--{'x' * 100_000}-->{DTD}<worksheet {NS}/>"}),
    "utf-7": changed_zip(BOOK, **{SHEET_XML: '<?xml version="1.0" encoding="UTF-7"?><worksheet/>'}),
    "no xml": changed_zip(BOOK, **{SHEET_XML: "kanarie"}),
    "rows without end": changed_zip(BOOK, **{SHEET_XML: HEAD + "<row/>" * 60_000 + END}),
    "one cell that packs well": changed_zip(
        BOOK, **{SHEET_XML: HEAD + f"<row>{STRING.format('A2', 'x' * 5_000_000)}</row>" + END}
    ),
    "one enormous cell": changed_zip(
        BOOK, **{SHEET_XML: HEAD + f"<row>{STRING.format('A2', random.Random(1).randbytes(500_000).hex())}</row>" + END}
    ),
    "far cell": changed_zip(
        BOOK, **{SHEET_XML: HEAD + f"<row r='1048576'>{STRING.format('A1048576', 'x')}</row>" + END}
    ),
    "far column": changed_zip(BOOK, **{SHEET_XML: HEAD + f"<row r='2'>{STRING.format('XFD2', 'x')}</row>" + END}),
    "lying sizes": lying(),
    "many members": many_members(101),
    "very many members": many_members(20_000),
    "a way out": package(**{"../../etc/leerlingen__csv": PUPILS}),
    "an absolute way": package(**{"/etc/leerlingen__csv": PUPILS}),
    "a drive": package(**{"C:\\leerlingen__csv": PUPILS}),
    "a link": linked(),
    "a zip in a zip": package(een__zip=package(twee__csv=PUPILS)),
    "locked document": ods(ods_row(*TITLES), manifest="<manifest:encryption-data/>"),
    "another document": ods(ods_row(*TITLES), mimetype="application/vnd.oasis.opendocument.text"),
    "entities in a document": changed_zip(SHEET, **{"content.xml": DTD + ODS_HEAD.partition("?>")[2] + ODS_END}),
    "rows without end in a document": ods(ods_row("x", repeated=1_000_000)),
    "columns without end in a document": ods(ods_row(ods_cell("x", 16_384))),
    "a far row in a document": ods(ods_row(None, repeated=900_000), ods_row("x")),
    "broken document": changed_zip(SHEET, **{"content.xml": ODS_HEAD}),
    "all sheets hidden": changed_zip(
        SHEET, **{"content.xml": f'{ODS_HEAD}<table:table table:name="a" table:style-name="off"/>{ODS_END}'}
    ),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_what_is_no_table_is_refused_in_one_sentence_and_soon_r74_r75_r76_r77(read, name):
    begun = time.process_time()  # of the processor: a busy machine says nothing about the file
    with pytest.raises(RosterUnreadable) as refused:
        read(HOSTILE[name])

    assert time.process_time() - begun < MOST_SECONDS
    assert refused.value.message.endswith(".")
    assert "Noor" not in refused.value.message


def test_many_rows_are_read_without_holding_them_r76():
    lines = b"".join(b"%d;Noor;van der;Beek;h2a\n" % number for number in range(60_000))
    file = io.BytesIO(PUPILS.encode() + lines)
    tracemalloc.start()
    try:
        count = sum(1 for _row in open_csv(file).rows)
        most = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()

    assert count == 60_001
    assert most < 5_000_000
