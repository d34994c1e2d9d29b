"""`roster sources`, `import` and `runs` (contract.md): answers, exit codes, and no traceback."""

from datetime import date, timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa

from app.clock import now
from app.extensions import transaction
from app.models import Account, Location, Person, PersonKind, SourceConnection, SyncRun
from tests.runs.run_world import NOW, Writes, command, count, whole

__all__ = ["command"]

EXAMPLE = "tests/sources/edexml/feeds/EDEXML.Voorbeeld.2.1.xml"
COUNTS = {"seen", "new", "changed", "unchanged", "gone", "skipped"}


@pytest.fixture
def run(command):
    return lambda *arguments: command("roster", *arguments)


@pytest.fixture
def bring_in(run):
    def bring_in(*arguments, file=EXAMPLE, brin="99ZZ"):
        return run("import", file, "--source", "edexml", "--institution", brin, *arguments)

    return bring_in


def test_sources_tells_what_this_build_knows(run):
    code, answer = run("sources")

    assert code == 0
    assert {one["id"]: one["kind"] for one in answer}.items() >= {"edexml": "file", "somtoday": "service"}.items()
    somtoday = next(one for one in answer if one["id"] == "somtoday")
    assert set(somtoday) == {"id", "kind", "title", "delivers", "settings"}
    assert somtoday["delivers"] == ["pupils", "guardians", "staff", "groups", "locations"]
    secret = next(one for one in somtoday["settings"] if one["name"] == "client_secret")
    assert (secret["secret"], secret["required"], secret["title"]) == (True, True, "Clientgeheim")


def test_the_example_of_the_standard_is_read_in(bring_in, session):
    code, answer = bring_in()

    assert (code, answer["status"], answer["reason"], answer["source"]) == (0, "applied", None, "edexml")
    assert set(answer) == {"run", "institution", "source", "status", "counts", "messages", "reason", "seconds"}
    assert list(answer["counts"]) == ["pupils", "guardians", "staff", "groups", "locations"]
    assert all(set(of) == COUNTS for of in answer["counts"].values())
    assert answer["counts"]["pupils"] == dict.fromkeys(COUNTS, 0) | {"seen": 3, "new": 2, "skipped": 1}
    assert answer["counts"]["staff"]["new"] == 3
    left = next(one for one in answer["messages"] if one["code"] == "left")
    assert left == {
        "severity": "info",
        "kind": "pupil",
        "key": "12345",
        "code": "left",
        "text": "Is uitgeschreven op 18-07-2014.",
    }
    names = session.scalars(sa.select(Person).where(Person.kind == PersonKind.PUPIL).order_by(Person.sort_key))
    assert [person.list_name for person in names] == ["Assati, Ismaël Hassan", "ie, Wimpie imp"]


def test_the_same_file_again_changes_nothing_r105(db, bring_in):
    first = bring_in()[1]
    with Writes(db.engine) as writes:
        code, again = bring_in()

    assert (code, again["status"], again["run"]) == (0, "applied", first["run"] + 1)
    assert again["counts"]["pupils"]["unchanged"] == 2
    assert all(of["new"] == of["changed"] == of["gone"] == 0 for of in again["counts"].values())
    assert [one for one in writes.of_people() if "upload" not in one] == ["INSERT INTO audit_line"]  # of the run itself


@pytest.fixture
def example(tmp_path):
    """The example of the standard with other words in it."""

    def example(old, new):
        path = tmp_path / "EDEX.XML"
        text = Path(EXAMPLE).read_text()
        assert old in text
        path.write_text(text.replace(old, new))
        return path

    return example


def test_the_example_with_a_change_is_a_changed_run(bring_in, example, session):
    bring_in()
    code, answer = bring_in(file=example("<achternaam>Assati<", "<achternaam>Anders<"))

    assert (code, answer["status"], answer["counts"]["pupils"]["changed"]) == (0, "applied", 1)
    assert count(session, Person, last_name="Anders") == 1


def test_a_file_of_another_school_year_waits_until_it_is_approved_r103(bring_in, example, session):
    bring_in()
    changed = example("<schooljaar>2014-2015<", "<schooljaar>2090-2091<")
    changed.write_text(changed.read_text().replace("<achternaam>Assati<", "<achternaam>Anders<"))
    code, answer = bring_in(file=changed)
    shown = bring_in("--dry-run", file=changed)[1]
    approved = bring_in("--approve", file=changed)[1]

    assert (code, answer["status"], shown["status"], approved["status"]) == (1, "held", "held", "applied")
    assert answer["reason"].startswith("Dit is de levering van schooljaar 2090/2091; het is nu ")
    assert count(session, Person, last_name="Anders") == 1


def test_the_day_of_a_delivery_is_kept_with_its_run(bring_in, session):
    bring_in()

    assert session.scalar(sa.select(SyncRun.made_on)) == date(2014, 11, 25)


