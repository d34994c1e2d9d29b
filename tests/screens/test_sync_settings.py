"""The settings of the synchronisation: switch per location, weekly moment, and what is connected."""

from datetime import UTC, datetime

import pytest

from app.clock import local
from app.errors import InvalidInput, NotAllowed, UnknownName
from app.models import AuditLine, Location, Role, SourceConnection
from app.services.access import Actor
from app.services.runs.settings import next_weekly, set_weekly, source_states, switch_locations
from tests.screens.sync_world import NOW, SYNC, form_of, other_school, text_of

__all__ = ["other_school"]


@pytest.fixture
def lindelaan(session, administrator):
    return session.query(Location).one()


@pytest.fixture
def haven(make_location):
    return make_location("Havenkwartier")


@pytest.fixture
def actor(administrator, lindelaan, haven):
    return Actor(
        administrator.username,
        administrator.id,
        administrator.institution_id,
        Role.ADMINISTRATOR,
        frozenset({lindelaan.id, haven.id}),
    )


def test_a_switched_off_location_is_off_and_the_log_says_who_z226(session, actor, lindelaan, haven):
    changed = switch_locations(session, NOW, actor, {lindelaan.id, haven.id}, {lindelaan.id})
    line = session.query(AuditLine).one()
    assert changed == [haven]
    assert (lindelaan.sync_on, haven.sync_on) == (True, False)
    assert (line.action, line.subject_id, line.details) == ("sync.location", haven.id, {"sync_on": [True, False]})
    assert line.actor_name == "admin_vanderwal"


def test_saving_without_a_change_leaves_no_trace(session, actor, lindelaan, haven):
    assert switch_locations(session, NOW, actor, {lindelaan.id, haven.id}, {lindelaan.id, haven.id}) == []
    assert session.query(AuditLine).count() == 0


def test_a_location_that_came_after_the_form_keeps_its_switch(session, actor, lindelaan, haven):
    switch_locations(session, NOW, actor, {lindelaan.id}, set())
    assert haven.sync_on


@pytest.mark.parametrize("field", ["shown", "on"])
def test_the_location_of_a_colleague_looks_like_one_that_does_not_exist_r52(session, actor, make_location, field):
    elsewhere = make_location("Praktijkschool Oost")
    said = []
    for typed in (elsewhere.id, 10**9):
        values = {"shown": set(), "on": set()} | {field: {typed}}
        with pytest.raises(UnknownName) as refused:
            switch_locations(session, NOW, actor, **values)
        said.append(refused.value.message)
    assert said[0] == said[1]
    assert elsewhere.sync_on


def test_only_an_administrator_may_switch_r46(session, lindelaan):
    manager = Actor("zorg", 5, lindelaan.institution_id, Role.CARE_MANAGER, frozenset({lindelaan.id}))
    with pytest.raises(NotAllowed):
        switch_locations(session, NOW, manager, {lindelaan.id}, set())
    with pytest.raises(NotAllowed):
        set_weekly(session, NOW, manager, 1, 1)


def test_the_weekly_moment_is_a_setting_of_the_school_part_7_nr_9(session, actor, institution):
    assert set_weekly(session, NOW, actor, 5, 23)
    assert not set_weekly(session, NOW, actor, 5, 23)
    line = session.query(AuditLine).one()
    assert (institution.weekly_day, institution.weekly_hour) == (5, 23)
    assert line.details == {"weekly_day": [6, 5], "weekly_hour": [0, 23]}


@pytest.mark.parametrize(("day", "hour"), [(7, 0), (-1, 0), (0, 24), (0, -1)])
def test_a_moment_that_does_not_exist_is_refused(session, actor, institution, day, hour):
    with pytest.raises(InvalidInput):
        set_weekly(session, NOW, actor, day, hour)
    assert (institution.weekly_day, institution.weekly_hour) == (6, 0)


