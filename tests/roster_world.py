"""A small school as a roster and as known rows, for tests of the plan without a database."""

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
from app.services.roster_known import KnownSchool
from app.services.roster_plan import plan_roster

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
    standard = {"key": f"m{number}", "number": number, "last_name": "Beek", "first_name": "Lies", "group_keys": ("g2a",)}
    return RosterStaff(**standard | values)


def pair(guardian="700001", pupil="100001", **values):
    standard = {"relation": "moeder", "receives_post": True, "rank": 1}
    return RosterGuardianship(f"v{guardian}", f"k{pupil}", **standard | values)


def roster(*people, **values):
    """A roster of these people: pupils, guardians, staff and pairs in any order."""
    sorts = {RosterPupil: "pupils", RosterGuardian: "guardians", RosterStaff: "staff", RosterGuardianship: "guardianships"}
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
