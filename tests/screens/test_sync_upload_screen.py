"""Reading an EDEXML file from the screen: shown first, applied once, a second time without effect (R78, R105, R124)."""

import pytest

from app.models import AccountLocation, AuditLine, Location, OutboxMail, Person, SyncRun, Upload
from app.work.runs import work_on_runs
from tests.screens.sync_world import SYNC, form_of, text_of
from tests.screens.upload_world import FEED, UPLOAD, decide, files, people, send

__all__ = ["files", "send"]


def test_the_file_is_shown_first_and_changes_nothing_until_it_is_applied_r78(app, admin_client, session, send):
    before = people(session)
    answer = send(work=False)
    run = session.query(SyncRun).one()
    assert answer.headers["Location"] == f"{SYNC}{run.id}/"
    assert "Wacht op zijn beurt" in text_of(admin_client.get(answer.headers["Location"]))
    work_on_runs(app.config)
    session.expire_all()
    words = text_of(admin_client.get(answer.headers["Location"]))
    assert "Dit zou er veranderen" in words
    assert "Er is nog niets gewijzigd." in words
    assert people(session) == before
    decide(admin_client, run.id, "apply")
    work_on_runs(app.config)
    session.expire_all()
    words = text_of(admin_client.get(answer.headers["Location"]))
    assert "Koppeling succesvol." in words
    assert len(people(session)) > len(before)
    assert {one.kind.value for one in session.query(Person)} == {"pupil", "staff"}


def test_the_preview_says_who_is_new_and_the_list_counts_the_pupils_z237(admin_client, session, send):
    send()
    run = session.query(SyncRun).one()
    words = text_of(admin_client.get(f"{SYNC}{run.id}/?what=new"))
    number = run.counts["pupils"]["new"]
    assert number > 0
    assert f"{run.counts['pupils']['new'] + run.counts['staff']['new']}" in words
    pupil = next(line for line in run.changes if line["kind"] == "pupil")
    assert pupil["name"] in words
    assert f"Het voorbeeld van run {run.id} wacht op u" in text_of(admin_client.get(SYNC))


def test_the_same_file_again_changes_nothing_and_sends_nothing_r105(app, admin_client, session, send):
    send()
    decide(admin_client, session.query(SyncRun).one().id, "apply")
    work_on_runs(app.config)
    before, lines = people(session), session.query(AuditLine).count()
    send()
    again = session.query(SyncRun).order_by(SyncRun.id.desc()).first()
    assert {(kind["new"], kind["changed"], kind["gone"]) for kind in again.counts.values()} == {(0, 0, 0)}
    assert "0 nieuw, 0 gewijzigd, 0 vertrokken" in text_of(admin_client.get(f"{SYNC}{again.id}/"))
    decide(admin_client, again.id, "apply")
    work_on_runs(app.config)
    session.expire_all()
    assert people(session) == before
    assert session.query(OutboxMail).count() == 0
    assert {line.subject_kind for line in session.query(AuditLine).order_by(AuditLine.id).offset(lines)} == {"sync_run"}


@pytest.fixture
def reach_all(session, administrator):
    """Couples the administrator to every location that came with the file."""

    def reach_all():
        for place in session.query(Location):
            link = AccountLocation(
                account_id=administrator.id, location_id=place.id, institution_id=administrator.institution_id
            )
            session.merge(link)
        session.commit()

    return reach_all


