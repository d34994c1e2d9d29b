"""What a run says about persons of other locations is counted, not shown; runs of other schools do not exist (R47)."""

import pytest

from app.models import Group, Location, PersonKey, PersonKind, Role
from tests.screens.sync_world import NOW, SYNC, counts, form_of, make_run, other_school, page, say, text_of

__all__ = ["make_run", "other_school", "say"]


@pytest.fixture
def elsewhere(make_location):
    return make_location("Praktijkschool Oost")


def group(session, place, name):
    """The id of a new group at this place."""
    one = Group(institution_id=place.institution_id, location_id=place.id, school_year=2026, name=name, sort_key=name)
    session.add(one)
    session.commit()
    return one.id


@pytest.mark.parametrize("kind", ["page", "csv"])
def test_messages_about_pupils_of_another_location_are_counted_not_shown_r47(
    admin_client, session, make_run, make_person, say, elsewhere, kind
):
    far = make_person(location=elsewhere, number="777777", last_name="Merkteken")
    run = make_run()
    say(run, far.number, code="gone")
    say(run, "123456")
    address = f"{SYNC}{run.id}/" + ("meldingen.csv" if kind == "csv" else "")
    words = admin_client.get(address).get_data(as_text=True)
    assert "777777" not in words
    assert "Merkteken" not in words
    assert "123456" in words
    if kind == "page":
        assert "1 melding van andere vestigingen." in words


def test_a_message_by_technical_key_finds_its_person_too_r47(
    session, admin_client, make_run, make_person, say, elsewhere
):
    far = make_person(location=elsewhere, number="777777")
    session.add(
        PersonKey(institution_id=far.institution_id, person_id=far.id, source="edexml", kind=far.kind, key="sleutel-9")
    )
    run = make_run()
    say(run, "sleutel-9", code="gone")
    assert "sleutel-9" not in page(admin_client, run)


def test_a_message_does_not_name_another_person_out_of_reach_either_r47(
    admin_client, session, make_run, make_person, say, elsewhere
):
    near = make_person(location=session.query(Location).first())
    far = make_person(location=elsewhere, number="777777")
    run = make_run()
    say(run, near.number, code="pupil-unknown", pupil=far.number)
    say(run, near.number, code="pupil-unknown", pupil="123456")
    words = page(admin_client, run)
    assert "777777" not in words
    assert "123456" in words


def test_groups_and_locations_of_others_are_counted_too_r47(session, admin_client, make_run, say, elsewhere):
    session.add(
        Group(
            institution_id=elsewhere.institution_id,
            location_id=elsewhere.id,
            school_year=2026,
            name="P1A",
            sort_key="p1a",
            source="edexml",
            source_key="groep-77",
        )  # fmt: skip
    )
    run = make_run()
    say(run, "groep-77", kind="group", code="group-name-missing")
    say(run, elsewhere.code, kind="location", code="location-refused")
    words = page(admin_client, run)
    assert "groep-77" not in words
    assert elsewhere.code not in words
    assert "2 meldingen van andere vestigingen." in words


def test_changes_of_another_location_are_counted_not_shown_r47(admin_client, make_run, make_person, elsewhere, session):
    near = make_person(location=session.query(Location).first(), last_name="Dichtbij")
    far = make_person(location=elsewhere, number="777777", last_name="Merkteken")
    lines = [
        {"kind": "pupil", "id": one.id, "number": one.number, "name": one.list_name, "what": "changed",
         "fields": [["last_name", one.last_name, "Nieuwenaam"]]}
        for one in (near, far)
    ]  # fmt: skip
    lines.append({"kind": "pupil", "number": "888888", "name": "Onbekend, Kim", "what": "changed", "fields": []})
    run = make_run("preview", changes=lines, counts=counts(pupils={"changed": 3}))
    for address in ("", "wijzigingen.csv"):
        words = admin_client.get(f"{SYNC}{run.id}/{address}").get_data(as_text=True)
        assert "Dichtbij" in words
        assert "777777" not in words
        assert "Merkteken" not in words
        assert "888888" not in words
    assert "2 gegevens van andere vestigingen worden niet getoond." in page(admin_client, run)


