"""Reach: which persons, groups and locations an actor may see, and the one table that answers it (part 7 nrs 2 to 5).

An administrator sees the persons and groups of the own locations. Besides: staff without any location, when having at
least one location; and other parties. Without a location an administrator sees only the own record.
"""

from collections.abc import Collection, Mapping
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session, aliased

from app.models import (
    Account,
    AccountLocation,
    Enrolment,
    Group,
    GroupStaff,
    Guardianship,
    Location,
    Mentor,
    Person,
    PersonKind,
    PersonLocation,
    PlaceSetLocation,
    Role,
)

from .access import Actor
from .bulk import insert_rows, pieces, read_rows
from .combinations import PLACE_SETS, ROUTES, renew_combinations

OF_STAFF = frozenset({Role.STAFF, Role.CARE_MANAGER, Role.ADMINISTRATOR})  # the roles of staff members


def visible_persons(actor: Actor, kind: PersonKind | None = None) -> sa.ColumnElement[bool]:
    """The condition on Person for what this actor may see; for one kind it is simpler and faster."""
    if actor.is_machine:
        return Person.institution_id == actor.institution_id if actor.institution_id else sa.true()
    own = Person.id == sa.select(Account.person_id).where(Account.id == actor.account_id).scalar_subquery()
    if not actor.locations:
        return sa.and_(Person.institution_id == actor.institution_id, own)
    here = seen_from(actor.locations)
    nowhere = Person.place_set_id.is_(None)
    seen = {
        PersonKind.PUPIL: here,
        PersonKind.GUARDIAN: here,
        PersonKind.STAFF: sa.or_(here, nowhere),
        PersonKind.OTHER: sa.true(),
    }
    reached = (
        seen[kind]
        if kind
        else sa.or_(
            here,
            sa.and_(Person.kind == PersonKind.STAFF, nowhere),
            Person.kind == PersonKind.OTHER,
        )
    )
    return sa.and_(Person.institution_id == actor.institution_id, reached)


def reached_accounts(actor: Actor) -> sa.ColumnElement[bool]:
    """The condition on Account for those of the persons that this actor may see: visible_persons, by what is kept with
    the account. The role says the kind of person: only staff get another one than their own (Z-145)."""
    if actor.is_machine:
        return Account.institution_id == actor.institution_id if actor.institution_id else sa.true()
    here = Account.institution_id == actor.institution_id
    if not actor.locations:
        own = aliased(Account)
        return sa.and_(
            here, Account.person_id == sa.select(own.person_id).where(own.id == actor.account_id).scalar_subquery()
        )
    nowhere = sa.and_(Account.place_set_id.is_(None), Account.role.in_(sorted(OF_STAFF)))
    return sa.and_(here, sa.or_(seen_from(actor.locations, Account), nowhere, Account.role == Role.OTHER))


def seen_from(location_ids: Collection[int], whose: type[Person] | type[Account] = Person) -> sa.ColumnElement[bool]:
    """The condition on Person (or on Account, for its owner): can be seen from one of these locations.

    A few place sets, however big the school.
    """
    sets = sa.select(PlaceSetLocation.place_set_id).where(PlaceSetLocation.location_id.in_(sorted(location_ids)))
    return whose.place_set_id.in_(sets)


def visible_groups(actor: Actor) -> sa.ColumnElement[bool]:
    """The condition on Group for what this actor may see (Z-186)."""
    if actor.is_machine:
        return Group.institution_id == actor.institution_id
    return sa.and_(Group.institution_id == actor.institution_id, Group.location_id.in_(actor.locations or {0}))


def locations_of(session: Session, account: Account) -> frozenset[int]:
    """The ids of the locations coupled to this account."""
    found = sa.select(AccountLocation.location_id).where(AccountLocation.account_id == account.id)
    return frozenset(session.scalars(found))


def recompute_reach(session: Session, institution_id: int, person_ids: Collection[int] | None = None) -> None:
    """Bring person_location, place sets and routes in line with enrolments, groups, links and couplings.

    Call it after any of those changed; `person_ids` limits it to these persons (None: the whole institution). The
    caller commits.
    Who left keeps the locations of before, so the record stays where it was.
    """
    session.flush()
    wanted: dict[tuple[int, int], tuple[bool, bool]] = {}
    for person_id, location_id, by_group, by_hand in read_rows(session, _through_roster(institution_id, person_ids)):
        group, hand = wanted.get((person_id, location_id), (False, False))
        wanted[person_id, location_id] = (group or bool(by_group), hand or bool(by_hand))
    known = {
        (person_id, location_id): (by_group, by_hand)
        for person_id, location_id, by_group, by_hand in read_rows(session, _known(institution_id, person_ids))
    }
    gone = [{"p": person, "l": location} for person, location in known.keys() - wanted.keys()]
    fresh = ((p, loc, institution_id, *flags) for (p, loc), flags in wanted.items() if (p, loc) not in known)
    changed = [
        {"p": p, "l": loc, "g": f[0], "h": f[1]} for (p, loc), f in wanted.items() if known.get((p, loc), f) != f
    ]
    table = PersonLocation.__table__
    same = sa.and_(table.c.person_id == sa.bindparam("p"), table.c.location_id == sa.bindparam("l"))
    if gone:
        session.connection().execute(sa.delete(table).where(same), gone)
    insert_rows(session, PersonLocation, ("person_id", "location_id", "institution_id", "by_group", "by_hand"), fresh)
    if changed:
        new = {"by_group": sa.bindparam("g"), "by_hand": sa.bindparam("h")}
        session.connection().execute(sa.update(table).where(same).values(new), changed)
    moved = {person for person, _location in wanted.keys() ^ known.keys()}
    renew_combinations(session, institution_id, {PLACE_SETS: moved, ROUTES: person_ids})


