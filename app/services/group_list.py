"""Reading groups and locations for the screens, within reach of the actor. Changes nothing."""

from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass, field

import sqlalchemy as sa
from sqlalchemy.orm import Session, with_expression

from ..models import (
    Account,
    AccountLocation,
    Enrolment,
    Group,
    GroupPupil,
    GroupStaff,
    Person,
    PersonKind,
    PersonLocation,
    Role,
)
from .access import Actor
from .person_list import has_account
from .reach import visible_groups, visible_persons


@dataclass(slots=True)
class GroupNotes:
    """What a list of groups shows beside the group."""

    pupils: int = 0
    without_account: int = 0
    year_of_study: int | None = None
    staff: list[str] = field(default_factory=list)


@dataclass(slots=True)
class LocationNotes:
    """The numbers of one location; people who left do not count."""

    persons: dict[PersonKind, int] = field(default_factory=dict)
    groups: int = 0
    administrators: int = 0


def notes_of_groups(session: Session, actor: Actor, group_ids: Collection[int]) -> dict[int, GroupNotes]:
    """Numbers and staff of these groups, in two queries whatever their number (Z-278)."""
    notes: dict[int, GroupNotes] = defaultdict(GroupNotes)
    silent = sa.func.sum(sa.case((has_account(), 0), else_=1))
    year = (
        sa.select(sa.func.max(Enrolment.year_of_study))
        .where(Enrolment.person_id == Person.id, Enrolment.school_year == Group.school_year)
        .correlate(Person, Group)
        .scalar_subquery()
    )
    numbers = (
        sa.select(GroupPupil.group_id, sa.func.count(), silent, sa.func.max(year))
        .join(Person, Person.id == GroupPupil.person_id)
        .join(Group, Group.id == GroupPupil.group_id)
        .where(GroupPupil.group_id.in_(group_ids), Person.left_on.is_(None))
        .where(visible_persons(actor, PersonKind.PUPIL))
        .group_by(GroupPupil.group_id)
    )
    for group_id, pupils, without_account, year_of_study in session.execute(numbers):
        notes[group_id] = GroupNotes(pupils, int(without_account or 0), year_of_study)
    staff = (
        sa.select(GroupStaff.group_id, Person)
        .join(Person, Person.id == GroupStaff.person_id)
        .where(GroupStaff.group_id.in_(group_ids), visible_persons(actor, PersonKind.STAFF))
        .order_by(Person.sort_key, Person.id)
    )
    for group_id, person in session.execute(staff):
        notes[group_id].staff.append(person.list_name)
    return notes


def members_of(session: Session, actor: Actor, group_id: int) -> tuple[list[Person], list[Person]]:
    """(pupils, staff) of a group, within reach, each with whether there is an account (Z-278)."""

    def read(kind: PersonKind, member: type[GroupPupil] | type[GroupStaff]) -> list[Person]:
        chosen = sa.select(Person).join(member, member.person_id == Person.id).where(member.group_id == group_id)
        chosen = chosen.where(visible_persons(actor, kind)).order_by(Person.sort_key, Person.id)
        return list(session.scalars(chosen.options(with_expression(Person.has_account, has_account()))))

    return read(PersonKind.PUPIL, GroupPupil), read(PersonKind.STAFF, GroupStaff)


def notes_of_locations(session: Session, actor: Actor, location_ids: Collection[int]) -> dict[int, LocationNotes]:
    """The numbers of these locations, in three queries whatever their number."""
    notes = {id: LocationNotes() for id in location_ids}
    persons = (
        sa.select(PersonLocation.location_id, Person.kind, sa.func.count())
        .join(Person, Person.id == PersonLocation.person_id)
        .where(PersonLocation.location_id.in_(location_ids), Person.left_on.is_(None))
        .group_by(PersonLocation.location_id, Person.kind)
    )
    for location_id, kind, number in session.execute(persons):
        notes[location_id].persons[kind] = number
    newest = sa.select(sa.func.max(Group.school_year)).where(Group.institution_id == actor.institution_id)
    groups = (
        sa.select(Group.location_id, sa.func.count())
        .where(Group.location_id.in_(location_ids), Group.school_year == newest.scalar_subquery())
        .where(visible_groups(actor))
        .group_by(Group.location_id)
    )
    for location_id, number in session.execute(groups):
        notes[location_id].groups = number
    coupled = (
        sa.select(AccountLocation.location_id, sa.func.count())
        .join(Account, Account.id == AccountLocation.account_id)
        .where(AccountLocation.location_id.in_(location_ids), Account.role == Role.ADMINISTRATOR)
        .group_by(AccountLocation.location_id)
    )
    for location_id, number in session.execute(coupled):
        notes[location_id].administrators = number
    return notes
