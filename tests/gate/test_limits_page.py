"""The page of the limits: what a run may change by itself, the roll-over, and whether what is safe goes on."""

from datetime import UTC, date, datetime

import pytest

from app.clock import today
from app.errors import InvalidInput, NotAllowed
from app.extensions import transaction
from app.models import AuditLine, Institution, Role
from app.services.access import Actor
from app.services.roster.gate.limits import Limit, Window, limits_of
from app.services.runs.gate_settings import set_limits, typed_limits, wrong_limits
from tests.screens.sync_world import SYNC, form_of, text_of

LIMITS = f"{SYNC}grenzen/"
USUAL = {
    "gone-share": "5",
    "gone-few": "25",
    "access-share": "5",
    "access-few": "25",
    "changed-share": "20",
    "changed-few": "25",
    "new-share": "100",
    "new-few": "250",
    "begin": "",
    "end": "",
    "width": "40",
}
TODAY = date(2026, 6, 1)
NOW = datetime(2026, 6, 1, 8, 0, tzinfo=UTC)


def wrong(**values):
    return wrong_limits(USUAL | {name.replace("_", "-"): value for name, value in values.items()}, TODAY)


def test_the_form_starts_with_the_usual_limits(app, institution):
    assert typed_limits(institution) == USUAL
    assert wrong() == {}


@pytest.mark.parametrize(
    ("typed", "fields"),
    [
        ({"gone_share": "101"}, {"gone-share"}),
        ({"gone_share": "-1", "new_few": "veel"}, {"gone-share", "new-few"}),
        ({"new_share": "1000"}, set()),
        ({"access_few": "٣"}, {"access-few"}),
        ({"changed_few": ""}, {"changed-few"}),
        ({"width": "96"}, {"width"}),
        ({"begin": "2026-07-01"}, {"end"}),
        ({"end": "2026-07-01"}, {"begin"}),
        ({"begin": "2026-07-01", "end": "2026-09-30"}, set()),
        ({"begin": "2026-06-30", "end": "2026-08-01"}, {"begin"}),
        ({"begin": "2026-08-01", "end": "2026-10-01"}, {"begin"}),
        ({"begin": "2026-08-01", "end": "2027-08-01"}, {"begin"}),
        ({"begin": "2026-08-10", "end": "2026-08-01"}, {"end"}),
        ({"begin": "2028-08-01", "end": "2028-08-10"}, {"begin"}),
        ({"begin": "1 augustus", "end": "2026-08-10"}, {"begin"}),
    ],
)
def test_what_cannot_be_meant_is_named_by_field(app, typed, fields):
    assert wrong(**typed).keys() == fields


def test_limits_are_saved_for_the_whole_school_and_logged_r89(admin_client, session, institution, administrator):
    year = today().year + 1
    wanted = {"gone-share": "10", "begin": f"{year}-07-20", "end": f"{year}-08-20", "width": "50", "goes_on": "on"}
    form = form_of(admin_client, LIMITS, **USUAL | wanted)
    answer = admin_client.post(LIMITS, data=form, follow_redirects=True)
    session.expire_all()
    limits = limits_of(institution.exchange, date(year, 8, 1))

    assert "De grenzen zijn opgeslagen." in text_of(answer)
    assert f"Er is een jaarovergang gepland van 20-07-{year} tot en met 20-08-{year}." in text_of(answer)
    assert (limits.goes_on, limits.is_wide, limits.of["gone"]) == (True, True, Limit(0.5, 25))
    assert limits_of(institution.exchange, date(year, 8, 21)).of["gone"] == Limit(0.1, 25)
    (line,) = session.query(AuditLine).filter_by(action="sync.limits")
    assert (line.actor_id, set(line.details)) == (administrator.id, {"limits", "window", "goes_on"})
    again = admin_client.post(LIMITS, data=form, follow_redirects=True)
    assert "Er is niets gewijzigd." in text_of(again)
    assert session.query(AuditLine).filter_by(action="sync.limits").count() == 1


def test_a_wrong_form_comes_back_as_it_was_typed(admin_client, session, institution):
    answer = admin_client.post(LIMITS, data=form_of(admin_client, LIMITS, **USUAL | {"gone-share": "half"}))
    session.expire_all()

    assert answer.status_code == 400
    assert 'value="half"' in answer.get_data(as_text=True)
    assert "Vul een heel getal in van 0 tot en met 100." in text_of(answer)
    assert institution.exchange is None


def test_the_list_of_runs_leads_to_the_limits(admin_client):
    words = text_of(admin_client.get(SYNC))

    assert "Grenzen en jaarovergang" in words
    assert "Er is geen jaarovergang gepland. De gewone grenzen gelden." in words


def test_the_roll_over_says_when_it_is_under_way(admin_client, session, institution, monkeypatch):
    with transaction():
        institution.exchange = {"gate": {"window": {"begin": "2026-07-20", "end": "2026-08-20", "share": 40}}}
    monkeypatch.setattr("app.admin.synchronisation.limits.today", lambda: date(2026, 8, 1))

    assert "De jaarovergang loopt tot en met 20-08-2026." in text_of(admin_client.get(LIMITS))
    assert Window(date(2026, 7, 20), date(2026, 8, 20), 0.4).is_open(date(2026, 8, 20))


def test_only_an_administrator_sets_them_and_the_order_of_sources_stays(session, institution, make_account):
    account = make_account(role=Role.STAFF)
    with transaction():
        session.get_one(Institution, institution.id).exchange = {"authority": {"pupils": ["somtoday"]}}
    with pytest.raises(NotAllowed):
        set_limits(session, NOW, Actor("x", account.id, institution.id, Role.STAFF), USUAL)
    machine = Actor("command", institution_id=institution.id)
    with pytest.raises(InvalidInput), transaction():
        set_limits(session, NOW, machine, USUAL | {"width": "1"})
    with transaction():
        assert not set_limits(session, NOW, machine, USUAL)
        assert set_limits(session, NOW, machine, USUAL | {"gone-few": "10"})

    assert session.get_one(Institution, institution.id).exchange["authority"] == {"pupils": ["somtoday"]}
