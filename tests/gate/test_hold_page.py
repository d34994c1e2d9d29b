"""The page of a held run: its parts with ticks, numbers, causes and names, and what may be decided (R47, R89, R103)."""

import dataclasses
import re
from datetime import UTC, datetime

import pytest
import sqlalchemy as sa

from app.extensions import transaction
from app.models import AccountLocation, AuditLine, Role, SyncRun
from tests.gate.gate_world import HAVEN_GONE, keys_of, place, runs
from tests.roster.roster_world import roster
from tests.screens.sync_world import SYNC, form_of, page, text_of

__all__ = ["runs"]


@pytest.fixture
def held(session, runs, administrator):
    """A held run; the administrator has the location that stays."""
    with transaction():
        couple(session, administrator, "99ZZ01")
    return runs.run(HAVEN_GONE)


@pytest.fixture
def administrator(session, runs, make_account):
    """After the school came in, so with its locations; she logs in as the one of every test."""
    own = {"password_hash": "unused", "activated_at": datetime.now(UTC)}
    return make_account(role=Role.ADMINISTRATOR, username="admin_vanderwal", **own)


def couple(session, account, *codes):
    where = {"institution_id": account.institution_id, "account_id": account.id}
    session.add_all(AccountLocation(location_id=place(session, code), **where) for code in codes)


def body(client, run):
    return client.get(f"{SYNC}{run.id}/").get_data(as_text=True)


def boxes(html):
    """{key of a part: its attributes}"""
    found = re.findall(r'<input[^>]*name="part" value="([^"]+)"([^>]*)>', html)
    return {key: {word for word in ("checked", "disabled") if word in more} for key, more in found}


def test_each_part_has_a_tick_numbers_and_the_cause(admin_client, session, administrator, held):
    with transaction():
        couple(session, administrator, "99ZZ02")
    words, ticks = page(admin_client, held), boxes(body(admin_client, held))
    gone = keys_of(held, over=True)

    assert "Waarschijnlijke oorzaak Vestiging 99ZZ02 (Havenkwartier): 40 van de 40 leerlingen ontbreken;" in words
    assert "Leerlingen: vertrokken 40 van 100 Te veel" in words
    assert "Havenkwartier (99ZZ02) 40 van 40 100% Te veel" in words
    assert ticks == {key: set() if key in gone else {"checked"} for key in keys_of(held)}
    assert "Alles toepassen" in words


def test_the_names_are_below_with_what_changes(admin_client, session, administrator, held):
    with transaction():
        couple(session, administrator, "99ZZ02")
    words = page(admin_client, held)

    assert "Berg, Sanne van den leerling 200000" in words
    assert "En nog 30: alles als CSV" in words
    assert "E-mailadres: 100059@leerling.example › n@x.nl" in words
    csv = admin_client.get(f"{SYNC}{held.id}/wijzigingen.csv?part={keys_of(held, over=True)[0]}")
    assert csv.get_data(as_text=True).count("\n") == 41


def test_who_lacks_a_location_sees_its_numbers_but_no_names_and_no_tick_r47(admin_client, held):
    html, words = body(admin_client, held), page(admin_client, held)
    (gone,) = keys_of(held, over=True)

    assert boxes(html)[gone] == {"disabled"}
    assert "leerling 200000" not in words
    assert "Buiten uw bereik" in words
    assert "Alles toepassen" not in words
    assert "Over wat te veel is bij vestigingen buiten uw bereik, beslist een beheerder" in words


def test_ticked_parts_are_approved_with_a_reason(admin_client, session, held):
    ticked = keys_of(held, over=False)
    form = form_of(admin_client, SYNC, decision="approve-parts", part=ticked[:1])
    refused = admin_client.post(f"{SYNC}{held.id}/besluit/", data=form | {"reason": ""})
    assert refused.status_code == 400
    assert "Schrijf op waarom u deze run toch toepast." in text_of(refused)
    assert [key for key, of in boxes(refused.get_data(as_text=True)).items() if "checked" in of] == ticked[:1]
    none = admin_client.post(f"{SYNC}{held.id}/besluit/", data=form | {"reason": "Ja", "part": []})
    assert "Vink minstens één deel aan, of gooi de run weg." in text_of(none)
    admin_client.post(f"{SYNC}{held.id}/besluit/", data=form | {"reason": "Ja", "part": ticked})
    session.expire_all()

    assert (held.status, held.parts["without"]) == ("waiting", keys_of(held, over=True))


def test_a_part_outside_the_own_reach_cannot_be_forced_r47(admin_client, session, held):
    for decision in ("approve", "approve-parts"):
        form = form_of(admin_client, SYNC, decision=decision, reason="Ja", part=keys_of(held))
        assert admin_client.post(f"{SYNC}{held.id}/besluit/", data=form).status_code == 403
    session.expire_all()
    assert held.status == "held"
    assert session.scalar(sa.select(AuditLine.id).where(AuditLine.action == "roster-run-approved")) is None


def test_the_page_of_an_applied_run_says_what_was_left_out(admin_client, session, runs, held):
    runs.decide(held, "approve-parts", keys_of(held, over=False))
    run = runs.carry_out(held.id, HAVEN_GONE)
    session.commit()
    words = page(admin_client, run)

    assert "Niet alles is toegepast Leerlingen: vertrokken, Havenkwartier (99ZZ02): 40" in words
    assert "Wat er met 40 leerlingen zou gebeuren, is niet gedaan" in words
    assert session.scalar(sa.select(SyncRun.changes).where(SyncRun.id == run.id)) is None


def test_of_a_delivery_that_is_doubted_nothing_is_ticked_and_the_safe_way_stands_out(
    admin_client, session, administrator, runs
):
    with transaction():
        couple(session, administrator, "99ZZ01", "99ZZ02")
    run = runs.run(dataclasses.replace(HAVEN_GONE, school_year=HAVEN_GONE.school_year - 1))
    session.commit()
    html = body(admin_client, run)

    assert run.parts["doubt"] == "empty"
    assert set(map(tuple, boxes(html).values())) == {()}
    assert re.search(r'<button class="btn btn-primary"[^>]*value="discard"', html)
    assert not re.search(r'<button class="btn btn-primary"[^>]*value="approve', html)


def test_a_kind_that_is_not_told_is_said_to_be_so_and_what_is_too_much_stands_out(
    admin_client, session, administrator, held
):
    with transaction():
        couple(session, administrator, "99ZZ02")
    assert "Verzorgers niet in deze levering" in page(admin_client, held)
    assert "Leerlingen 100 1 1 40" in page(admin_client, held)
    assert '<b class="bad">40</b>' in body(admin_client, held)
    assert '<b class="bad">1</b>' not in body(admin_client, held)


def test_more_than_three_that_wait_are_named_in_the_list_only(admin_client, session, runs, held):
    for _more in range(3):
        runs.run(roster(source="edexml"))
    words = text_of(admin_client.get(SYNC))

    assert words.count("is aangehouden en wacht op u") == 3
    assert "Nog 1 andere run wacht op u; die staat in de lijst hieronder." in words
