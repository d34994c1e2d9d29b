"""A held run: why, who would go, the safe choice first, and who decided otherwise (R89, R103)."""

import pytest

from app.models import AuditLine, Location
from tests.screens.sync_world import SYNC, counts, form_of, make_run, page, text_of

__all__ = ["make_run"]


@pytest.fixture
def held(session, make_run, make_person, make_account, administrator):
    gone = make_person(location=session.query(Location).first(), last_name="Kaya", first_name="Elif")
    make_account(gone, username="elifkaya")
    line = {"kind": "pupil", "id": gone.id, "number": gone.number, "name": gone.list_name, "what": "gone", "fields": []}
    pupils = {"seen": 8, "unchanged": 8, "gone": 206}
    return make_run("held", changes=[line], counts=counts(pupils=pupils), reason="206 van de 214 leerlingen ontbreken.")


def test_a_held_run_says_why_and_who_would_go_and_names_the_safe_choice(admin_client, held):
    answer = admin_client.get(f"{SYNC}{held.id}/")
    words = text_of(answer)
    assert "206 van de 214 leerlingen ontbreken." in words
    assert "Leerlingen 214 0 0 206" in words
    assert "96%" in words
    assert "Kaya, Elif leerling" in words
    assert "elifkaya" in words
    assert 'name="decision" value="discard"' in answer.get_data(as_text=True)
    assert "Weggooien is veilig: er verandert niets." in words
    assert f"Run {held.id} is aangehouden en wacht op u" in text_of(admin_client.get(SYNC))


def test_approving_wants_a_reason_and_the_log_says_who_approved_r89(admin_client, session, administrator, held):
    form = form_of(admin_client, SYNC, decision="approve")
    refused = admin_client.post(f"{SYNC}{held.id}/besluit/", data=form | {"reason": "  "})
    assert refused.status_code == 400
    assert "Schrijf op waarom u deze run toch toepast." in text_of(refused)
    admin_client.post(f"{SYNC}{held.id}/besluit/", data=form | {"reason": "Locatie is gesloten"})
    session.expire_all()
    lines = {line.action: line for line in session.query(AuditLine)}
    assert (held.status, held.approved) == ("waiting", True)
    assert lines["roster-run-approved"].actor_id == administrator.id
    assert lines["sync-reason"].details == {"reason": "Locatie is gesloten"}


def test_discarding_a_held_run_changes_nothing_else(admin_client, session, held):
    answer = admin_client.post(
        f"{SYNC}{held.id}/besluit/", data=form_of(admin_client, SYNC, decision="discard"), follow_redirects=True
    )
    session.expire_all()
    assert held.status == "discarded"
    assert f"Run {held.id} is weggegooid. Er is niets gewijzigd." in text_of(answer)
    assert "Weggegooid" in page(admin_client, held)


@pytest.mark.parametrize("decision", ["apply", "nonsense", ""])
def test_a_decision_that_does_not_fit_changes_nothing(admin_client, session, held, decision):
    form = form_of(admin_client, SYNC, decision=decision, reason="x")
    answer = admin_client.post(f"{SYNC}{held.id}/besluit/", data=form, follow_redirects=True)
    session.expire_all()
    assert held.status == "held"
    assert "Deze run wacht niet meer op dit besluit." in text_of(answer)


def test_deciding_without_a_token_does_nothing_r59(admin_client, session, held):
    assert admin_client.post(f"{SYNC}{held.id}/besluit/", data={"decision": "discard"}).status_code == 400
    session.expire_all()
    assert held.status == "held"
