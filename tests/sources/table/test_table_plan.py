"""Tables against the plan: a list tells what it is about, and names all else by number or name (R103)."""

import copy
from collections import defaultdict

import pytest

from app.roster import Kind
from app.services.roster.gate import why_held, why_not_this_school
from app.services.roster.plan import plan_roster
from tests.roster.roster_world import NOBODY, counts, guardian, imported, pair, person, plan, pupil, roster, staff
from tests.runs.run_world import known_of, take_in
from tests.sources.table import table_world
from tests.sources.table.table_world import PUPILS, TODAY, mapped, workbook

read = table_world.read
__all__ = ["known_of", "take_in"]
FAMILY = (
    "Leerlingnummer;Roepnaam;Achternaam;Klas;Vestiging;Ouder1 achternaam;Ouder1 voorletters;Ouder1 email\n"
    "001;Noor;Beek;h2a;Lindelaan;Dam;C.;c@x.nl\n002;Ad;Beek;h3a;Lindelaan;Dam;C.;c@x.nl\n003;Bo;Vos;h2a;Haven;;;\n"
)
OTHERS = tuple(
    pupil(f"9{number:05}", location_key="L1", group_key=None, last_name=f"Naam{number}") for number in range(40)
)


def of_another(known):
    """What is known, as a source sees it that told none of it."""
    school = copy.deepcopy(known)
    school.keys, school.location_keys, school.keyed = {}, {}, defaultdict(dict)
    school.groups = tuple(group._replace(source="somtoday") for group in school.groups)
    return school


def rows(plan):
    return {name: found for name, found in plan.rows.items() if found.new or found.changed or found.gone}


def test_a_first_table_makes_pupils_classes_locations_and_guardians(read):
    first = plan(read(FAMILY))

    assert {kind: counts(first, kind) for kind in ("pupils", "guardians", "groups", "locations")} == {
        "pupils": {"seen": 3, "new": 3},
        "guardians": {"seen": 1, "new": 1},
        "groups": {"seen": 3, "new": 3},
        "locations": {"seen": 2, "new": 2},
    }


def test_the_same_table_again_changes_nothing_also_as_a_workbook_in_another_order(read):
    known = imported(read(FAMILY))
    titles, *lines = [line.split(";") for line in FAMILY.splitlines()]

    assert rows(plan(read(FAMILY), known)) == {}
    assert rows(plan(read(workbook(titles[::-1], *(line[::-1] for line in lines[::-1]))), known)) == {}


def test_lost_leading_zeros_make_no_newcomers(read):
    known = imported(read(FAMILY))

    later = plan(read(FAMILY.replace("00", "")), known)

    assert counts(later, "pupils") == {"seen": 3, "unchanged": 3}


def test_who_is_no_longer_in_the_table_is_gone_and_whom_another_source_told_stays(read):
    known = imported(read(FAMILY), known=of_another(imported(roster(*OTHERS))))
    later = plan(read("".join(line for line in FAMILY.splitlines(True) if ";Vos;" not in line)), known)

    assert counts(later, "pupils") == {"seen": 2, "unchanged": 2}
    assert [message.code for message in later.messages if message.kind == "location"] == ["location-not-told"]
    without = FAMILY.replace("002;Ad;Beek;h3a;Lindelaan;Dam;C.;c@x.nl\n", "")
    assert counts(plan(read(without), known), "pupils") == {"seen": 2, "unchanged": 2, "gone": 1}


def test_a_row_without_a_number_makes_nobody_leave(read):
    known = imported(read(FAMILY))

    later = plan(read(FAMILY.replace("002;Ad", ";Ad")), known)

    # Who is not told is filled in with what is known; the row itself is skipped.
    assert counts(later, "pupils") == {"seen": 4, "unchanged": 3, "skipped": 1}
    assert counts(later, "groups").get("gone", 0) == 0


