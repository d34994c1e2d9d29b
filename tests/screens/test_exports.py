"""Exports: exactly the list on screen, as text that no spreadsheet takes for a formula, never a secret."""

import csv
import io

import pytest
import sqlalchemy as sa
from openpyxl import load_workbook

from app.admin.lists import exports
from app.admin.lists.exports import plain_cell
from app.models import Account, AuditLine, Guardianship, Person
from tests.screens.screens_world import LISTS, here, lindelaan

__all__ = ["here", "lindelaan"]  # fixtures
FORMULAS = [
    "=1+1",
    "+31612345678",
    "-2",
    "@SUM(A1)",
    "\t=1",
    "\r=1",
    "\x00=1",
    "＝1+1",
    "＋1",
    "－1",
    "＠A1",
    '=HYPERLINK("http://evil.example")',
]


def read_csv(answer):
    assert answer.status_code == 200
    text = answer.get_data().decode("utf-8-sig")
    return list(csv.reader(io.StringIO(text, newline=""), delimiter=";"))


def read_xlsx(answer):
    assert answer.status_code == 200
    return load_workbook(io.BytesIO(answer.data)).active


@pytest.fixture
def thirty(make_person, lindelaan):
    return [make_person(location=lindelaan, last_name=f"Naam{n:02}", first_name="Zoë") for n in range(30)]


def test_an_export_is_the_list_on_screen_over_all_pages_in_its_order_z015(admin_client, thirty, make_person):
    lines = read_csv(admin_client.get(f"{LISTS['pupils']}export/csv/?search=naam1&desc=1&page=2&page_size=12"))
    assert lines[0] == ["Naam", "Leerlingnummer", "Groep", "Leerjaar", "Vestiging", "E-mail", "Account"]
    assert [line[0] for line in lines[1:]] == [f"Naam1{n}, Zoë" for n in range(9, -1, -1)]
    assert {line[4] for line in lines[1:]} == {"Lindelaan"}


def test_both_kinds_hold_the_same_cells(admin_client, thirty):
    lines = read_csv(admin_client.get(f"{LISTS['pupils']}export/csv/"))
    sheet = read_xlsx(admin_client.get(f"{LISTS['pupils']}export/xlsx/"))
    assert [[cell.value or "" for cell in row] for row in sheet.rows] == lines
    assert len(lines) == 31


def test_an_export_of_guardians_tells_authority_per_child_where_it_differs(
    admin_client, session, here, make_person, lindelaan
):
    def told():
        head, line = read_csv(admin_client.get(f"{LISTS['guardians']}export/csv/"))
        return line[head.index("Ouderlijk gezag")]

    assert told() == ""
    session.execute(sa.update(Guardianship).values(has_authority=True))
    session.commit()
    assert told() == "Ja"
    other = make_person(location=lindelaan, last_name="Ander", first_name="Bo")
    pair = {"guardian_id": here["guardians"], "pupil_id": other.id, "institution_id": lindelaan.institution_id}
    session.add(Guardianship(**pair, has_authority=False))
    session.commit()
    assert told() == "Ander, Bo: Nee; eigennaam, eigen: Ja"


def test_the_file_name_is_ours_and_the_file_is_a_download(admin_client, thirty):
    for kind in ("csv", "xlsx"):
        head = admin_client.get(f"{LISTS['pupils']}export/{kind}/?search=../../x").headers
        assert head["Content-Disposition"].startswith('attachment; filename="leerlingen-20')
        assert head["Content-Disposition"].endswith(f'.{kind}"')
        assert head["X-Content-Type-Options"] == "nosniff"
    assert admin_client.get(f"{LISTS['pupils']}export/exe/").status_code == 404


@pytest.mark.parametrize("text", FORMULAS)
def test_a_formula_becomes_plain_text_r80(text):
    assert plain_cell(text)[0] == "'"


@pytest.mark.parametrize("text", ["van den Berg", "0612345678", "a=b", "p1@school.example", ""])
def test_ordinary_text_stays_as_it_is_r80(text):
    assert plain_cell(text) == text


def test_names_that_are_formulas_are_text_in_both_files_r80(admin_client, session, make_person, lindelaan):
    for text in FORMULAS:
        stored = text.replace("\x00", "")
        make_person(location=lindelaan, last_name=stored, first_name=None, number=stored, email=None)
    lines = read_csv(admin_client.get(f"{LISTS['pupils']}export/csv/"))[1:]
    assert len(lines) == len(FORMULAS)
    assert all(line[0].startswith("'") and line[1].startswith("'") for line in lines)
    sheet = read_xlsx(admin_client.get(f"{LISTS['pupils']}export/xlsx/"))
    cells = [cell for row in sheet.iter_rows(min_row=2) for cell in row if cell.value is not None]
    assert {cell.data_type for cell in cells} <= {"s"}


def test_no_export_holds_a_password_or_a_secret(admin_client, session, here, administrator):
    secret = "$argon2id$geheim"
    for account in session.scalars(sa.select(Account)):
        account.password_hash = secret
    session.commit()
    for address in [*LISTS.values(), "/beheer/accounts/"]:
        for kind in ("csv", "xlsx"):
            answer = admin_client.get(f"{address}export/{kind}/?left=all&kind=all&year=all")
            assert answer.status_code == 200
            content = answer.data if kind == "csv" else repr(list(read_xlsx(answer).values)).encode()
            assert secret.encode() not in content
            assert b"achtwoord" not in content


def test_a_list_that_is_too_long_is_refused_with_a_sentence_and_not_cut(admin_client, thirty, monkeypatch, session):
    monkeypatch.setattr(exports, "MOST_ROWS", 29)
    answer = admin_client.get(f"{LISTS['pupils']}export/csv/", follow_redirects=True)
    assert "Deze lijst heeft meer dan 29 regels" in answer.text
    assert session.scalar(sa.select(AuditLine).where(AuditLine.action == "exported")) is None


def test_an_export_in_pieces_misses_nothing_and_repeats_nothing(admin_client, thirty, monkeypatch):
    monkeypatch.setattr(exports, "CHUNK", 7)
    lines = read_csv(admin_client.get(f"{LISTS['pupils']}export/csv/"))
    assert [line[0] for line in lines[1:]] == [f"Naam{n:02}, Zoë" for n in range(30)]
    assert {line[4] for line in lines[1:]} == {"Lindelaan"}


def test_the_database_is_free_while_a_slow_reader_still_reads(app, admin_client, session, thirty):
    answer = admin_client.get(f"{LISTS['pupils']}export/csv/", buffered=False)
    session.get(Person, thirty[0].id).last_name = "Anders"
    session.commit()
    assert b"Naam00" in answer.get_data()
    answer.close()
