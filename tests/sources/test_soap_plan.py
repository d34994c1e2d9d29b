"""ParnasSys, UWLR and Zermelo on a database: the first, the unchanged and the changed run (Z-220, R105)."""

from datetime import timedelta

import pytest
import sqlalchemy as sa

from app.models import Person, PersonKind, PersonLocation, SourceConnection
from app.roster.sources import service_source
from app.services.roster.gate import why_held, why_not_this_school
from app.services.roster.plan.known import KnownSchool
from tests.roster.roster_world import TODAY, counts, plan
from tests.runs.run_world import Writes, command, known_of, take_in
from tests.sources.parnassys import parnassys_player
from tests.sources.uwlr import uwlr_player
from tests.sources.zermelo import zermelo_player

__all__ = ["command", "known_of", "take_in"]
PLAYERS = {"parnassys": parnassys_player, "uwlr": uwlr_player, "zermelo": zermelo_player}


@pytest.fixture(params=PLAYERS)
def source(request):
    return request.param


@pytest.fixture
def player(source):
    with PLAYERS[source].playing() as player:
        yield player


@pytest.fixture
def fetch(source, player):
    """As a run does it: through the register."""

    def fetch(**changed):
        settings = {**player.settings, **changed}
        return service_source(source, settings, "99ZZ", TODAY, sleep=lambda seconds: None).fetch()

    return fetch


def change(source, player):
    """One pupil leaves and one gets another name; gives the number of the renamed."""
    if source == "uwlr":
        gone, renamed = player.school.leerlingen[:2]
        player.school.leerlingen.remove(gone)
        renamed.find("achternaam").text = "Nieuwenhuis"
        return renamed.get("key")
    people = player.school.leerlingen if source == "parnassys" else player.portal.users
    gone, renamed = people[:2]
    people.remove(gone)
    renamed["achternaam" if source == "parnassys" else "lastName"] = "Nieuwenhuis"
    return renamed["leerlingNummer" if source == "parnassys" else "code"]


def test_the_first_the_unchanged_and_the_changed_run(db, session, source, player, fetch, take_in, known_of):
    first = take_in(fetch())
    seen = len(fetch().pupils)

    assert counts(first, "pupils") == {"seen": seen, "new": seen}
    assert counts(first, "staff")["new"] == len(fetch().staff)
    assert counts(first, "guardians") == {}
    placed = sa.select(PersonLocation.person_id).join(Person).where(Person.kind == PersonKind.PUPIL).distinct()
    assert session.scalar(sa.select(sa.func.count()).select_from(placed.subquery())) == seen

    session.rollback()
    with Writes(db.engine) as writes:
        again = take_in(fetch())
    assert counts(again, "pupils") == {"seen": seen, "unchanged": seen}
    assert writes.of_people() == []

    number = change(source, player)
    changed = take_in(fetch())
    assert counts(changed, "pupils") == {"seen": seen - 1, "changed": 1, "unchanged": seen - 2, "gone": 1}
    assert session.scalar(sa.select(Person.last_name).where(Person.number == number)) == "Nieuwenhuis"
    assert why_held(plan(fetch(), known_of(fetch())), known_of(fetch()), fetch(), TODAY + timedelta(days=7)) is None


@pytest.mark.once
def test_the_roster_of_another_school_is_refused(source, player, fetch):
    if source == "parnassys":
        player.schools["11AA"] = parnassys_player.ParnassysSchool("11AA", pupils=3)
        roster = fetch(brin="11AA")
    elif source == "uwlr":
        player.school.school.find("brincode").text = "11AA"
        roster = fetch()
    else:
        player.portal.schoolsinschoolyears[0]["schoolHrmsCode"] = "11AA"
        roster = fetch()

    assert "11AA" in (why_not_this_school(KnownSchool(1, "99ZZ"), roster) or "")


@pytest.mark.once
def test_a_connection_is_kept_with_its_secrets_sealed(source, player, session, command):
    pairs = [f"{name}={value}" for name, value in player.settings.items() if value.isprintable()]
    secrets = {"uwlr": ["certificate=-----BEGIN X-----\nabc\n-----END X-----"]}.get(source, [])

    code, told = command("roster", "connect", "--institution", "99ZZ", "--source", source, "--set", *pairs, *secrets)

    assert code == 0
    stored = session.scalar(sa.select(SourceConnection.settings))
    for name in {"key", *(["certificate"] if secrets else [])}:
        assert told["settings"][name] == "***"
        assert stored[name] not in (player.settings.get(name), "")
    wrong = command("roster", "connect", "--institution", "99ZZ", "--source", source, "--set", "nergens=1")
    assert wrong[0] == 2