def test_a_change_is_shown_as_old_and_new_to_who_may_see_the_pupil_r47(app, admin_client, session, send, reach_all):
    send()
    decide(admin_client, session.query(SyncRun).one().id, "apply")
    work_on_runs(app.config)
    person = session.query(Person).filter_by(kind="pupil").order_by(Person.id).first()
    old = person.first_name
    send(FEED.replace(f"<roepnaam>{old}<".encode(), b"<roepnaam>Nieuwenaam<"))
    again = session.query(SyncRun).order_by(SyncRun.id.desc()).first()
    assert [line["fields"] for line in again.changes] == [[["first_name", old, "Nieuwenaam"]]]
    words = text_of(admin_client.get(f"{SYNC}{again.id}/"))
    assert "Nieuwenaam" not in words
    assert "1 gegeven van andere vestigingen wordt niet getoond." in words
    reach_all()
    words = text_of(admin_client.get(f"{SYNC}{again.id}/"))
    assert f"Voornaam {old} Nieuwenaam" in words
    page = admin_client.get(f"{SYNC}{again.id}/wijzigingen.csv").get_data(as_text=True)
    assert f"Gewijzigd;Voornaam;{old};Nieuwenaam" in page


def test_throwing_away_leaves_no_file_and_no_persons_r77(admin_client, session, send, files):
    send()
    run = session.query(SyncRun).one()
    before = people(session)
    assert len(files()) == 1
    words = text_of(admin_client.get(decide(admin_client, run.id, "discard").headers["Location"]))
    session.expire_all()
    assert f"Run {run.id} is weggegooid. Er is niets gewijzigd." in words
    assert (run.status, run.changes) == ("discarded", None)
    assert people(session) == before
    assert files() == []


def test_a_doubled_form_makes_one_run_and_shows_it_r124(admin_client, session, send, files):
    form = form_of(admin_client, UPLOAD, source="edexml")
    first, second = (send(form=form, work=False) for _ in range(2))
    assert first.headers["Location"] == second.headers["Location"]
    assert (session.query(SyncRun).count(), session.query(Upload).count(), len(files())) == (1, 1, 1)


def test_a_second_file_waits_until_the_first_is_read(admin_client, session, send, files):
    first = send(work=False)
    second = send(work=False)
    assert second.headers["Location"] == first.headers["Location"]
    assert "Er loopt al een synchronisatie." in text_of(admin_client.get(second.headers["Location"]))
    assert (session.query(Upload).count(), len(files())) == (1, 1)


def test_applying_twice_acts_once_and_says_nothing_strange_r124(app, admin_client, session, send):
    send()
    run = session.query(SyncRun).one()
    answers = [decide(admin_client, run.id, "apply") for _ in range(2)]
    assert {answer.headers["Location"] for answer in answers} == {f"{SYNC}{run.id}/"}
    work_on_runs(app.config)
    assert session.query(AuditLine).filter_by(action="roster-applied").count() == 1
    late = decide(admin_client, run.id, "discard")
    words = text_of(admin_client.get(late.headers["Location"]))
    assert "Deze run wacht niet meer op dit besluit." in words


def test_a_database_that_changed_meanwhile_gives_a_new_preview_with_a_notice_r78(app, admin_client, session, send):
    send()
    first = session.query(SyncRun).one()
    decide(admin_client, first.id, "apply")
    work_on_runs(app.config)
    changed = FEED.replace(b"<roepnaam>", b"<roepnaam>Nieuwe ", 1)
    send(changed)
    run = session.query(SyncRun).order_by(SyncRun.id.desc()).first()
    person = session.query(Person).filter_by(kind="pupil").first()
    person.last_name, person.first_name = "Handmatig", "Anders"
    person.remake_keys()
    session.commit()
    decide(admin_client, run.id, "apply")
    work_on_runs(app.config)
    session.expire_all()
    assert run.status == "preview"
    words = text_of(admin_client.get(f"{SYNC}{run.id}/"))
    assert "Kijk nog een keer voordat u dit toepast" in words
    assert session.query(AuditLine).filter_by(action="roster-applied").count() == 1


def test_an_applied_file_says_who_did_it_r89(app, admin_client, session, administrator, send):
    send()
    run = session.query(SyncRun).one()
    decide(admin_client, run.id, "apply")
    work_on_runs(app.config)
    words = text_of(admin_client.get(f"{SYNC}{run.id}/"))
    assert "Voorbeeld akkoord" in words
    assert "gestart door: u" in words
    assert session.query(AuditLine).filter_by(action="roster-preview-accepted").one().actor_id == administrator.id
