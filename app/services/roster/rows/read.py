"""Reads what we know of a school before a run: one read of all its rows."""

from datetime import date
from sys import intern
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from app.models import (
    Account,
    Enrolment,
    Group,
    GroupPupil,
    GroupStaff,
    Guardianship,
    Institution,
    Location,
    LocationKey,
    Mentor,
    Person,
    PersonKind,
    SyncRun,
)
from app.roster.sources import source_kind
from app.services.bulk import read_rows
from app.services.corrections.pins import known_pins
from app.services.roster.plan.known import (
    NUMBER,
    PERSON_FIELDS,
    KnownEnrolment,
    KnownGroup,
    KnownLocation,
    KnownPerson,
    KnownSchool,
)
from app.services.roster.plan.link_sets import linked

from .absorbed import read_elsewhere, read_former
from .authority import heard_order, read_say, retired_of
from .keys import read_keys, read_left_behind


def read_known(session: Session, institution: Institution, source: str, school_year: int) -> KnownSchool:
    """Everything the plan compares with. A fixed number of queries, whatever the size of the school."""
    session.flush()
    known = KnownSchool(institution.id, institution.brin)
    _read_places(session, known, source, school_year)
    _read_persons(session, known, source)
    _read_enrolments(session, known, school_year)
    _read_links(session, known, school_year)
    known.made_on = _made_last(session, known, source)
    known.say = read_say(session, institution, source)
    known.pins = known_pins(session, institution.id)
    known.former = {
        kept: tuple(KnownPerson(*row) for row in rows)
        for kept, rows in read_former(session, institution.id, PERSON_FIELDS).items()
    }
    retired = retired_of(institution).keys() - {source}
    known.elsewhere = read_elsewhere(session, source, known.former, retired) if known.former else {}
    if retired:
        read_left_behind(session, known, retired, heard_order(institution, source), source)
    return known


def _made_last(session: Session, known: KnownSchool, source: str) -> date | None:
    return session.scalar(
        sa.select(SyncRun.made_on)
        .where(SyncRun.institution_id == known.institution_id, SyncRun.source == source)
        .where(SyncRun.status == "applied", SyncRun.made_on.is_not(None))
        .order_by(SyncRun.finished_at.desc(), SyncRun.id.desc())
        .limit(1)
    )


def _read_places(session: Session, known: KnownSchool, source: str, school_year: int) -> None:
    rows = read_rows(
        session,
        sa.select(Location.id, Location.code, Location.name, Location.sync_on)
        .where(Location.institution_id == known.institution_id)
        .order_by(Location.id),
    )
    known.locations = tuple(KnownLocation(*row) for row in rows)
    if source_kind(source).kind == "service":  # a file is imported whole (contract.md)
        known.off = frozenset(location.id for location in known.locations if not location.sync_on)
    keys = sa.select(LocationKey.key, LocationKey.location_id).where(
        LocationKey.institution_id == known.institution_id, LocationKey.source == source
    )
    known.location_keys = dict(read_rows(session, keys))
    groups = (
        sa.select(Group.id, Group.location_id, Group.name, Group.is_home, Group.source, Group.source_key)
        .where(Group.institution_id == known.institution_id, Group.school_year == school_year)
        .order_by(Group.id)
    )
    known.groups = tuple(KnownGroup(*row) for row in read_rows(session, groups))


def _read_persons(session: Session, known: KnownSchool, source: str) -> None:
    # Codes stay plain text here: an enum object per row would double the time of this read.
    fields = [
        sa.type_coerce(Person.gender, sa.String) if name == "gender" else getattr(Person, name)
        for name in PERSON_FIELDS
    ]
    rows = read_rows(
        session,
        sa.select(Person.id, sa.type_coerce(Person.kind, sa.String), Person.hand_made, Person.left_on, *fields)
        .where(Person.institution_id == known.institution_id, Person.kind != PersonKind.OTHER)
        .order_by(Person.id),
    )
    same: dict[Any, Any] = {}  # a school has few different names and days: each is kept once
    share = same.setdefault
    for person_id, kind, hand_made, left_on, number, *about, email in rows:
        fields = (number, *[share(value, value) for value in about], email)
        known.persons[person_id] = KnownPerson(person_id, intern(kind), hand_made, left_on, fields)
    read_keys(session, known, source, lambda one: known.persons[one].fields[NUMBER] if one in known.persons else None)
    accounts = sa.select(Account.person_id).where(Account.institution_id == known.institution_id)
    known.with_account = frozenset(row[0] for row in read_rows(session, accounts))


def _read_enrolments(session: Session, known: KnownSchool, school_year: int) -> None:
    rows = read_rows(
        session,
        sa.select(
            Enrolment.person_id,
            Enrolment.school_year,
            Enrolment.id,
            Enrolment.location_id,
            Enrolment.group_id,
            Enrolment.year_of_study,
            Enrolment.programme_code,
            Enrolment.leaving_date,
        )
        .where(Enrolment.institution_id == known.institution_id)
        .order_by(Enrolment.school_year),
    )
    for person_id, year, *rest in rows:
        known.placed[person_id] = rest[1]
        known.newest_year = year  # the last one in this order
        if year == school_year:
            known.enrolments[person_id] = KnownEnrolment(*rest)


def _read_links(session: Session, known: KnownSchool, school_year: int) -> None:
    for table, groups_of in ((GroupPupil, known.pupil_groups), (GroupStaff, known.staff_groups)):
        rows = (
            sa.select(table.person_id, table.group_id)
            .join(Group, Group.id == table.group_id)
            .where(Group.institution_id == known.institution_id, Group.school_year == school_year)
        )
        groups_of |= linked(read_rows(session, rows))
    mentors = sa.select(Mentor.pupil_id, Mentor.staff_id).where(Mentor.institution_id == known.institution_id)
    known.mentors |= linked(read_rows(session, mentors))
    pairs = sa.select(
        Guardianship.pupil_id,
        Guardianship.guardian_id,
        Guardianship.relation,
        Guardianship.receives_post,
        Guardianship.rank,
        Guardianship.has_authority,
    ).where(Guardianship.institution_id == known.institution_id)
    for pupil_id, guardian_id, *about in read_rows(session, pairs):
        known.guardians[pupil_id][guardian_id] = tuple(about)
