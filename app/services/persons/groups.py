"""Reading groups and locations for the screens, within reach of the actor. Changes nothing."""

from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass, field
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from app.models import (
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
from app.models.names import dotted, list_name
from app.services.access import Actor
from app.services.reach import visible_groups, visible_persons


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
    """Numbers and staff of these groups, in one query whatever their number (Z-278)."""
    silent = sa.case((Person.has_account, 0), else_=1)
    year = (
        sa.select(sa.func.max(Enrolment.year_of_study))
        .where(Enrolment.person_id == Person.id, Enrolment.school_year == Group.school_year)
        .correlate(Person, Group)
        .scalar_subquery()
    )
    name = [Person.sort_key, Person.first_name, Person.initials, Person.prefix, Person.last_name]
    nothing = [sa.cast(sa.null(), column.type) for column in name]

    def members(member: type[GroupPupil] | type[GroupStaff], kind: PersonKind, *columns: Any) -> sa.Select:
        chosen = sa.select(member.group_id, *columns).join(Person, Person.id == member.person_id)
        chosen = chosen.join(Group, Group.id == member.group_id).where(member.group_id.in_(group_ids))
        return chosen.where(Person.left_on.is_(None), visible_persons(actor, kind))

    one = sa.literal(1)
    pupils = members(
        GroupPupil, PersonKind.PUPIL, sa.func.count(), sa.func.sum(silent), sa.func.max(year), *nothing
    ).group_by(GroupPupil.group_id)
    staff = members(GroupStaff, PersonKind.STAFF, sa.literal(0), one, sa.cast(sa.null(), sa.Integer), *name)
    notes: dict[int, GroupNotes] = defaultdict(GroupNotes)
    named: list[tuple[str, int, str]] = []
    for group_id, number, without_account, year_of_study, key, first, initials, prefix, last in session.execute(
        sa.union_all(pupils, staff)
    ):
        if last is not None:
            named.append((key, group_id, list_name(last, first or dotted(initials), prefix)))
            continue
        note = notes[group_id]
        note.pupils, note.without_account, note.year_of_study = number, int(without_account or 0), year_of_study
    for _key, group_id, text in sorted(named):
        notes[group_id].staff.append(text)
    return notes


def members_of(session: Session, actor: Actor, group_id: int) -> tuple[list[Person], list[Person]]:
    """(pupils, staff) of a group, within reach, each with whether there is an account (Z-278)."""

    def read(kind: PersonKind, member: type[GroupPupil] | type[GroupStaff]) -> list[Person]:
        chosen = sa.select(Person).join(member, member.person_id == Person.id).where(member.group_id == group_id)
        chosen = chosen.where(visible_persons(actor, kind)).order_by(Person.sort_key, Person.id)
        return list(session.scalars(chosen))

    return read(PersonKind.PUPIL, GroupPupil), read(PersonKind.STAFF, GroupStaff)


def notes_of_locations(session: Session, actor: Actor, location_ids: Collection[int]) -> dict[int, LocationNotes]:
    """The numbers of these locations, in one query whatever their number."""
    newest = sa.select(sa.func.max(Group.school_year)).where(Group.institution_id == actor.institution_id)
    number = sa.func.count()
    persons = (
        sa.select(PersonLocation.location_id, sa.cast(Person.kind, sa.String), number)
        .join(Person, Person.id == PersonLocation.person_id)
        .where(PersonLocation.location_id.in_(location_ids), Person.left_on.is_(None))
        .group_by(PersonLocation.location_id, Person.kind)
    )
    groups = (
        sa.select(Group.location_id, sa.literal("groups"), number)
        .where(Group.location_id.in_(location_ids), Group.school_year == newest.scalar_subquery())
        .where(visible_groups(actor))
        .group_by(Group.location_id)
    )
    administrators = (
        sa.select(AccountLocation.location_id, sa.literal("administrators"), number)
        .join(Account, Account.id == AccountLocation.account_id)
        .where(AccountLocation.location_id.in_(location_ids), Account.role == Role.ADMINISTRATOR)
        .group_by(AccountLocation.location_id)
    )
    notes = {id: LocationNotes() for id in location_ids}
    for location_id, what, found in session.execute(sa.union_all(persons, groups, administrators)):
        if what in ("groups", "administrators"):
            setattr(notes[location_id], what, found)
        else:
            notes[location_id].persons[PersonKind(what)] = found
    return notes