@pytest.mark.parametrize("bad", ["#REF!;Ad;Beek", "002;;"])
def test_a_row_that_cannot_be_used_costs_nobody_a_place(read, bad):
    known = imported(read(FAMILY))

    later = plan(read(FAMILY.replace("002;Ad;Beek", bad)), known)

    assert counts(later, "pupils").get("gone", 0) == 0


def test_locations_are_known_by_name_for_a_table_has_nothing_else(read):
    known = of_another(imported(roster(*OTHERS)))

    later = plan(read(FAMILY.replace("Haven", "Havenkwartier").replace("Lindelaan", "lindelaan")), known)

    assert counts(later, "locations") == {"seen": 2, "unchanged": 2}
    assert later.rows["location"].new == []


def test_a_table_without_location_puts_who_is_new_at_the_one_that_the_mapping_names(read):
    known = of_another(imported(roster(*OTHERS)))
    told = mapped(columns={"number": "Leerlingnummer", "last_name": "Achternaam"}, location="99ZZ02")

    later = plan(read(f"{PUPILS}1;Noor;;Beek;h2a\n", mapping=told), known)

    haven = next(place.id for place in known.locations if place.code == "99ZZ02")
    assert [row[2] for row in later.rows["enrolment"].new] == [haven]


GUARDIANS = "Leerlingnummer;Verzorgernummer;Voorletters;Achternaam;E-mail;Relatie\n"


def test_a_table_of_guardians_links_to_pupils_that_another_source_told(read):
    known = of_another(imported(roster(pupil("001001"), pupil("001002", last_name="Vos"))))
    told = read(f"{GUARDIANS}001001;701;C.;Dam;c@x.nl;moeder\n1002;701;C.;Dam;c@x.nl;moeder\n9;702;D.;Ver;;\n")

    first = plan(told, known)
    assert counts(first, "guardians") == {"seen": 2, "new": 1, "skipped": 1}
    assert counts(first, "pupils") == {}
    after = imported(told, known=known)
    mother = person(after, "guardian", "701").id
    assert {pupil_id for pupil_id, found in after.guardians.items() if mother in found} == {
        person(after, "pupil", "001001").id,
        person(after, "pupil", "001002").id,
    }
    assert rows(plan(told, after)) == {}


def test_a_pair_that_the_table_tells_no_more_is_gone_and_other_pupils_keep_theirs(read):
    known = of_another(imported(roster(pupil("1"), pupil("2", last_name="Vos"))))
    known = imported(read(f"{GUARDIANS}1;701;C.;Dam;;\n1;702;D.;Ver;;\n2;703;E.;Vos;;\n"), known=known)

    later = plan(read(f"{GUARDIANS}1;701;C.;Dam;;\n2;703;E.;Vos;;\n"), known)

    gone = person(known, "guardian", "702").id
    assert later.rows["guardianship"].gone == [(gone, person(known, "pupil", "1").id)]
    assert counts(later, "guardians") == {"seen": 2, "unchanged": 2, "gone": 1}


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("001;Noor;Beek;h2a;Lindelaan;Dam;C.;c@x.nl\n", ""),  # the eldest child leaves
        ("c@x.nl", "carla@x.nl"),
        ("Dam;C.", "Dam;"),
        ("003;Bo;Vos;h2a;Haven;;;\n", "000;Kas;Dam;h2a;Haven;Dam;C.;c@x.nl\n003;Bo;Vos;h2a;Haven;;;\n"),
    ],
)
def test_a_guardian_without_number_stays_the_same_person(read, old, new):
    known = imported(read(FAMILY))

    later = plan(read(FAMILY.replace(old, new)), known)

    assert counts(later, "guardians").get("new", 0) == 0
    assert counts(later, "guardians").get("gone", 0) == 0


def test_a_guardian_without_number_is_the_one_that_another_source_told(read):
    mother = guardian("700001", last_name="Dam", prefix=None)
    known = of_another(imported(roster(pupil("001"), mother, pair(pupil="001"))))

    later = plan(read("Leerlingnummer;Achternaam;Ouder1 achternaam;Ouder1 voorletters\n001;Berg;Dam;C.\n"), known)

    assert counts(later, "guardians").get("new", 0) == 0