def restore_places(
    session: Session, institution_id: int, persons: Collection[int], rows: Collection[Mapping[str, Any]]
) -> None:
    """Give these persons, who left, the locations of then (rows of person_location) in the place of those of now.

    Places by hand follow the account and stay. Whose locations of then are no more is seen from where they are now.
    The caller commits.
    """
    there = set(session.scalars(sa.select(Location.id).where(Location.institution_id == institution_id)))
    told = [row for row in rows if row["location_id"] in there]
    homeless = {row["person_id"] for row in rows} - {row["person_id"] for row in told}
    leavers = sorted(set(persons) - homeless)
    table = PersonLocation.__table__
    for some in pieces(leavers):
        derived = sa.delete(table).where(table.c.person_id.in_(some), ~table.c.by_hand)
        session.connection().execute(derived)
    by_hand = sa.select(table.c.person_id, table.c.location_id).where(table.c.institution_id == institution_id)
    kept = {tuple(row) for row in read_rows(session, by_hand.where(table.c.by_hand))} if leavers else set()
    columns = ("person_id", "location_id", "institution_id", "by_group", "by_hand")
    new = [row for row in told if not row["by_hand"] and (row["person_id"], row["location_id"]) not in kept]
    insert_rows(session, PersonLocation, columns, (tuple(row[name] for name in columns) for row in new))
    if leavers:
        renew_combinations(session, institution_id, {PLACE_SETS: leavers})


def _only(column: sa.ColumnElement[int], person_ids: Collection[int] | None) -> sa.ColumnElement[bool]:
    return sa.true() if person_ids is None else column.in_(list(person_ids))


def _known(institution_id: int, person_ids: Collection[int] | None) -> sa.Select:
    """The rows of today, without those of leavers, which stay as they are."""
    return (
        sa.select(PersonLocation)
        .with_only_columns(
            PersonLocation.person_id, PersonLocation.location_id, PersonLocation.by_group, PersonLocation.by_hand
        )
        .join(Person, Person.id == PersonLocation.person_id)
        .where(PersonLocation.institution_id == institution_id)
        .where(sa.or_(Person.left_on.is_(None), PersonLocation.by_hand))
        .where(_only(PersonLocation.person_id, person_ids))
    )


def _through_roster(institution_id: int, person_ids: Collection[int] | None) -> sa.CompoundSelect:
    """Every (person, location, by_group, by_hand) that follows from the links; duplicates are merged by the caller."""
    newest = (
        sa.select(Enrolment.person_id, sa.func.max(Enrolment.school_year).label("year"))
        .where(Enrolment.institution_id == institution_id)
        .group_by(Enrolment.person_id)
        .subquery()
    )
    pupil = (
        sa.select(Enrolment.person_id, Enrolment.location_id)
        .join(newest, sa.and_(newest.c.person_id == Enrolment.person_id, newest.c.year == Enrolment.school_year))
        .subquery()
    )
    latest_year = (
        sa.select(sa.func.max(Group.school_year)).where(Group.institution_id == institution_id).scalar_subquery()
    )

    def present(people: sa.ColumnElement[int]) -> sa.ColumnElement[bool]:
        # EXISTS, not IN: SQLite would try every person of the school for every link.
        here = sa.exists().where(Person.id == people).where(Person.institution_id == institution_id)
        return sa.and_(here.where(Person.left_on.is_(None)), _only(people, person_ids))

    no, yes = sa.false(), sa.true()

    def rows(people: sa.ColumnElement[int], places: sa.ColumnElement[int], group: bool, hand: bool) -> sa.Select:
        return sa.select(
            people.label("person_id"),
            places.label("location_id"),
            (yes if group else no).label("by_group"),
            (yes if hand else no).label("by_hand"),
        )

    children = rows(Guardianship.guardian_id, pupil.c.location_id, False, False)
    grouped = rows(GroupStaff.person_id, Group.location_id, True, False)
    mentored = rows(Mentor.staff_id, pupil.c.location_id, False, False)
    coupled = rows(Account.person_id, AccountLocation.location_id, False, True)
    return sa.union_all(
        rows(pupil.c.person_id, pupil.c.location_id, False, False).where(present(pupil.c.person_id)),
        children.join(pupil, pupil.c.person_id == Guardianship.pupil_id).where(present(Guardianship.guardian_id)),
        grouped.join(Group, Group.id == GroupStaff.group_id).where(
            present(GroupStaff.person_id), Group.school_year == latest_year
        ),
        mentored.join(pupil, pupil.c.person_id == Mentor.pupil_id).where(present(Mentor.staff_id)),
        coupled.join(Account, Account.id == AccountLocation.account_id)
        .join(Location, Location.id == AccountLocation.location_id)
        .where(Account.institution_id == institution_id, _only(Account.person_id, person_ids)),
    )