def test_a_change_names_no_child_and_no_group_of_another_location_part_7_nr_5(
    admin_client, session, make_run, make_person, elsewhere
):
    here = session.query(Location).first()
    near, far = make_person(location=here, last_name="Dichtbij"), make_person(location=elsewhere, last_name="Merkteken")
    ours, theirs = group(session, here, "2A"), group(session, elsewhere, "P1A")
    lines = [
        {"kind": "pupil", "id": near.id, "number": near.number, "name": near.list_name, "what": "changed",
         "fields": [["pupil", None, [near.id]], ["pupil", [far.id], None], ["groups", [ours, theirs], [ours]]]},
    ]  # fmt: skip
    run = make_run("preview", changes=lines, counts=counts(pupils={"changed": 1}))
    words = page(admin_client, run)
    assert "Merkteken" not in words
    assert "P1A" not in words
    assert "Groepen 2A, … 2A" in words
    assert f"Leerling (leeg) {near.list_name}" in words or f"Leerling leeg {near.list_name}" in words


def test_who_has_the_name_of_somebody_here_is_still_out_of_reach_r47(
    admin_client, session, make_run, make_person, elsewhere
):
    """Two children of one name, two classes 2A, a mentor of another location: asked by id, never by name."""
    here = session.query(Location).first()
    same = {"last_name": "Yilmaz", "first_name": "Noor"}
    near, far = make_person(location=here, **same), make_person(location=elsewhere, **same)
    mentor = make_person(PersonKind.STAFF, location=elsewhere, **same)
    ours, theirs = group(session, here, "2A"), group(session, elsewhere, "2A")
    fields = [["pupil", [far.id], None], ["groups", [theirs], [ours, theirs]], ["mentors", None, [mentor.id]]]
    fields += [["teaching_groups", None, ["2A"]]]  # one that is new has no place yet
    line = {"kind": "pupil", "id": near.id, "number": "1", "name": near.list_name, "what": "changed", "fields": fields}
    run = make_run("preview", changes=[line], counts=counts(pupils={"changed": 1}))

    rows = admin_client.get(f"{SYNC}{run.id}/wijzigingen.csv").get_data(as_text=True).splitlines()[1:]

    assert [row.split(";")[4:] for row in rows] == [
        ["Leerling", "…", ""], ["Groepen", "…", "2A, …"], ["Mentoren", "", "…"], ["Lesgroepen", "", "…"],
    ]  # fmt: skip


def test_a_run_of_another_school_is_no_run_at_all_r47_r52(admin_client, session, make_run, other_school):
    theirs = make_run("held", institution_id=other_school.id, reason="Geheim")
    form = form_of(admin_client, SYNC, decision="discard", reason="x")
    for address in ("", "meldingen.csv", "wijzigingen.csv"):
        found, absent = (admin_client.get(f"{SYNC}{number}/{address}") for number in (theirs.id, 10**9))
        assert (found.status_code, absent.status_code) == (404, 404)
        assert text_of(found) == text_of(absent)
    for number in (theirs.id, 10**9):
        assert admin_client.post(f"{SYNC}{number}/besluit/", data=form).status_code == 404
    assert admin_client.get(f"{SYNC}99999999999999999999/").status_code == 404
    session.expire_all()
    assert theirs.status == "held"


@pytest.mark.parametrize("role", [Role.STAFF, Role.CARE_MANAGER])
def test_only_application_administrators_get_in_r46(log_in, make_account, make_run, role):
    client = log_in(make_account(role=role, password_hash="x", activated_at=NOW))
    run = make_run("held")
    for address in (SYNC, f"{SYNC}{run.id}/", f"{SYNC}{run.id}/meldingen.csv", f"{SYNC}bestand/"):
        assert client.get(address).status_code == 403


def test_strangers_go_to_the_login(client, make_run):
    assert "/login" in client.get(f"{SYNC}{make_run().id}/").headers["Location"]
