"""Small tables for tests: text, workbooks and packages."""

import io
import zipfile
from datetime import date

import pytest
from openpyxl import Workbook

from app.roster.table import About, Mapping, TableSource

TODAY = date(2026, 10, 5)
PUPILS = "Leerlingnummer;Roepnaam;Voorvoegsel;Achternaam;Klas\n"


@pytest.fixture
def read(tmp_path):
    """Reads tables, each as text or bytes, as one delivery."""

    def read(*contents, mapping=None, today=TODAY, brin="99ZZ"):
        return TableSource(files(tmp_path, *contents), brin, today, mapping).fetch()

    return read


def files(folder, *contents):
    """These contents as files without a telling name."""
    paths = []
    for number, content in enumerate(contents):
        path = folder / f"upload-{number}"
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        paths.append(path)
    return paths


def workbook(*rows, title="Blad1", hidden=(), formats=None):
    """A workbook with these rows, behind hidden sheets; `formats` per column letter."""
    book = Workbook()
    for name in hidden:
        book.create_sheet(name, 0).sheet_state = "hidden"
    sheet = book.worksheets[-1]
    sheet.title = title
    book.active = sheet
    for row in rows:
        sheet.append(row)
    for letter, form in (formats or {}).items():
        for cell in sheet[letter]:
            cell.number_format = form
    file = io.BytesIO()
    book.save(file)
    return file.getvalue()


def changed_zip(content, drop=(), **more):
    """The same zip with members added, replaced or left out."""
    file = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as old, zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            if name not in drop and name not in more:
                new.writestr(name, old.read(name))
        for name, body in more.items():
            new.writestr(name, body)
    return file.getvalue()


def member_of(content, name):
    """The bytes of one member of a zip."""
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        return archive.read(name)


def package(**members):
    """A zip of these members; names with __ for a point."""
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, body in members.items():
            archive.writestr(name.replace("__", "."), body)
    return file.getvalue()


ODS_HEAD = (
    '<?xml version="1.0" encoding="UTF-8"?><office:document-content'
    ' xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0"'
    ' xmlns:table="urn:oasis:names:tc:opendocument:xmlns:table:1.0"'
    ' xmlns:style="urn:oasis:names:tc:opendocument:xmlns:style:1.0"'
    ' xmlns:text="urn:oasis:names:tc:opendocument:xmlns:text:1.0"><office:automatic-styles>'
    '<style:style style:name="off" style:family="table"><style:table-properties table:display="false"/></style:style>'
    "</office:automatic-styles><office:body><office:spreadsheet>"
)
ODS_END = "</office:spreadsheet></office:body></office:document-content>"
ODS_TYPE = "application/vnd.oasis.opendocument.spreadsheet"


def ods_cell(value, repeated=1, note=""):
    many = f' table:number-columns-repeated="{repeated}"' if repeated > 1 else ""
    if value is None:
        return f"<table:table-cell{many}/>"
    if isinstance(value, date):
        return (
            f'<table:table-cell{many} office:value-type="date" office:date-value="{value}T00:00:00">'
            f"<text:p>{value:%d-%m-%y}</text:p></table:table-cell>"
        )
    if isinstance(value, bool):
        return f'<table:table-cell{many} office:value-type="boolean" office:boolean-value="{str(value).lower()}"/>'
    if isinstance(value, int | float):
        return (
            f'<table:table-cell{many} office:value-type="float" office:value="{value}">'
            f"<text:p>{value}</text:p></table:table-cell>"
        )
    return f'<table:table-cell{many} office:value-type="string">{note}<text:p>{value}</text:p></table:table-cell>'


def ods_row(*cells, repeated=1):
    many = f' table:number-rows-repeated="{repeated}"' if repeated > 1 else ""
    inside = "".join(cell if isinstance(cell, str) and cell.startswith("<table:") else ods_cell(cell) for cell in cells)
    return f"<table:table-row{many}>{inside}</table:table-row>"


def ods(*rows, before="", mimetype=ODS_TYPE, manifest="<manifest/>"):
    """An OpenDocument file with one sheet of these rows."""
    body = f'{ODS_HEAD}{before}<table:table table:name="Blad1">{"".join(rows)}</table:table>{ODS_END}'
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("mimetype", mimetype)
        archive.writestr("content.xml", body)
        archive.writestr("META-INF/manifest.xml", manifest)
    return file.getvalue()


def codes(roster):
    return [(message.severity, message.key, message.code) for message in roster.messages]


def mapped(kind="pupils", **values):
    return Mapping(About(kind), **values)