def test_a_table_of_staff_needs_no_link_and_groups_are_found_by_name_z268(read):
    known = of_another(imported(roster(pupil())))
    told = read("Medewerkersnummer;Roepnaam;Achternaam;Groepen\n50001;Ad;Jansen;2a\n50002;Bo;Smit;\n50003;Co;Vos;9z\n")

    first = plan(told, known)

    assert counts(first, "staff") == {"seen": 3, "new": 3}
    assert len(first.rows["group_staff"].new) == 1
    assert [message.code for message in first.messages] == ["group-unknown"]
    assert rows(plan(told, imported(told, known=known))) == {}


def test_staff_of_another_source_are_not_gone_by_a_table_and_theirs_are(read):
    head = "Medewerkersnummer;Roepnaam;Achternaam\n"
    known = of_another(imported(roster(pupil(), staff())))
    known = imported(read(f"{head}601;Ad;Aalst\n602;Bo;Smit\n"), known=known)

    assert counts(plan(read(f"{head}601;Ad;Aalst\n"), known), "staff") == {"seen": 1, "unchanged": 1, "gone": 1}


def test_mentors_are_known_by_their_number(read):
    known = of_another(imported(roster(pupil("1"), staff("50001"))))
    head = "Leerlingnummer;Achternaam;Roepnaam;Mentor\n"

    right = plan(read(f"{head}1;Berg;Sanne;50001\n"), known)
    wrong = plan(read(f"{head}1;Berg;Sanne;J. Jansen\n"), known)

    assert right.rows["mentor"].new == [(person(known, "pupil", "1").id, person(known, "staff", "50001").id)]
    assert rows(wrong).get("mentor") is None
    assert [one.values for one in wrong.messages if one.code == "mentor-not-found"] == [{"mentor": "J. Jansen"}]


def test_classes_of_a_table_leave_its_teaching_groups_alone(read):
    head = "Groep;Soort;Vestiging\n"
    known = imported(read(FAMILY), read(f"{head}h2a.wi;lesgroep;Lindelaan\nh2a;klas;Lindelaan\nh3a;klas;Lindelaan\n"))

    later = plan(read(FAMILY.replace("h3a", "h2a")), known)

    gone = [group.name for group in known.groups if group.id in later.rows["school_group"].gone]
    assert gone == ["h3a"]


def test_the_kinds_that_a_mapping_leaves_out_stay_as_they_are(read):
    known = imported(read(FAMILY))
    told = mapped(
        columns={"number": "Leerlingnummer", "last_name": "Achternaam", "guardian1_last_name": "Ouder1 achternaam"},
        delivers=frozenset({Kind.PUPILS}),
    )

    later = plan(read(FAMILY.replace(";Dam;C.;c@x.nl", ";;;"), mapping=told), known)

    assert counts(later, "guardians") == {}
    assert rows(later) == {}


def test_the_gate_looks_at_a_table_like_at_any_roster(read):
    everybody = PUPILS + "".join(f"{number:03};Noor;;Beek{number};h2a\n" for number in range(100))
    known = imported(read(everybody))
    half = read("".join(everybody.splitlines(True)[:51]))
    other = read("Leerlingnummer;Achternaam;BRIN\n1;Beek;88YY\n")

    assert "50" in str(why_held(plan_roster(known, half, TODAY), known, half, TODAY))
    assert why_not_this_school(NOBODY, other)


def test_a_table_is_applied_to_the_database_and_the_same_one_again_changes_nothing(read, session, take_in):
    take_in(read(FAMILY))

    assert rows(take_in(read(FAMILY))) == {}
    changed = take_in(read(FAMILY.replace("h3a", "h3b")))
    assert counts(changed, "pupils") == {"seen": 3, "changed": 1, "unchanged": 2}
