"""A name or number that means two records shows neither to who may see one of them (R47)."""

import pytest
import sqlalchemy as sa

from app.models import Group, Location, PersonKey, PersonKind
from tests.screens.sync_world import SYNC, counts, make_run, page, say

__all__ = ["make_run", "say"]


@pytest.fixture
def here(session, administrator):
    return session.scalar(sa.select(Location))


@pytest.fixture
def elsewhere(make_location):
    return make_location("Praktijkschool Oost")


@pytest.fixture
def keyed(session):
    """Makes this person known to the source by this key."""

    def keyed(person, key):
        own = {"institution_id": person.institution_id, "person_id": person.id, "kind": person.kind}
        session.add(PersonKey(source="edexml", key=key, **own))
        session.commit()

    return keyed


@pytest.fixture
def group(session):
    def make(place, name="2A", key="g1", source="edexml"):
        found = Group(
            institution_id=place.institution_id,
            location_id=place.id,
            school_year=2026,
            name=name,
            sort_key=name,
            source=source,
            source_key=key,
        )
        session.add(found)
        session.commit()
        return found

    return make


def line(kind, record, what="changed", **more):
    told = {"kind": kind, "id": record.id if record else None, "number": "", "name": "", "what": what, "fields": []}
    return told | more


def shown(client, run):
    """The page of a run with the file of its changes, as one text."""
    return page(client, run) + client.get(f"{SYNC}{run.id}/wijzigingen.csv").get_data(as_text=True)


def test_the_number_counts_before_the_key_of_somebody_else_r47(
    admin_client, make_run, make_person, say, keyed, here, elsewhere
):
    make_person(location=elsewhere, number="555", last_name="Merkteken")
    keyed(make_person(location=here, number="1", last_name="Dichtbij"), "555")
    run = make_run()
    say(run, "555", code="gone")
    words = page(admin_client, run)
    assert "Dichtbij" not in words  # it is not about the pupil whose key this happens to be
    assert "1 melding van andere vestigingen." in words


def test_the_key_of_somebody_elsewhere_does_not_hide_what_is_about_a_number_here_r47(
    admin_client, make_run, make_person, say, keyed, here, elsewhere
):
    make_person(location=here, number="555", last_name="Dichtbij")
    keyed(make_person(location=elsewhere, number="1", last_name="Merkteken"), "555")
    run = make_run()
    say(run, "555", code="gone")
    words = page(admin_client, run)
    assert "Dichtbij" in words
    assert "Merkteken" not in words


def test_a_number_counts_within_its_kind_r47(admin_client, make_run, make_person, say, here, elsewhere):
    make_person(PersonKind.STAFF, number="555", last_name="Dichtbij")
    make_person(location=elsewhere, number="555", last_name="Merkteken")
    run = make_run()
    say(run, "555", kind="pupil", code="gone")
    words = page(admin_client, run)
    assert "Dichtbij" not in words
    assert "1 melding van andere vestigingen." in words


def test_a_number_that_two_have_tells_of_neither_r47(admin_client, make_run, make_person, say, here, elsewhere):
    for place, name in ((here, "Dichtbij"), (elsewhere, "Merkteken")):
        make_person(location=place, number="555", last_name=name)
    run = make_run()
    say(run, "555", code="gone")
    words = page(admin_client, run)
    assert "Dichtbij" not in words
    assert "1 melding van andere vestigingen." in words


def test_somebody_who_is_seen_from_nowhere_is_out_of_reach_too_r47(admin_client, make_run, make_person, say):
    make_person(PersonKind.GUARDIAN, number="555", last_name="Merkteken")
    run = make_run()
    say(run, "555", kind="guardian", code="gone")
    assert "1 melding van andere vestigingen." in page(admin_client, run)


def test_a_key_of_a_group_counts_for_its_own_source_r47(admin_client, make_run, say, group, here, elsewhere):
    group(elsewhere, source="somtoday")
    group(here)
    run = make_run()
    say(run, "g1", kind="group", code="group-name-missing")
    assert "van andere vestigingen" not in page(admin_client, run)
    group(elsewhere, name="3B")
    assert "1 melding van andere vestigingen." in page(admin_client, run)


def test_changes_are_shown_by_their_record_not_by_a_name_that_two_share_r47(
    admin_client, make_run, make_person, group, here, elsewhere
):
    near, far = make_person(location=here, number="5"), make_person(location=elsewhere, number="5")
    ours, theirs = group(here), group(elsewhere)
    lines = [line("pupil", far, number="5", name="Merkteken"), line("pupil", near, number="5", name="Dichtbij")]
    lines += [
        line("group", one, what="gone", name="2A", fields=[["name", "2A", word]])
        for one, word in ((ours, "hier"), (theirs, "Merkteken"))
    ]
    lines += [line("location", one, name=one.name) for one in (here, elsewhere)]
    run = make_run("preview", changes=lines, counts=counts(pupils={"changed": 2}, groups={"gone": 2}))
    words = shown(admin_client, run)
    assert "Merkteken" not in words
    assert "Praktijkschool Oost" not in words
    assert "Dichtbij" in words
    assert "hier" in words
    assert "Lindelaan" in words


def test_a_change_about_something_new_is_for_who_sent_the_file_in_r47(admin_client, make_run, elsewhere):
    run = make_run("preview", changes=[line("pupil", None, what="new", name="Nieuweling")], counts=counts())
    assert "Nieuweling" not in shown(admin_client, run)
