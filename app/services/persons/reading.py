"""Reading persons for the screens: what stands beside them in a list, and what their filters may offer.

Everything is within reach of the actor. Changes nothing.
"""

from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass

import sqlalchemy as sa
from flask_babel import gettext as _
from sqlalchemy.orm import Session

from app.models import Enrolment, Group, Guardianship, Location, Person, PersonKind, PersonLocation
from app.services.access import Actor
from app.services.corrections.blocks import may_see_pupil
from app.services.reach import visible_persons

MOST_GROUPS = 251  # more than a choice can show; then the name is typed


@dataclass(frozen=True, slots=True)
class Place:
    """An enrolment as a list shows it."""

    school_year: int
    location: str
    group: str | None
    year_of_study: int | None


@dataclass(frozen=True, slots=True)
class Child:
    """A child of a guardian as a list shows it, with what belongs to the pair (Z-265, Z-266).

    `is_open`: the guardian may see this child; else access is blocked, and no post about the child goes there.
    """

    name: str
    relation: str | None
    receives_post: bool | None
    has_authority: bool | None
    is_open: bool = True

    def __str__(self) -> str:
        beside = [word for word in (self.relation, None if self.is_open else _("blocked")) if word]
        return f"{self.name} ({', '.join(beside)})" if beside else self.name


def places_of(session: Session, person_ids: Collection[int], school_year: int | None = None) -> dict[int, Place]:
    """The enrolment of each pupil in this school year, or the newest one (Z-172)."""
    chosen = (
        sa.select(Enrolment.person_id, Enrolment.school_year, Location.name, Group.name, Enrolment.year_of_study)
        .join(Location, Location.id == Enrolment.location_id)
        .outerjoin(Group, Group.id == Enrolment.group_id)
        .where(Enrolment.person_id.in_(person_ids))
        .order_by(Enrolment.school_year)
    )
    if school_year is not None:
        chosen = chosen.where(Enrolment.school_year == school_year)
    return {row[0]: Place(*row[1:]) for row in session.execute(chosen)}  # the newest year comes last and stays


def children_of_guardians(session: Session, actor: Actor, person_ids: Collection[int]) -> dict[int, list[Child]]:
    """The children of each guardian: only those in reach (part 7 nr 5)."""
    rows = session.execute(
        sa.select(
            Guardianship.guardian_id,
            Person,
            Guardianship.relation,
            Guardianship.receives_post,
            Guardianship.has_authority,
            may_see_pupil(),
        )
        .join(Person, Person.id == Guardianship.pupil_id)
        .where(Guardianship.guardian_id.in_(person_ids), visible_persons(actor, PersonKind.PUPIL))
        .order_by(Person.sort_key, Person.id)
    )
    found: dict[int, list[Child]] = defaultdict(list)
    for guardian_id, pupil, *about in rows:
        found[guardian_id].append(Child(pupil.list_name, *about))
    return found


def locations_of_persons(
    session: Session, actor: Actor, person_ids: Collection[int], by_group_or_hand: bool = False
) -> dict[int, list[str]]:
    """The names of the locations within reach per person. Staff: only through a group or by hand (Z-176, Z-180)."""
    chosen = (
        sa.select(PersonLocation.person_id, Location.name)
        .join(Location, Location.id == PersonLocation.location_id)
        .where(PersonLocation.person_id.in_(person_ids))
        .order_by(Location.name, Location.code)
    )
    if actor.locations is not None:
        chosen = chosen.where(Location.id.in_(actor.locations))
    if by_group_or_hand:
        chosen = chosen.where(sa.or_(PersonLocation.by_group, PersonLocation.by_hand))
    found: dict[int, list[str]] = defaultdict(list)
    for person_id, name in session.execute(chosen):
        found[person_id].append(name)
    return found


@dataclass(frozen=True, slots=True)
class Offers:
    """What the filters of a list may offer to this actor: (value, label)."""

    locations: list[tuple[str, str]]
    groups: list[tuple[str, str]]  # by name: two locations may have a 2A each
    school_years: list[int]


def offers(session: Session, actor: Actor, school_year: int | None = None) -> Offers:
    """Locations, school years, and home classes of the year (the newest when not said), in one query."""
    reached = sorted(actor.locations or {0})
    newest = sa.select(sa.func.max(Group.school_year)).where(Group.location_id.in_(reached)).scalar_subquery()
    wanted = newest if school_year is None else sa.literal(school_year)
    here = Location.id.in_(reached), Location.institution_id == actor.institution_id
    locations = sa.select(sa.literal("location"), Location.id, Location.name, Location.name).where(*here)
    groups = (
        sa.select(sa.literal("group"), sa.literal(0), Group.name, Group.sort_key)
        .where(Group.location_id.in_(reached), Group.school_year == wanted, Group.is_home)
        .distinct()
        .limit(MOST_GROUPS)
        .subquery()
    )
    years = (
        sa.select(sa.literal("year"), Group.school_year, sa.literal(""), sa.literal(""))
        .where(Group.location_id.in_(reached))
        .group_by(Group.school_year)
    )
    rows = session.execute(sa.union_all(locations, sa.select(groups), years)).all()
    found = {what: sorted(row[1:] for row in rows if row[0] == what) for what in ("location", "group", "year")}
    return Offers(
        sorted(((str(id), name) for id, name, _key in found["location"]), key=lambda pair: pair[1]),
        [(name, name) for _key, name in sorted({(key, name) for _id, name, key in found["group"]})],
        [year for year, _name, _key in reversed(found["year"])],
    )
