"""EDEXML files that hold a part of what is known, against the plan: nobody moves, leaves or loses a class by it."""

from app.services.roster.plan.known import NUMBER
from tests.roster.roster_world import codes, counts, imported, person, plan
from tests.sources.edexml import edexml_world
from tests.sources.edexml.edexml_world import GROUPS, edex, pupil

read = edexml_world.read
TWO = (
    '<vestigingen><vestiging key="01"><naam>Lindelaan</naam></vestiging>'
    '<vestiging key="02"><naam>Haven</naam></vestiging></vestigingen>'
)
NAME = "<achternaam>Beek</achternaam>"


def whole(places=TWO, second="02"):
    return edex(
        places,
        GROUPS,
        pupils=pupil("1", f'{NAME}<groep key="g1"/><vestiging key="01"/>')
        + pupil("2", f'{NAME}<vestiging key="{second}"/>'),
    )


def test_a_file_with_pupils_only_after_a_whole_one_moves_nobody(read):
    known = imported(read(whole()))

    later = plan(read(edex(pupils=pupil("1") + pupil("2"))), known)

    assert later.changes == []
    assert {name: rows for name, rows in later.rows.items() if rows.new or rows.changed or rows.gone} == {}
    assert counts(later, "pupils") == {"seen": 2, "unchanged": 2}


def test_a_new_pupil_in_such_a_file_is_placed_only_when_there_is_one_location(read):
    one_place = TWO.partition("</vestiging>")[0] + "</vestiging></vestigingen>"
    new = read(edex(pupils=pupil("1") + pupil("2") + pupil("3")))

    one = imported(new, known=imported(read(whole(one_place, "01"))))
    two = plan(new, imported(read(whole())))

    assert [place.code for place in one.locations] == ["99ZZ01"]
    assert one.placed[person(one, "pupil", "3").id] == one.locations[0].id
    assert ("error", "pupil", "3", "location-missing") in codes(two)
    assert counts(two, "pupils") == {"seen": 3, "unchanged": 2, "skipped": 1}


def test_the_first_file_of_a_school_may_hold_pupils_only(read):
    known = imported(read(edex(pupils=pupil("1"))))

    assert [place.code for place in known.locations] == ["99ZZ00"]
    assert known.placed[person(known, "pupil", "1").id] == known.locations[0].id


def test_classes_in_a_file_without_locations_stay_where_they_are(read):
    main = TWO.replace('"01"', '"00"')
    known = imported(read(whole(main).replace('key="01"', 'key="00"')))

    later = plan(read(edex(GROUPS, pupils=pupil("1", f'{NAME}<groep key="g1"/>') + pupil("2"))), known)

    assert later.changes == []
    assert {name for name, rows in later.rows.items() if rows.new or rows.changed or rows.gone} == set()


def test_pupils_with_keys_too_long_to_be_numbers_have_none_and_are_known_by_key(read):
    keys = [f"https://school.example/{'7' * 90}/{number}" for number in (1, 2)]
    told = read(edex(pupils="".join(pupil(key) for key in keys)))

    known = imported(told)

    assert [one.fields[NUMBER] for one in known.persons.values()] == [None, None]
    assert counts(plan(told, known), "pupils") == {"seen": 2, "unchanged": 2}
