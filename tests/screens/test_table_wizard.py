"""The wizard for tables: recognised, corrected, looked at again, previewed, applied, and remembered (part 1)."""

import io
import re
from html import unescape
from pathlib import Path

import pytest
from werkzeug.datastructures import FileStorage, MultiDict
from werkzeug.test import encode_multipart

from app.models import Group, Person, Role, SyncRun, TableMapping, Upload
from app.work.runs import work_on_runs
from tests.screens.sync_world import SYNC, form_of, text_of
from tests.screens.upload_world import UPLOAD, decide
from tests.sources.table.table_world import workbook

PUPILS = "Leerlingnummer;Roepnaam;Achternaam;Klas;Haarkleur\n001;Noor;Beek;h2a;rood\n002;Ad;Vos;h2a;blond\n"
OWN = "Nr;Wie;Waar\n001;Beek;h2a\n002;Vos;h2a\n"


@pytest.fixture
def send(admin_client):
    """Sends tables in; gives the answer, which leads to the wizard."""

    def send(*contents, names=None, client=admin_client, source="table"):
        named = zip(names or (f"lijst{n}.csv" for n in range(len(contents))), contents, strict=False)
        form = MultiDict(form_of(client, UPLOAD, source=source))
        for name, content in named:
            body = content if isinstance(content, bytes) else content.encode()
            form.add("file", FileStorage(io.BytesIO(body), filename=name))
        boundary, body = encode_multipart(form)
        return client.post(UPLOAD, data=body, content_type=f"multipart/form-data; boundary={boundary}")

    return send


def fields(page):
    """What the form on this page sends when nothing is changed."""
    form = MultiDict()
    main = page[page.index('<form method="post" action="/beheer/bronnen/tabel/') :]
    for tag in re.findall(r"<input[^>]*>|<select.*?</select>", main, re.DOTALL):
        name = re.search(r'name="([^"]*)"', tag)
        if tag.startswith("<input"):
            value = re.search(r'value="([^"]*)"', tag)
            form.add(unescape(name[1]), unescape(value[1]) if value else "")
        else:
            chosen = re.search(r'<option(?: value="([^"]*)")? selected>([^<]*)', tag)
            form.add(unescape(name[1]), unescape(chosen[1] if chosen[1] is not None else chosen[2]) if chosen else "")
    return form


@pytest.fixture
def post(admin_client):
    """Sends the form of the wizard, with changes."""

    def post(address, client=admin_client, **changes):
        form = fields(client.get(address).get_data(as_text=True))
        for name, value in changes.items():
            form[name.replace("_COLUMN_", "column-")] = value
        return client.post(address, data=form, follow_redirects=False)

    return post


def test_a_table_is_shown_as_it_is_understood_and_nothing_happens_yet(admin_client, send, session):
    answer = send(PUPILS)
    page = admin_client.get(answer.headers["Location"])
    words = text_of(page)

    assert "2 rijen" in words
    assert "1 kolom wordt niet gebruikt" in words
    assert "Achternaam Beek niet gebruiken" in words
    assert "001 Noor Beek h2a" in words
    form = fields(page.get_data(as_text=True))
    assert (form["kind"], form["delimiter"], form["encoding"], form["header_row"]) == ("pupils", ";", "utf-8", "1")
    assert [form[f"column-{n}"] for n in range(5)] == ["number", "first_name", "last_name", "group", ""]
    assert (session.query(SyncRun).count(), session.query(Person).filter_by(last_name="Beek").count()) == (0, 0)


def test_from_a_table_to_applied_with_the_choices_remembered(app, admin_client, send, post, session):
    address = send(OWN).headers["Location"]
    words = text_of(admin_client.get(address))
    assert "Geen rij met titels gevonden" in words or "Kies" in words

    answer = post(address, kind="pupils", header_row="1")
    assert "Er ontbreekt een kolom" in text_of(admin_client.get(answer.headers["Location"]))
    picked = {"_COLUMN_0": "number", "_COLUMN_1": "last_name", "_COLUMN_2": "group"}
    assert post(address, **picked).status_code == 303
    assert "001 Beek h2a" in text_of(admin_client.get(address))

    answer = post(address, preview="1")
    run = session.query(SyncRun).one()
    assert answer.headers["Location"] == f"{SYNC}{run.id}/"
    work_on_runs(app.config)
    assert "Dit zou er veranderen" in text_of(admin_client.get(f"{SYNC}{run.id}/"))
    decide(admin_client, run.id, "apply")
    work_on_runs(app.config)
    session.expire_all()
    assert [group.name for group in session.query(Group)] == ["h2a"]
    kept = session.query(TableMapping).one()
    assert kept.mapping["columns"] == {"number": "Nr", "last_name": "Wie", "group": "Waar"}
    assert (kept.mapping["header_row"], kept.mapping["delimiter"]) == (None, None)

    words = text_of(admin_client.get(send("Waar,Wie,Nr\nh2a,Beek,001\n").headers["Location"]))
    assert "Gelezen zoals de vorige tabel van deze soort." in words
    assert "Er ontbreekt een kolom" not in words


