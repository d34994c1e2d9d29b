"""Tables and files that belong together from the command line: `roster import`, with `--map` (contract.md)."""

import json

import pytest
import sqlalchemy as sa

from app.extensions import transaction
from app.models import Group, Person, PersonKind, Upload
from app.roster.table import About, Mapping
from app.services.runs.tables import remember_mapping
from tests.runs.run_world import NOW
from tests.sources.edex2000.test_edex2000 import ALL as EDEX2000
from tests.sources.table.table_world import workbook

PUPILS = "Leerlingnummer;Roepnaam;Achternaam;Klas;Ouder1 achternaam\n001;Noor;Beek;h2a;Dam\n002;Ad;Vos;h2a;Ver\n"
TABLE = ("--source", "table", "--institution", "99ZZ")


@pytest.fixture
def run(app, session, institution):
    session.rollback()

    def run(*arguments):
        session.rollback()
        result = app.test_cli_runner().invoke(args=["roster", *map(str, arguments), "--json"])
        return result.exit_code, json.loads(result.stdout)

    return run


@pytest.fixture
def put(tmp_path):
    def put(name, content):
        path = tmp_path / name
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return path

    return put


def of_kind(session, kind):
    return sorted(session.scalars(sa.select(Person.last_name).where(Person.kind == kind)))


def test_a_table_is_imported_and_the_same_again_changes_nothing(run, put, session):
    file = put("leerlingen.csv", PUPILS)

    code, answer = run("import", file, *TABLE)

    assert (code, answer["status"], answer["source"], answer["messages"]) == (0, "applied", "table", [])
    assert {kind: answer["counts"][kind]["new"] for kind in ("pupils", "guardians", "groups")} == {
        "pupils": 2,
        "guardians": 2,
        "groups": 1,
    }
    assert of_kind(session, PersonKind.GUARDIAN) == ["Dam", "Ver"]
    assert run("import", file, *TABLE)[1]["counts"]["pupils"]["unchanged"] == 2


def test_several_tables_are_one_import_and_nothing_stays_behind(run, put, session):
    staff = put("x.xlsx", workbook(["Medewerkersnummer", "Achternaam", "Groepen"], [50001, "Jansen", "h2a"]))

    code, answer = run("import", put("leerlingen", PUPILS), staff, *TABLE)

    assert (code, answer["counts"]["staff"]["new"], answer["counts"]["pupils"]["new"]) == (0, 1, 2)
    assert of_kind(session, PersonKind.STAFF) == ["Jansen"]


def test_a_mapping_says_how_a_table_is_read(run, put, session):
    columns = {"number": "id", "last_name": "wie", "group": "waar"}
    told = put("kaart.json", "\ufeff" + json.dumps({"kind": "pupils", "columns": columns}))
    file = put("lijst.csv", "id,wie,waar\n1,Beek,h2a\n")

    assert run("import", file, *TABLE)[0] == 2
    assert run("import", file, *TABLE, "--map", told, "--dry-run")[1]["counts"]["pupils"]["new"] == 1
    code, answer = run("import", file, *TABLE, "--map", told)

    assert (code, answer["status"]) == (0, "applied")
    assert list(session.scalars(sa.select(Group.name))) == ["h2a"]


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("geen json", "JSON"),
        ('{"kind": "pupils", "columns": {"schoenmaat": "x", "number": "n", "name": "m"}}', "schoenmaat"),
        (b"\xff\xfe\x00", "JSON"),
    ],
)
def test_a_mapping_that_cannot_be_read_ends_with_2_and_changes_nothing(run, put, session, content, said):
    code, answer = run("import", put("lijst.csv", PUPILS), *TABLE, "--map", put("kaart.json", content))

    assert code == 2
    assert said in json.dumps(answer, ensure_ascii=False)
    assert of_kind(session, PersonKind.PUPIL) == []


def test_a_column_of_the_mapping_that_is_missing_ends_with_2(run, put):
    told = put("kaart.json", '{"kind": "pupils", "columns": {"number": "Leerlingnummer", "last_name": "Familienaam"}}')

    code, answer = run("import", put("lijst.csv", PUPILS), *TABLE, "--map", told)

    assert (code, answer["status"]) == (2, "failed")
    assert "Familienaam" in answer["reason"]


def test_a_table_is_read_as_the_school_read_such_a_table_before(run, put, session, institution):
    columns = {"number": "id", "last_name": "wie", "group": "waar"}
    with transaction():
        remember_mapping(session, NOW, institution.id, Mapping(About.PUPILS, columns))
    file, other = put("lijst.csv", "id,wie,waar\n1,Beek,h2a\n"), put("anders.csv", "nr,zus\n1,x\n")

    assert run("import", file, *TABLE, "--dry-run")[1]["counts"]["pupils"]["new"] == 1
    assert run("import", file, *TABLE)[1]["counts"]["groups"]["new"] == 1
    assert run("import", other, *TABLE)[0] == 2


def test_a_single_csv_of_a_package_keeps_its_name(run, put, session):
    """What is in users.csv is known by its name alone; the file is kept under another one."""
    orgs = put("orgs.csv", "sourcedId,name,type\ns1,De Zilverlinde,school\n")
    code, answer = run("import", orgs, "--source", "oneroster-csv", "--institution", "99ZZ")

    dry = run("import", orgs, "--source", "oneroster-csv", "--institution", "99ZZ", "--dry-run")
    assert (code, answer["status"], answer["reason"]) == (dry[0], dry[1]["status"], dry[1]["reason"])


def test_only_a_table_takes_a_mapping(run, put):
    told = put("kaart.json", '{"kind": "pupils"}')

    assert run("import", put("x.xml", "<EDEX/>"), "--source", "edexml", "--institution", "99ZZ", "--map", told)[0] == 2


@pytest.mark.parametrize("content", ["", "kanarie", "Leerlingnummer;Achternaam\n", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"])
def test_what_is_no_table_ends_with_2_in_one_sentence(run, put, session, content):
    code, answer = run("import", put("leerlingen.csv", content), *TABLE)

    assert code == 2
    assert of_kind(session, PersonKind.PUPIL) == []
    assert "Traceback" not in json.dumps(answer)


def test_a_table_of_another_school_is_failed_and_cannot_be_approved(run, put, session):
    file = put("leerlingen.csv", "Leerlingnummer;Achternaam;BRIN\n1;Beek;88YY\n")

    code, answer = run("import", file, *TABLE, "--approve")

    assert (code, answer["status"]) == (1, "failed")
    assert of_kind(session, PersonKind.PUPIL) == []


def test_the_four_files_of_edex2000_are_one_import(run, put, session):
    files = [put(name, body) for name, body in EDEX2000.items()]

    code, answer = run("import", *files, "--source", "edex2000", "--institution", "99ZZ")

    assert (code, answer["status"], answer["counts"]["pupils"]["new"], answer["counts"]["staff"]["new"]) == (
        *(0, "applied", 2, 2),
    )
    assert session.scalar(sa.select(sa.func.count()).select_from(Upload)) <= 1
