"""Reading one person for its page: what is linked to it, both ways, and only what the actor reaches."""

from dataclasses import dataclass, field
from datetime import date

import sqlalchemy as sa
from sqlalchemy.orm import Session, aliased

from app.models import (
    AccessBlock,
    Account,
    AccountLocation,
    Enrolment,
    Group,
    GroupPupil,
    GroupStaff,
    Guardianship,
    Location,
    Mentor,
    Person,
    PersonKind,
    PersonLocation,
)
from app.services.access import MANAGED, Actor
from app.services.reach import visible_groups, visible_persons

MOST_LINKED = 500  # persons on one page; the list with its filters shows all


@dataclass(frozen=True, slots=True)
class Year:
    """A pupil in one school year (Z-171, Z-172)."""

    school_year: int
    location: str
    code: str
    group: str | None
    group_id: int | None  # None when the group is out of reach: then its name has no link
    year_of_study: int | None
    programme_code: str | None
    leaving_date: date | None


@dataclass(frozen=True, slots=True)
class GroupLine:
    """A group of one person, with the staff of it (for a pupil) and its number of pupils."""

    id: int
    name: str
    is_home: bool
    location: str
    pupils: int
    staff: list[Person] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Relative:
    """The other half of a pair guardian-pupil, with what belongs to the pair (Z-265, Z-266).

    `block`: why the guardian may not see the pupil, when that is so.
    """

    person: Person
    relation: str | None
    receives_post: bool | None
    has_authority: bool | None
    block: AccessBlock | None = None


@dataclass(frozen=True, slots=True)
class LocationChoice:
    """A location of the institution, and how a staff member is tied to it (Z-109, Z-176)."""

    location: Location
    by_group: bool
    coupled: bool
    in_reach: bool


def enrolments_of(session: Session, actor: Actor, pupil_id: int) -> list[Year]:
    """Every school year of this pupil, newest first. Earlier locations are part of the pupil's own history."""
    rows = session.execute(
        sa.select(
            Enrolment.school_year,
            Location.name,
            Location.code,
            Group.name,
            sa.case((visible_groups(actor), Group.id), else_=None),
            Enrolment.year_of_study,
            Enrolment.programme_code,
            Enrolment.leaving_date,
        )
        .join(Location, Location.id == Enrolment.location_id)
        .outerjoin(Group, Group.id == Enrolment.group_id)
        .where(Enrolment.person_id == pupil_id)
        .order_by(Enrolment.school_year.desc())
    )
    return [Year(*row) for row in rows]


def groups_of_pupil(session: Session, actor: Actor, pupil_id: int) -> list[GroupLine]:
    """The groups of the newest school year with their staff."""
    teacher = aliased(Person)
    rows = session.execute(
        _groups(actor, GroupPupil, pupil_id)
        .add_columns(teacher)
        .outerjoin(GroupStaff, GroupStaff.group_id == Group.id)
        .outerjoin(teacher, teacher.id == GroupStaff.person_id)
        .order_by(teacher.sort_key)
    )
    lines: dict[int, GroupLine] = {}
    for *values, person in rows:
        line = lines.setdefault(values[0], GroupLine(*values))
        if person is not None:
            line.staff.append(person)
    return list(lines.values())


def groups_of_staff(session: Session, actor: Actor, staff_id: int) -> list[GroupLine]:
    """The groups of a staff member in the newest school year."""
    return [GroupLine(*row) for row in session.execute(_groups(actor, GroupStaff, staff_id))]


def _groups(actor: Actor, member: type[GroupPupil] | type[GroupStaff], person_id: int) -> sa.Select:
    pupils = aliased(GroupPupil)
    size = sa.select(sa.func.count()).where(pupils.group_id == Group.id).correlate(Group).scalar_subquery()
    newest = sa.select(sa.func.max(Group.school_year)).where(Group.institution_id == actor.institution_id)
    return (
        sa.select(Group.id, Group.name, Group.is_home, Location.name, size)
        .join(member, member.group_id == Group.id)
        .join(Location, Location.id == Group.location_id)
        .where(member.person_id == person_id, visible_groups(actor))
        .where(Group.school_year == newest.scalar_subquery())
        .order_by(Group.is_home.desc(), Group.sort_key)
    )


def mentors_of(session: Session, actor: Actor, pupil_id: int) -> list[Person]:
    """The staff members who are mentor of this pupil directly (Z-060)."""
    chosen = sa.select(Person).join(Mentor, Mentor.staff_id == Person.id).where(Mentor.pupil_id == pupil_id)
    return _persons(session, chosen.where(visible_persons(actor, PersonKind.STAFF)))


def pupils_of_mentor(session: Session, actor: Actor, staff_id: int) -> list[Person]:
    """The pupils whose mentor this staff member is directly, within reach."""
    chosen = sa.select(Person).join(Mentor, Mentor.pupil_id == Person.id).where(Mentor.staff_id == staff_id)
    return _persons(session, chosen.where(visible_persons(actor, PersonKind.PUPIL)))


def _persons(session: Session, chosen: sa.Select) -> list[Person]:
    return list(session.scalars(chosen.order_by(Person.sort_key, Person.id).limit(MOST_LINKED)))


def guardians_of(session: Session, actor: Actor, pupil_id: int) -> list[Relative]:
    """The guardians of a pupil, the first contact first."""
    pair = sa.and_(Guardianship.guardian_id == Person.id, Guardianship.pupil_id == pupil_id)
    return _relatives(session, actor, pair, PersonKind.GUARDIAN)


def children_of(session: Session, actor: Actor, guardian_id: int) -> list[Relative]:
    """The children of a guardian: only those in reach (part 7 nr 5)."""
    pair = sa.and_(Guardianship.pupil_id == Person.id, Guardianship.guardian_id == guardian_id)
    return _relatives(session, actor, pair, PersonKind.PUPIL)


def _relatives(session: Session, actor: Actor, pair: sa.ColumnElement[bool], kind: PersonKind) -> list[Relative]:
    is_blocked = sa.and_(
        AccessBlock.guardian_id == Guardianship.guardian_id, AccessBlock.pupil_id == Guardianship.pupil_id
    )
    rows = session.execute(
        sa.select(Person, Guardianship.relation, Guardianship.receives_post, Guardianship.has_authority, AccessBlock)
        .join(Guardianship, pair)
        .outerjoin(AccessBlock, is_blocked)
        .where(visible_persons(actor, kind))
        .order_by(sa.func.coalesce(Guardianship.rank, 99), Person.sort_key, Person.id)
    )
    return [Relative(*row) for row in rows]


def accounts_of(session: Session, person_id: int) -> list[Account]:
    """The accounts of a person who is in reach; never those of root or national administration (Z-090)."""
    chosen = sa.select(Account).where(Account.person_id == person_id, Account.role.in_(sorted(MANAGED)))
    return list(session.scalars(chosen.order_by(Account.id)))


def location_choices(session: Session, actor: Actor, person_id: int, account_id: int | None) -> list[LocationChoice]:
    """Every location of the institution, with how this staff member is tied to it through groups and by hand."""
    grouped = sa.exists().where(
        PersonLocation.location_id == Location.id, PersonLocation.person_id == person_id, PersonLocation.by_group
    )
    coupled = sa.exists().where(
        AccountLocation.location_id == Location.id, AccountLocation.account_id == (account_id or 0)
    )
    rows = session.execute(
        sa.select(Location, grouped, coupled)
        .where(Location.institution_id == actor.institution_id)
        .order_by(Location.code)
    )
    return [LocationChoice(*row, row[0].id in (actor.locations or ())) for row in rows]