@pytest.mark.parametrize("moment", ["2026-03-28T22:59", "2026-03-28T23:00", "2026-10-24T21:59", "2026-10-25T12:00"])
def test_the_next_run_is_the_first_sunday_midnight_to_come_also_when_the_clock_changes_z219(institution, moment):
    now = datetime.fromisoformat(moment).replace(tzinfo=UTC)
    coming = next_weekly(institution, now)
    here = local(coming)
    assert (here.weekday(), here.hour, here.minute) == (6, 0, 0)
    assert 0 < (coming - now).total_seconds() <= 7 * 86400 + 3600


def test_every_source_says_whether_it_is_automatic_manual_or_not_connected_part_7_nr_12(session, institution):
    states = {one.id: one.state for one in source_states(session, institution)}
    assert (states["edexml"], states["somtoday"]) == ("manual", "unconnected")
    session.add(SourceConnection(institution_id=institution.id, source="somtoday", settings={}, changed_at=NOW))
    session.flush()
    states = source_states(session, institution)
    assert (states[0].id, states[0].state) == ("somtoday", "automatic")
    assert "practice" not in {one.id for one in states}


# -- on screen ---------------------------------------------------------------------------------------------------


def test_one_checkbox_per_own_location_headed_by_its_code_z227(admin_client, lindelaan, make_location):
    make_location("Praktijkschool Oost")
    words = text_of(admin_client.get(SYNC))
    assert f"{lindelaan.code} Lindelaan" in words
    assert "Automatische synchronisatie met Zicht" in words
    assert "Praktijkschool Oost" not in words


def test_the_switch_on_screen_works_by_post_alone_z226_r59(admin_client, session, lindelaan):
    form = form_of(admin_client, SYNC, shown=lindelaan.id)
    assert admin_client.post(f"{SYNC}vestigingen/", data={"shown": lindelaan.id}).status_code == 400
    assert admin_client.get(f"{SYNC}vestigingen/").status_code == 405
    answer = admin_client.post(f"{SYNC}vestigingen/", data=form, follow_redirects=True)
    session.expire_all()
    assert "1 vestiging is omgezet." in text_of(answer)
    assert not session.query(Location).one().sync_on


def test_a_typed_location_of_a_colleague_is_404_and_changes_nothing_r47(admin_client, session, make_location):
    elsewhere = make_location("Praktijkschool Oost")
    form = form_of(admin_client, SYNC)
    for typed in (elsewhere.id, 10**9, "abc", "-1"):
        assert admin_client.post(f"{SYNC}vestigingen/", data=form | {"shown": typed}).status_code == 404
    session.expire_all()
    assert session.get(Location, elsewhere.id).sync_on


def test_the_weekly_moment_on_screen(admin_client, session, institution):
    form = form_of(admin_client, SYNC, day=2, hour=4)
    words = text_of(admin_client.post(f"{SYNC}weekmoment/", data=form, follow_redirects=True))
    assert "Het moment van de wekelijkse synchronisatie is opgeslagen." in words
    words = text_of(admin_client.post(f"{SYNC}weekmoment/", data=form | {"hour": "25"}, follow_redirects=True))
    assert "Kies een dag en een uur uit de lijsten." in words
    session.expire_all()
    assert (institution.weekly_day, institution.weekly_hour) == (2, 4)


def test_a_connected_source_shows_when_it_runs_next_and_nothing_connected_where_to_connect(
    admin_client, session, institution
):
    page = admin_client.get(SYNC)
    assert "Er is geen schoolsysteem gekoppeld, dus er loopt niets vanzelf." in text_of(page)
    assert 'href="/beheer/bronnen/"' in page.get_data(as_text=True)
    session.add(SourceConnection(institution_id=institution.id, source="somtoday", settings={}, changed_at=NOW))
    session.commit()
    page = admin_client.get(SYNC)
    assert "Volgende run: zo " in text_of(page)
    assert "loopt niets vanzelf" not in text_of(page)
    assert 'href="/beheer/bronnen/somtoday/"' in page.get_data(as_text=True)
    assert "Nu synchroniseren" in text_of(page)
