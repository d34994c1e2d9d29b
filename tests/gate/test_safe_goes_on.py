"""What is safe goes on while who would go waits in a run of its own (R103)."""

import io
import json
from datetime import UTC, datetime, timedelta

import pytest
import sqlalchemy as sa

from app.extensions import transaction
from app.models import Institution, OutboxMail, SyncRun
from app.services.access import Actor
from app.services.housekeeping import tidy
from app.services.runs.decisions import decide
from app.services.runs.requests import request_run, store_upload
from app.work.runs import do_run
from tests.gate.gate_world import (
    HAVEN_GONE,
    HERE,
    WHOLE,
    goes_on,
    keys_of,
    make_administrator,
    present,
    runs,
    school,
)
from tests.roster.roster_world import roster

__all__ = ["goes_on", "make_administrator", "runs"]


@pytest.mark.usefixtures("goes_on")
def test_what_is_safe_goes_on_while_who_would_go_waits(session, runs):
    before = present(session)
    first = runs.run(HAVEN_GONE)
    rest = runs.last()

    assert (first.status, rest.status, rest.id) == ("applied", "held", first.id + 1)
    assert first.reason == f"Wat veilig is, is toegepast. De rest wacht op een besluit als run {rest.id}."
    assert rest.reason == "40 van de 100 leerlingen ontbreken in de levering. Er is niets gewijzigd."
    assert present(session) == before | {"300000"}
    assert {line["what"] for line in rest.changes} == {"gone"}
    assert (rest.source, rest.trigger, rest.counts["pupils"]["gone"]) == (first.source, first.trigger, 40)
    assert rest.parts["causes"][0].startswith("Vestiging 99ZZ02 (Havenkwartier): 40 van de 40 leerlingen ontbreken")
    assert keys_of(rest, over=True) == first.parts["without"]


@pytest.mark.usefixtures("goes_on")
def test_the_rest_is_approved_like_any_other_run(session, runs):
    runs.run(HAVEN_GONE)
    rest = runs.last()
    runs.decide(rest, "approve")

    assert runs.carry_out(rest.id, HAVEN_GONE).status == "applied"
    assert len(present(session)) == 61
    assert runs.run(HAVEN_GONE).status == "applied"


@pytest.mark.usefixtures("goes_on")
def test_the_rest_may_be_thrown_away_and_a_newer_run_overtakes_it(session, runs):
    runs.run(HAVEN_GONE)
    rest = runs.last()
    runs.run(WHOLE)
    assert runs.of(rest.id).status == "discarded"
    runs.run(HAVEN_GONE)
    runs.decide(runs.last(), "discard")
    assert runs.last().status == "discarded"
    assert len(present(session)) >= 100


@pytest.mark.usefixtures("goes_on")
@pytest.mark.parametrize(
    "told",
    [
        roster(*HERE),  # nothing else happens: one run that waits is enough
        roster(*HERE, *school(500, start=400000)),  # too many are new as well
        roster(*(one._replace(last_name=one.number) for one in HERE)),  # columns are shifted as well
        roster(),
    ],
    ids=["nothing-else", "new", "shifted", "empty"],
)
def test_a_run_waits_as_a_whole_when_the_rest_is_not_safe_or_nothing(session, runs, told):
    run = runs.run(told)

    assert (run.status, run.id, len(present(session))) == ("held", runs.last().id, 100)


@pytest.mark.usefixtures("goes_on")
def test_a_preview_is_held_as_a_whole_its_page_has_the_ticks(runs):
    run = runs.run(HAVEN_GONE, "file", preview=True)

    assert (run.status, runs.last().id) == ("held", run.id)


@pytest.mark.usefixtures("goes_on")
def test_the_weekly_mail_is_about_the_rest_r103(session, runs, make_administrator):
    make_administrator("admin_haven")
    runs.run(HAVEN_GONE, "weekly")
    mail = session.scalars(sa.select(OutboxMail)).one()

    assert (mail.template, mail.details["run"], mail.details["is_rest"]) == ("sync-held", runs.last().id, True)
    assert mail.details["causes"] == runs.last().parts["causes"]


def test_the_file_waits_with_the_rest_r77(app, session, institution):
    """The practice source reads a file of its own; fewer pupils and another seed make some go and some come."""
    folder = app.config["INSTANCE"]
    with transaction():
        session.get_one(Institution, institution.id).exchange = {"gate": {"goes_on": True, "limits": LOOSE}}
    uploads = [_uploaded(session, institution.id, folder, text) for text in ({"pupils": 90}, {"pupils": 40})]
    for upload_id in uploads:
        _read_in(session, institution.id, upload_id)
    rest = session.scalars(sa.select(SyncRun).order_by(SyncRun.id.desc()).limit(1)).one()
    waiting = rest.upload_id
    names = {path.name for path in (folder / "uploads").iterdir()}

    assert (rest.status, waiting) == ("held", uploads[1])
    assert len(names) == 1
    with transaction():
        assert tidy(session, datetime.now(UTC) + timedelta(hours=2)) == [
            name for name in _stored(session) if name not in names
        ]
    with transaction():
        decide(
            session, datetime.now(UTC), Actor("command", institution_id=rest.institution_id), rest.id, "approve", "ja"
        )
    do_run(rest.id)
    assert session.get_one(SyncRun, rest.id, populate_existing=True).status == "applied"
    assert list((folder / "uploads").iterdir()) == []


LOOSE = {"new": [1000, 10000], "changed": [100, 10000]}


def _stored(session):
    return list(session.scalars(sa.text("SELECT stored_as FROM upload ORDER BY id")))


def _uploaded(session, school, folder, about):
    session.rollback()
    with transaction():
        stream = io.BytesIO(json.dumps({"seed": 1} | about).encode())
        return store_upload(session, datetime.now(UTC), school, folder / "uploads", "x.json", stream).id


def _read_in(session, school, upload_id):
    with transaction():
        actor = Actor("command", institution_id=school)
        run_id = request_run(session, datetime.now(UTC), actor, school, "practice", "file", upload_id=upload_id).id
    do_run(run_id)
