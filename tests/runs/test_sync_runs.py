"""Runs as rows: one at a time, and what an administrator decides (Z-235 to Z-244, R103, R106)."""

import io
import threading
from datetime import timedelta

import pytest
import sqlalchemy as sa

from app.errors import Conflict, InvalidInput, UnknownName
from app.extensions import transaction
from app.models import AuditLine, OutboxMail, Person, SyncMessage, SyncRun, Upload
from app.services.access import Actor
from app.services.housekeeping import tidy
from app.services.runs import requests as sync_runs
from tests.runs.run_world import NOW, ask, carry_out, connected, count
from tests.sources.somtoday.somtoday_player import Player

__all__ = ["ask", "carry_out", "connected"]


def finish(session, status="applied"):
    with transaction():
        session.execute(sa.update(SyncRun).values(status=status))


def test_one_run_at_a_time_per_institution_r106(session, ask):
    first = ask()

    assert first is not None
    assert ask() is None
    assert sync_runs.open_run(session, 1).id == first
    finish(session)
    assert ask() is not None


def test_twenty_threads_start_one_run_r106(app, ask):
    found = []

    def start():
        with app.app_context():
            found.append(ask())

    threads = [threading.Thread(target=start) for _number in range(20)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len([one for one in found if one is not None]) == 1


def test_a_slot_is_given_once(session, ask):
    assert ask(slot="7:x") is not None
    finish(session)
    assert ask(slot="7:x") is None


def test_an_upload_is_kept_privately_and_under_another_name_r77(session, institution, tmp_path):
    folder = tmp_path / "uploads"
    with transaction():
        upload = sync_runs.store_upload(session, NOW, 1, folder, "C:\\school\\EDEX.XML", io.BytesIO(b"<EDEX/>"))
    (stored,) = folder.iterdir()

    assert stored.stat().st_mode & 0o777 == 0o600
    assert folder.stat().st_mode & 0o777 == 0o700
    assert (upload.stored_as, upload.shown_as) == (stored.name, "EDEX.XML")
    assert "EDEX" not in stored.name
    assert len(upload.sha256) == 64


@pytest.mark.parametrize("content", [b"", b"x" * (50 * 1024 * 1024 + 1)], ids=["empty", "too large"])
def test_an_upload_that_cannot_be_used_leaves_nothing_behind(session, institution, tmp_path, content):
    with pytest.raises(InvalidInput), transaction():
        sync_runs.store_upload(session, NOW, 1, tmp_path / "uploads", "x", io.BytesIO(content))
    assert list((tmp_path / "uploads").iterdir()) == []
    assert count(session, Upload) == 0


def test_a_preview_changes_nothing_until_it_is_accepted_r78(session, ask, carry_out):
    run = ask(preview=True)
    shown = carry_out(run)

    assert (shown["status"], count(session, Person)) == ("preview", 0)
    row = session.get_one(SyncRun, run)
    assert 0 < len(row.changes) <= 500
    assert set(row.changes[0]) == {"kind", "id", "number", "name", "what", "fields"}
    with transaction():
        sync_runs.apply_previewed(session, NOW, Actor("command"), run)
    applied = carry_out(run)
    assert (applied["status"], applied["counts"]) == ("applied", shown["counts"])
    assert session.get_one(SyncRun, run).changes is None
    assert count(session, Person) > 2000


def test_what_is_applied_is_what_was_shown_r78(session, ask, carry_out, make_person):
    run = ask(preview=True)
    carry_out(run)
    told = next(line for line in session.get_one(SyncRun, run).changes if line["number"] == "100001")
    make_person(number="100001", kind="pupil", last_name=told["name"].split(",")[0])  # one is known already
    with transaction():
        sync_runs.apply_previewed(session, NOW, Actor("command"), run)
    again = carry_out(run)

    assert again["status"] == "preview"
    assert again["reason"] == "De gegevens zijn veranderd sinds ze getoond werden. Kijk ze opnieuw na."
    assert count(session, Person) == 1


def test_a_decision_is_taken_once_r124(session, ask, carry_out):
    run = ask(preview=True)
    carry_out(run)
    with transaction():
        sync_runs.discard_run(session, NOW, Actor("command"), run)
    for decide in (sync_runs.apply_previewed, sync_runs.approve_run, sync_runs.discard_run):
        with pytest.raises(Conflict), transaction():
            decide(session, NOW, Actor("command"), run)
    assert session.get_one(SyncRun, run).status == "discarded"


def test_a_run_of_another_school_does_not_exist_r52(session, ask):
    run = ask()
    stranger = Actor("admin_elders", 99, 99)

    for decide in (sync_runs.apply_previewed, sync_runs.approve_run, sync_runs.discard_run):
        with pytest.raises(UnknownName), transaction():
            decide(session, NOW, stranger, run)


def test_a_weekly_run_that_is_held_waits_and_is_mailed_r103(session, ask, carry_out, connected, administrator):
    with Player(pupils=60, guardians=90, staff=8) as player:
        connected(player)
        assert carry_out(ask("somtoday", "manual"))["status"] == "applied"
        for pupil in player.school.leerlingen[:40]:
            player.school.remove_pupil(pupil["leerlingnummer"])
        before = count(session, Person, left_on=None)
        run = ask("somtoday", "weekly")
        held = carry_out(run)

    assert (held["status"], held["counts"]["pupils"]["gone"]) == ("held", 40)
    assert held["reason"] == "40 van de 60 leerlingen ontbreken in de levering. Er is niets gewijzigd."
    assert count(session, Person, left_on=None) == before
    mail = session.scalar(sa.select(OutboxMail))
    assert (mail.template, mail.account_id, mail.details["run"]) == ("sync-held", administrator.id, run)


def test_who_looks_at_a_run_gets_no_mail_and_of_what_waits_all_do_r103(session, ask, carry_out, administrator):
    actor = Actor(administrator.username, administrator.id, administrator.institution_id, administrator.role)
    assert carry_out(ask(preview=True, actor=actor))["status"] == "preview"
    assert carry_out(ask("edexml", actor=actor))["status"] == "failed"
    assert count(session, OutboxMail) == 0

    assert carry_out(ask("edexml"))["status"] == "failed"
    assert count(session, OutboxMail, template="sync-failed") == 1


def test_a_held_run_is_applied_when_somebody_approves_it(session, ask, carry_out, connected):
    with Player(pupils=60, guardians=90, staff=8) as player:
        connected(player)
        carry_out(ask("somtoday", "manual"))
        for pupil in player.school.leerlingen[:40]:
            player.school.remove_pupil(pupil["leerlingnummer"])
        run = ask("somtoday", "manual")
        assert carry_out(run)["status"] == "held"
        with transaction():
            sync_runs.approve_run(session, NOW, Actor("command"), run)
        assert carry_out(run)["status"] == "applied"
    assert count(session, AuditLine, action="roster-run-approved") == 1
    assert count(session, Person, kind="pupil", left_on=None) == 20


def test_a_weekly_run_that_fails_says_why_and_is_mailed_z239(session, ask, carry_out, connected, administrator):
    with Player(pupils=5, guardians=5, staff=2) as player:
        connected(player)
        player.faults.refuse_tokens = True
        failed = carry_out(ask("somtoday", "weekly"))

    assert (failed["status"], failed["run"]) == ("failed", 1)
    assert failed["reason"].startswith("Somtoday accepteert het client-ID")
    assert session.scalar(sa.select(OutboxMail.template)) == "sync-failed"


def test_a_newer_run_overtakes_what_still_waited(session, ask, carry_out):
    old = ask(preview=True)
    carry_out(old)
    carry_out(ask())

    assert session.get_one(SyncRun, old).status == "discarded"


def test_messages_are_kept_per_record_z244(session, ask, carry_out):
    answer = carry_out(ask())

    assert answer["messages"][0]["code"] == "no-link"
    assert answer["messages"][0]["text"].startswith("Deze medewerker is niet gekoppeld")
    assert count(session, SyncMessage) == len(answer["messages"])


def test_a_preview_that_nobody_decides_on_ends_with_its_file_r77(session, institution, ask, carry_out, tmp_path):
    with transaction():
        stream = io.BytesIO(b'{"pupils": 3, "seed": 1}')
        upload = sync_runs.store_upload(session, NOW, 1, tmp_path / "uploads", "x.json", stream)
        kept = upload.stored_as, upload.id
    run = ask(preview=True, upload_id=kept[1])
    carry_out(run)
    ended = session.get_one(SyncRun, run).finished_at
    with transaction():
        assert tidy(session, ended + timedelta(hours=23)) == []
    with transaction():
        assert tidy(session, ended + timedelta(hours=25)) == [kept[0]]

    row = session.get_one(SyncRun, run)
    assert (row.status, row.changes) == ("discarded", None)
    assert count(session, Person) == 0