def test_more_files_than_the_source_reads_is_wrong_usage(run):
    code, answer = run("import", EXAMPLE, EXAMPLE, "--source", "edexml", "--institution", "99ZZ")

    assert (code, answer) == (2, {"error": "Geef voor deze bron precies één bestand."})


def test_a_dry_run_makes_no_run_and_writes_nothing(db, bring_in, session, app):
    before = whole(session)
    session.rollback()
    with Writes(db.engine) as writes:
        code, answer = bring_in("--dry-run")

    assert (code, answer["run"], answer["status"]) == (0, None, "preview")
    assert answer["counts"]["pupils"]["new"] == 2
    assert writes.seen == []
    assert whole(session) == before
    assert not list(app.config["INSTANCE"].glob("uploads/*"))


def test_the_file_is_thrown_away_when_its_run_ended_r77(bring_in, app):
    bring_in()

    assert list((app.config["INSTANCE"] / "uploads").iterdir()) == []


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"geen xml", "volledige XML"),
        (b"<EDEX>", "volledige XML"),
        (b"<andere/>", "geen EDEXML"),
        (b"<!DOCTYPE x><EDEX/>", "DOCTYPE"),
    ],
)
def test_a_file_that_cannot_be_read_ends_with_2(bring_in, session, tmp_path, content, reason):
    file = tmp_path / "EDEX.XML"
    file.write_bytes(content)
    code, answer = bring_in(file=file)
    dry, shown = bring_in("--dry-run", file=file)

    assert (code, answer["status"], dry, shown["status"]) == (2, "failed", 2, "failed")
    assert reason in answer["reason"]
    assert answer["reason"] == shown["reason"]
    assert count(session, Person) == 0


def test_the_file_of_another_school_is_refused_with_1(bring_in, session, institution):
    institution.brin = "12AB"
    session.commit()
    for arguments in ((), ("--approve",), ("--dry-run",)):
        code, answer = bring_in(*arguments, brin="12AB")
        assert (code, answer["status"]) == (1, "failed")
        assert answer["reason"] == "Dit is de levering van school 99ZZ, niet van 12AB. Er is niets gewijzigd."
    assert count(session, Person) == count(session, Location) == 0


@pytest.mark.parametrize(
    "arguments",
    [
        ("import", EXAMPLE, "--source", "nope", "--institution", "99ZZ"),
        ("import", EXAMPLE, "--source", "somtoday", "--institution", "99ZZ"),
        ("import", EXAMPLE, "--source", "edexml", "--institution", "00XX"),
        ("import", "no/such/file.xml", "--source", "edexml", "--institution", "99ZZ"),
        ("import", "--source", "edexml", "--institution", "99ZZ"),
        ("import", EXAMPLE, EXAMPLE, "--source", "edexml", "--institution", "99ZZ"),
        ("import", EXAMPLE, "--institution", "99ZZ"),
        ("sync", "--institution", "99ZZ"),
        ("sync", "--institution", "00XX"),
        ("runs", "--institution", "00XX"),
        ("connect", "--institution", "99ZZ", "--source", "edexml", "--set", "a=b"),
        ("connect", "--institution", "99ZZ", "--source", "somtoday", "--set", "zonder"),
        ("connect", "--institution", "99ZZ", "--location", "99ZZ09=off"),
        ("connect", "--institution", "99ZZ", "--location", "99ZZ01=misschien"),
        ("connect", "--institution", "99ZZ"),
    ],
)
def test_wrong_usage_and_unknown_names_end_with_2(run, session, arguments):
    code, answer = run(*arguments)

    assert (code, list(answer)) == (2, ["error"])
    assert count(session, SyncRun) == count(session, SourceConnection) == 0


def test_runs_are_told_newest_first_z235_z238(bring_in, run):
    bring_in()
    bring_in()
    code, answer = run("runs", "--institution", "99ZZ")

    assert code == 0
    assert [one["run"] for one in answer] == [2, 1]
    assert {one["trigger"] for one in answer} == {"file"}
    assert all(one["started_at"] <= one["finished_at"] and one["messages"] for one in answer)


def test_people_read_the_same_in_words(app, institution, session):
    session.rollback()
    result = app.test_cli_runner().invoke(
        args=["roster", "import", EXAMPLE, "--source", "edexml", "--institution", "99ZZ"]
    )

    assert result.stdout.startswith("Toegepast.\n")
    assert "leerlingen" in result.stdout
    assert "Is uitgeschreven op 18-07-2014." in result.stdout


def test_a_second_run_at_once_is_refused_with_1(bring_in, session, institution, app):
    with transaction():
        busy = {"status": "running", "created_at": NOW, "lease_until": now() + timedelta(minutes=1), "fence": 1}
        session.add(SyncRun(institution_id=1, source="edexml", trigger="file", slot="x", **busy))
    code, answer = bring_in()

    assert (code, list(answer)) == (1, ["error"])
    assert not list(app.config["INSTANCE"].glob("uploads/*"))
    assert count(session, Account) == 0
