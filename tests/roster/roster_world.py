"""A small school as a roster and as known rows, for tests of the plan without a database."""

import copy
from datetime import date

from app.roster import (
    Kind,
    Roster,
    RosterGroup,
    RosterGuardian,
    RosterGuardianship,
    RosterLocation,
    RosterPupil,
    RosterStaff,
)
from app.services.roster.plan import plan_roster
from app.services.roster.plan.known import (
    PERSON_FIELDS,
    KnownEnrolment,
    KnownGroup,
    KnownKey,
    KnownLocation,
    KnownPerson,
    KnownSchool,
)
from app.services.roster.plan.links import PAIR_FIELDS

TODAY = date(2026, 10, 5)
YEAR = 2026
LINDELAAN = RosterLocation("L1", "Lindelaan", "99ZZ01")
HAVEN = RosterLocation("L2", "Havenkwartier", "99ZZ02")
GROUP = RosterGroup("g2a", "2A", YEAR, "L1")


def pupil(number="100001", **values):
    standard = {
        "key": f"k{number}",
        "number": number,
        "last_name": "Berg",
        "school_year": YEAR,
        "location_key": "L1",
        "first_name": "Sanne",
        "prefix": "van den",
        "initials": "S.",
        "birth_date": date(2012, 3, 4),
        "gender": "female",
        "email": f"{number}@leerling.example",
        "year_of_study": 2,
        "programme_code": "0120",
        "group_key": "g2a",
        "group_keys": (),
        "mentor_keys": (),
    }
    return RosterPupil(**standard | values)


def guardian(number="700001", **values):
    standard = {"key": f"v{number}", "number": number, "last_name": "Berg", "initials": "C.", "prefix": "van den"}
    return RosterGuardian(**standard | values)


def staff(number="50001", **values):
    standard = {
        "key": f"m{number}",
        "number": number,
        "last_name": "Beek",
        "first_name": "Lies",
        "group_keys": ("g2a",),
    }
    return RosterStaff(**standard | values)


def pair(guardian="700001", pupil="100001", **values):
    standard = {"relation": "moeder", "receives_post": True, "rank": 1}
    return RosterGuardianship(f"v{guardian}", f"k{pupil}", **standard | values)


def roster(*people, **values):
    """A roster of these people: pupils, guardians, staff and pairs in any order."""
    sorts = {
        RosterPupil: "pupils",
        RosterGuardian: "guardians",
        RosterStaff: "staff",
        RosterGuardianship: "guardianships",
    }
    standard = {
        "source": "somtoday",
        "brin": "99ZZ",
        "school_year": YEAR,
        "reference_date": TODAY,
        "delivers": frozenset(Kind),
        "locations": (LINDELAAN, HAVEN),
        "groups": (GROUP,),
    }
    lists = {name: tuple(one for one in people if isinstance(one, sort)) for sort, name in sorts.items()}
    return Roster(**standard | lists | values)


NOBODY = KnownSchool(1, "99ZZ")


def plan(delivered, known=NOBODY, today=TODAY):
    return plan_roster(known, delivered, today)


def counts(plan, kind):
    return {name: number for name, number in plan.counted()[kind].items() if number}


def codes(plan):
    return [(message.severity, message.kind, message.key, message.code) for message in plan.messages]


def after(known, plan):
    """What is known once this plan is applied: the model of what roster_apply writes to a database."""
    school = copy.deepcopy(known)
    ids = Ids(school)
    school.locations += tuple(KnownLocation(ids(ref), *values, True) for ref, *values in plan.rows["location"].new)
    school.locations = tuple(one._replace(**changed_of(plan, "location", one.id, ids)) for one in school.locations)
    school.location_keys |= {key: ids(ref) for ref, _source, key in plan.rows["location_key"].new}
    groups = [KnownGroup(ids(ref), ids(place), *more) for ref, place, *more in plan.rows["school_group"].new]
    kept = [one for one in known.groups if one.id not in plan.rows["school_group"].gone]
    school.groups = tuple(
        one._replace(**{k: v for k, v in changed_of(plan, "school_group", one.id, ids).items() if k != "sort_key"})
        for one in (*kept, *groups)
    )
    learn_persons(school, plan, ids)
    learn_links(school, plan, ids)
    return school


