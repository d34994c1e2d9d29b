"""Lists of Magister that are refused, empty, cut or no list at all: nobody is gone by that (R71, R103)."""

import pytest

from app.errors import InvalidInput, RosterUnavailable
from app.roster import Kind
from tests.sources.magister import magister_world
from tests.sources.magister.magister_world import ALL, codes, listed

player, pauses, source, fetch = (
    magister_world.player,
    magister_world.pauses,
    magister_world.source,
    magister_world.fetch,
)


@pytest.mark.parametrize("about", ["verzorgers", "medewerkers", "leerlinggroepen"])
@pytest.mark.parametrize("how", ["forbidden", "empty"])
def test_a_list_that_is_refused_or_empty_takes_nobody_away(player, fetch, about, how):
    name = {"verzorgers": "ouders", "medewerkers": "personeel", "leerlinggroepen": "groepen"}[about]
    player.school.layouts["groepen"] = [{"Stamnr": "1", "groep": "4h.maatA"}]
    setattr(player.faults, how, {name})

    roster = fetch(layout=f"{ALL};leerlinggroepen=groepen")

    kinds = {"verzorgers": Kind.GUARDIANS, "medewerkers": Kind.STAFF}
    assert roster.delivers == frozenset(Kind) - {kinds.get(about)}
    assert roster.groups_complete is (about != "leerlinggroepen")
    code = {"forbidden": "resource-refused", "empty": "list-empty"}[how]
    assert ("warning", "", code) in codes(roster)


@pytest.mark.parametrize("how", ["forbidden", "empty"])
@pytest.mark.parametrize("layout", ["leerlingen=leerlingen actief", "leerlingen actief"])
def test_a_list_of_pupils_that_is_refused_or_empty_is_a_failure(player, fetch, layout, how):
    setattr(player.faults, how, {"leerlingen actief"})

    with pytest.raises(RosterUnavailable, match="leerlingen actief"):
        fetch(layout=layout)


def test_one_empty_list_of_two_is_half_a_school_and_a_failure(player, fetch):
    player.school.layouts["twee"] = player.school.layouts["leerlingen actief"]
    player.faults.empty = {"twee"}

    with pytest.raises(RosterUnavailable, match="twee"):
        fetch(layout="leerlingen=leerlingen actief;leerlingen=twee")


def test_a_list_without_a_column_that_is_needed_is_named(player, fetch):
    layout = listed(player, {"Kleur": "rood", "Naam": "x"})

    with pytest.raises(RosterUnavailable, match="not clear"):
        fetch(layout=layout)
    with pytest.raises(RosterUnavailable, match="Stamnr"):
        fetch(layout=f"leerlingen={layout}")


def test_what_stands_before_a_list_must_be_known(fetch):
    with pytest.raises(InvalidInput, match="leerlingen, verzorgers"):
        fetch(layout="poezen=x")


def broken(player, monkeypatch, change):
    """Every CSV of the player is changed on its way."""
    handler = player._server.RequestHandlerClass
    send = handler.send

    def changed(self, status, content, headers=None):
        return send(self, status, change(content) if headers == {"Content-Type": "text/plain"} else content, headers)

    monkeypatch.setattr(handler, "send", changed)


@pytest.mark.parametrize("at", [0.3, 0.5, 0.77, 0.999])
def test_a_list_that_ends_in_the_middle_is_a_failure(player, fetch, monkeypatch, at):
    broken(player, monkeypatch, lambda content: content[: int(len(content) * at)].rpartition(b";")[0])

    with pytest.raises(RosterUnavailable):
        fetch(layout="leerlingen actief")


@pytest.mark.parametrize("page", [b"Fout: lijst onbekend", b"<html><body>x</body></html>", b"", b"\0\1\2;\0"])
def test_an_answer_that_is_no_list_is_a_failure(player, fetch, monkeypatch, page):
    broken(player, monkeypatch, lambda content: page)

    with pytest.raises(RosterUnavailable):
        fetch(layout="leerlingen=leerlingen actief")


def test_a_row_with_too_many_values_costs_nobody_anything(player, fetch, monkeypatch):
    number = player.school.layouts["leerlingen actief"][3]["STAMNR"]
    broken(player, monkeypatch, lambda content: content.replace(f"\n{number};".encode(), f"\n{number};x;".encode()))

    roster = fetch(layout="leerlingen actief")

    assert len(roster.pupils) == 59
    assert ("error", number, "row-damaged") in codes(roster)
