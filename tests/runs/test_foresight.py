"""A dry run to the end: usernames of new people, accounts of leavers, access that would be lost."""

import pytest

from app.models import Person, SyncRun
from tests.runs import wrong_feeds as feeds
from tests.runs.run_world import carry_out, command, whole
from tests.runs.wrong_feeds import edexml, pupils, replace

__all__ = ["carry_out", "command"]


@pytest.fixture
def bring_in(command, tmp_path, institution):
    brin = institution.brin

    def bring_in(content, *more):
        (tmp_path / "feed").write_bytes(content)
        return command("roster", "import", tmp_path / "feed", "--source", "edexml", "--institution", brin, *more)[1]

    return bring_in


def foretold(answer):
    return {(one["code"], one["key"]): one["text"] for one in answer["messages"] if one["code"].endswith("-foreseen")}


@pytest.fixture
def next_week(bring_in, session, make_account):
    """The school is in; one pupil with a working account leaves, one moves, and two with the same name are new."""
    bring_in(edexml())
    leaver = session.query(Person).filter_by(number="100001").one()
    make_account(leaver, username="noorbeekaa")
    stay = [replace(one, place="99ZZ02") if one.key == "100003" else one for one in pupils()[1:]]
    return edexml([*stay, *(replace(pupils(1)[0], key=key, last="Vos", email="") for key in ("200001", "200002"))])


def test_a_dry_run_names_usernames_accounts_and_access_and_writes_nothing(bring_in, next_week, session):
    before = whole(session)

    answer = bring_in(next_week, "--dry-run")

    assert (answer["status"], whole(session)) == ("preview", before)
    assert foretold(answer) == {
        ("username-foreseen", "200001"): "Zou bij een account de gebruikersnaam noorvos krijgen.",
        ("username-foreseen", "200002"): "Zou bij een account de gebruikersnaam noorvos2 krijgen.",
        ("account-foreseen", "100001"): (
            "Het account noorbeekaa werkt nog, en zou worden voorgesteld om inactief te maken."
        ),
        ("access-foreseen", "100003"): "Zou niet meer te zien zijn vanuit Vestiging 99ZZ01.",
    }


def test_only_people_get_a_username_not_the_groups_and_locations_that_are_new_as_well(bring_in):
    """Refs of new rows count per table: group -1 is not person -1."""
    foreseen = [one for one in bring_in(edexml(), "--dry-run")["messages"] if one["code"].endswith("-foreseen")]

    assert {one["kind"] for one in foreseen} == {"pupil"}
    assert len({one["text"] for one in foreseen}) == len(foreseen)


def test_a_dry_run_of_what_would_wait_tells_the_probable_causes_too_r103(app, bring_in, next_week, tmp_path):
    half = edexml(pupils()[feeds.PUPILS // 2 :])
    answer = bring_in(half, "--dry-run")
    held = bring_in(half)

    assert (answer["status"], answer["reason"]) == ("held", held["reason"])
    assert answer["causes"] == held["causes"]
    assert "waarschijnlijk is de levering niet compleet" in answer["causes"][0]
    arguments = ("roster", "import", tmp_path / "feed", "--source", "edexml", "--institution", "99ZZ", "--dry-run")
    said = app.test_cli_runner().invoke(args=list(map(str, arguments)))
    assert answer["causes"][0] in said.stdout.splitlines()
    assert "causes" not in bring_in(next_week, "--dry-run")


def test_what_is_applied_keeps_no_foresight_in_the_log(bring_in, next_week):
    assert foretold(bring_in(next_week)) == {}


def test_a_held_run_shows_the_same_beside_each_change(bring_in, next_week, session):
    answer = bring_in(edexml(pupils()[feeds.PUPILS // 2 :]))

    assert answer["status"] == "held"
    run = session.get_one(SyncRun, answer["run"])
    leaver = next(line for line in run.changes if line["number"] == "100001")
    assert ["account", "noorbeekaa", None] in leaver["fields"]