class Ids:
    """Ids for refs: far from those that exist, and apart per table by the caller's use."""

    def __init__(self, school):
        taken = [*school.persons, *(one.id for one in school.locations), *(one.id for one in school.groups), 1000]
        self.start = max(taken)

    def __call__(self, ref):
        return ref if ref is None or ref > 0 else self.start - ref


def changed_of(plan, table, key, ids):
    values = {}
    for changed, new in plan.rows[table].changed:
        if changed == key:
            values |= {
                name: ids(value) if name in ("location_id", "group_id") else value for name, value in new.items()
            }
    return values


def learn_persons(school, plan, ids):
    rows = plan.rows["person"]
    for ref, kind, *fields in rows.new:
        school.persons[ids(ref)] = KnownPerson(ids(ref), kind, False, None, tuple(fields))
    for person_id, values in rows.changed:
        old = school.persons[person_id]
        fields = tuple(values.get(name, value) for name, value in zip(PERSON_FIELDS, old.fields, strict=True))
        school.persons[person_id] = old._replace(fields=fields, left_on=values.get("left_on", old.left_on))
    for ref, source, kind, key, number in plan.rows["person_key"].new:
        if source == "eckid":
            school.eckids[kind, key] = ids(ref)
            continue
        key = key or f"#{ids(ref)}"
        assert (kind, key) not in school.keys, "a key belongs to one person"
        school.keys[kind, key] = KnownKey(ids(ref), number)
        school.keyed[kind][ids(ref)] = key
    for (_source, kind, key), values in plan.rows["person_key"].changed:
        school.keys[kind, key] = school.keys[kind, key]._replace(**values)


def learn_links(school, plan, ids):
    for ref, year, place, group, *more in plan.rows["enrolment"].new:
        school.newest_year = max(year, school.newest_year or year)
        pupil = ids(ref)
        assert pupil not in school.enrolments, "one enrolment per pupil and year"
        school.enrolments[pupil] = KnownEnrolment(pupil + 50_000, ids(place), ids(group), *more)
    for pupil, one in school.enrolments.items():
        one = one._replace(**changed_of(plan, "enrolment", one.id, ids))
        gone = one.group_id in plan.rows["school_group"].gone
        school.enrolments[pupil] = one._replace(group_id=None) if gone else one
        school.placed[pupil] = one.location_id
    for table, groups_of in (("group_pupil", school.pupil_groups), ("group_staff", school.staff_groups)):
        for group, ref in plan.rows[table].new:
            assert ids(group) not in groups_of[ids(ref)], "a link exists once"
            groups_of[ids(ref)].add(ids(group))
        for group, ref in plan.rows[table].gone:
            groups_of[ref].discard(group)
        for groups in groups_of.values():
            groups -= set(plan.rows["school_group"].gone)
    for pupil, member in plan.rows["mentor"].gone:
        school.mentors[pupil].discard(member)
    for pupil, member in plan.rows["mentor"].new:
        school.mentors[ids(pupil)].add(ids(member))
    for guardian, pupil, *about in plan.rows["guardianship"].new:
        school.guardians[ids(pupil)][ids(guardian)] = tuple(about)
    for (guardian, pupil), values in plan.rows["guardianship"].changed:
        old = dict(zip(PAIR_FIELDS, school.guardians[pupil][guardian], strict=True))
        school.guardians[pupil][guardian] = tuple((old | values).values())
    for guardian, pupil in plan.rows["guardianship"].gone:
        del school.guardians[pupil][guardian]


def imported(*rosters, known=NOBODY):
    """What is known after these rosters, one after the other."""
    for one in rosters:
        known = after(known, plan(one, known))
    return known


def person(known, kind, number):
    """The one person of this kind with this number."""
    found = [one for one in known.persons.values() if (one.kind, one.fields[0]) == (kind, number)]
    assert len(found) == 1, found
    return found[0]


def hand_made(known, number, **values):
    """The same school with a staff member who was made by hand."""
    fields = {"number": number, "first_name": "Irene", "last_name": "Bruijnes"} | values
    school = copy.deepcopy(known)
    row = KnownPerson(900, "staff", True, None, tuple(fields.get(name) for name in PERSON_FIELDS))
    school.persons[900] = row
    return school