def test_excels_traps_are_named(admin_client, send):
    book = workbook(["Leerlingnummer", "Achternaam", "Geboortedatum"], [1, "Beek", 40611], [10, "Vos", None])
    words = text_of(admin_client.get(send(book, names=["x.xlsx"]).headers["Location"]))

    assert "Excel kan deze tabel hebben veranderd" in words
    assert "nullen" in words


def test_another_kind_is_guessed_anew(admin_client, send, post):
    address = send("Nummer;Achternaam;E-mail\n50001;Jansen;j@x.nl\n").headers["Location"]
    post(address, kind="staff")

    form = fields(admin_client.get(address).get_data(as_text=True))
    assert (form["kind"], form["column-0"]) == ("staff", "number")


def test_two_columns_for_one_field_are_refused_and_the_choices_stay(admin_client, send, post):
    address = send(PUPILS).headers["Location"]
    answer = post(address, _COLUMN_1="last_name")

    assert answer.status_code == 400
    assert "Twee kolommen staan op Achternaam." in text_of(answer)
    assert fields(answer.get_data(as_text=True))["column-1"] == "last_name"


@pytest.mark.parametrize(
    "changes", [{"_COLUMN_0": "shoe_size"}, {"kind": "ouders"}, {"header_row": "x"}, {"delimiter": "x"}, {"kind": ""}]
)
def test_a_typed_form_is_refused_in_words(send, post, session, changes):
    answer = post(send(PUPILS).headers["Location"], **changes, preview="1")

    assert answer.status_code == 400
    assert session.query(SyncRun).count() == 0


def test_what_cannot_be_read_makes_no_run(admin_client, send, post, session):
    address = send(b"%PDF-1.7").headers["Location"]
    assert "Deze tabel is niet te lezen" in text_of(admin_client.get(address))

    assert post(address, preview="1", kind="pupils").status_code == 400
    assert session.query(SyncRun).count() == 0


def test_a_title_that_stands_there_twice_or_nowhere_is_not_used(admin_client, send):
    words = text_of(admin_client.get(send("Leerlingnummer;Achternaam;Achternaam;\n1;Beek;x;y\n").headers["Location"]))

    assert "deze titel staat er twee keer" in words
    assert "er is geen titel" in words


def test_several_tables_are_one_import(app, admin_client, send, post, session):
    staff = workbook(["Medewerkersnummer", "Achternaam", "Groepen"], [50001, "Jansen", "h2a"])
    address = send(PUPILS, staff, names=["leerlingen.csv", "docenten.xlsx"]).headers["Location"]
    words = text_of(admin_client.get(address))
    assert "leerlingen.csv Leerlingen 2" in words
    assert "docenten.xlsx Medewerkers 1" in words

    post(address, preview="1")
    work_on_runs(app.config)
    run = session.query(SyncRun).one()
    assert (run.status, run.counts["pupils"]["new"], run.counts["staff"]["new"]) == ("preview", 2, 1)
    assert session.query(TableMapping).count() == 0


def test_a_file_source_of_one_file_refuses_two(send, session):
    answer = send(b"<EDEX/>", b"<EDEX/>", source="edexml")

    assert (answer.status_code, session.query(SyncRun).count()) == (400, 0)


def test_the_form_sent_twice_makes_one_run_r124(admin_client, send, post, session):
    address = send(PUPILS).headers["Location"]
    first = post(address, preview="1")
    again = admin_client.get(address)

    assert again.headers["Location"] == first.headers["Location"]
    assert session.query(SyncRun).count() == 1


def test_a_table_is_shown_only_to_who_sent_it_in_r47(admin_client, send, log_in, make_account, session):
    address = send(PUPILS).headers["Location"]
    colleague = log_in(make_account(role=Role.ADMINISTRATOR, password_hash="unused"))

    assert colleague.get(address).status_code == 404
    assert admin_client.get("/beheer/bronnen/tabel/999999/").status_code == 404
    assert admin_client.get(address).status_code == 200


def test_a_file_that_was_thrown_away_is_said_to_be_gone(app, admin_client, send, session):
    address = send(PUPILS).headers["Location"]
    upload = session.query(Upload).one()
    (Path(app.config["INSTANCE"]) / "uploads" / upload.stored_as).unlink()

    answer = admin_client.get(address)
    assert answer.status_code == 404
    assert "Dit bestand is er niet meer." in text_of(answer)


def test_hostile_cells_and_titles_are_text(admin_client, send):
    page = admin_client.get(
        send('Leerlingnummer;Achternaam;<script>a</script>\n1;<img src=x onerror=a>;"=cmd"\n').headers["Location"]
    ).get_data(as_text=True)

    assert "<script>a" not in page
    assert "<img src=x" not in page
