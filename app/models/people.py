"""The people of a school, what links them, and where each of them can be seen from."""

import enum
from datetime import date, datetime

import sqlalchemy as sa
from flask_babel import lazy_gettext as _l
from sqlalchemy.orm import Mapped, mapped_column, query_expression

from app.extensions import Base, Moment

from . import names
from .columns import Code, Id, Key, coded, plain_text, references


class PersonKind(enum.StrEnum):
    """The four kinds of person; each has its own screen and its own role when an account is made (Z-088)."""

    PUPIL = "pupil"
    GUARDIAN = "guardian"
    STAFF = "staff"
    OTHER = "other"

    @property
    def label(self) -> str:
        return str(KIND_LABELS[self])


KIND_LABELS = {
    PersonKind.PUPIL: _l("Pupil"),
    PersonKind.GUARDIAN: _l("Guardian"),
    PersonKind.STAFF: _l("Staff member"),
    PersonKind.OTHER: _l("Other party"),
}


class Gender(enum.StrEnum):
    MALE = "male"
    FEMALE = "female"
    UNKNOWN = "unknown"

    @property
    def label(self) -> str:
        return str({Gender.MALE: _l("male"), Gender.FEMALE: _l("female"), Gender.UNKNOWN: _l("unknown")}[self])


class Person(Base):
    """Somebody: pupil, guardian, staff member or other party (Z-246 to Z-275). Numbers are text: zeros count.

    Without an institution: the people of the installation itself (root, national administration).
    """

    __tablename__ = "person"
    __table_args__ = (
        # The order of a list, what its filters find, and the order by e-mail address: they answer without a look at the
        # rows themselves, at 100,000 persons too.
        sa.Index("ix_person_list", "institution_id", "kind", "sort_key", "id", "left_on", "place_set_id"),
        sa.Index(
            *("ix_person_seen", "institution_id", "kind", "left_on"),
            *("place_set_id", "route_id", "has_account", "search_key"),
        ),
        sa.Index(
            *("ix_person_email", "institution_id", "kind", "email", "id"),
            *("left_on", "place_set_id", "has_account"),
        ),
        sa.Index("ix_person_sorted", "institution_id", "sort_key", "id", "kind", "place_set_id"),
        sa.Index("ix_person_number", "institution_id", "kind", "number"),
    )

    id: Mapped[Id]
    institution_id: Mapped[int | None] = references("institution.id")
    kind: Mapped[PersonKind] = mapped_column(coded(PersonKind))
    number: Mapped[str | None] = mapped_column(sa.String(64))
    first_name: Mapped[str | None] = mapped_column(sa.String(200))
    initials: Mapped[str | None] = mapped_column(sa.String(32))
    prefix: Mapped[str | None] = mapped_column(sa.String(32))
    last_name: Mapped[str] = mapped_column(sa.String(200))
    birth_date: Mapped[date | None]
    gender: Mapped[Gender | None] = mapped_column(coded(Gender))
    email: Mapped[str | None] = mapped_column(sa.String(254))
    hand_made: Mapped[bool] = mapped_column(default=False)  # never overwritten by a roster (part 7 nr 22)
    left_on: Mapped[date | None]  # gone from the roster since this day; the account stays (part 7 nr 23)
    place_set_id: Mapped[int | None] = references("place_set.id", ondelete="SET NULL")  # None: seen from nowhere
    route_id: Mapped[int | None] = references("route.id", ondelete="SET NULL")  # None: no pupil
    has_account: Mapped[bool] = mapped_column(server_default=sa.false())  # an own one; kept by the database itself
    sort_key: Mapped[str] = mapped_column(plain_text(200))
    search_key: Mapped[str] = mapped_column(plain_text(500))  # found by its trigrams too (services/trigrams.py)
    version: Mapped[int] = mapped_column(default=1)
    created_at: Mapped[datetime] = mapped_column(Moment)

    __mapper_args__ = {"version_id_col": version}

    @property
    def called(self) -> str | None:
        """First name, or the initials with dots when there is none (guardians)."""
        return self.first_name or names.dotted(self.initials)

    @property
    def list_name(self) -> str:
        return names.list_name(self.last_name, self.called, self.prefix)

    @property
    def full_name(self) -> str:
        return names.full_name(self.last_name, self.called, self.prefix)

    def remake_keys(self) -> None:
        """Call after a name, number or e-mail address changed: keeps sort and search true."""
        self.sort_key = names.sort_key(self.last_name, self.called, self.prefix)
        self.search_key = names.search_key(self.last_name, self.called, self.prefix, self.number, self.email)

    def __str__(self) -> str:
        return self.list_name


class PersonKey(Base):
    """By which technical key a source knows a person; with the number it gave."""

    __tablename__ = "person_key"
    __table_args__ = (sa.UniqueConstraint("institution_id", "source", "kind", "key"),)

    id: Mapped[Id]
    institution_id: Mapped[int] = references("institution.id")
    person_id: Mapped[int] = references("person.id", index=True)
    source: Mapped[Code]  # a source id, or "eckid"
    kind: Mapped[PersonKind] = mapped_column(coded(PersonKind))
    key: Mapped[Key]
    number: Mapped[str | None] = mapped_column(sa.String(64))
    # Of somebody who was merged into this person: heard only when the person's own key is not told.
    absorbed: Mapped[bool] = mapped_column(default=False, server_default=sa.false())


class Group(Base):
    """A class or teaching group of one school year at one location (Z-276 to Z-278)."""

    __tablename__ = "school_group"
    __table_args__ = (
        sa.UniqueConstraint("location_id", "school_year", "name"),
        sa.Index("ix_school_group_list", "institution_id", "school_year", "sort_key", "id"),
    )

    id: Mapped[Id]
    institution_id: Mapped[int] = references("institution.id")
    location_id: Mapped[int] = references("location.id")
    school_year: Mapped[int]  # its starting year
    name: Mapped[str] = mapped_column(sa.String(128))
    sort_key: Mapped[str] = mapped_column(plain_text(128))
    is_home: Mapped[bool] = mapped_column(default=True)
    source: Mapped[str | None] = mapped_column(sa.String(64))
    source_key: Mapped[str | None] = mapped_column(sa.String(256))
    location_name: Mapped[str | None] = query_expression()  # only where a list asks for it along with the group

    def __str__(self) -> str:
        return self.name


class Enrolment(Base):
    """A pupil in one school year; earlier years stay (Z-172)."""

    __tablename__ = "enrolment"
    __table_args__ = (sa.UniqueConstraint("person_id", "school_year"),)

    id: Mapped[Id]
    institution_id: Mapped[int] = references("institution.id")
    person_id: Mapped[int] = references("person.id")
    school_year: Mapped[int]
    location_id: Mapped[int] = references("location.id")
    group_id: Mapped[int | None] = references("school_group.id", ondelete="SET NULL", index=True)
    year_of_study: Mapped[int | None]
    programme_code: Mapped[str | None] = mapped_column(sa.String(32))
    leaving_date: Mapped[date | None]  # inclusive


class GroupPupil(Base):
    """A pupil in a group: the home class as well as teaching groups."""

    __tablename__ = "group_pupil"

    group_id: Mapped[int] = references("school_group.id", primary_key=True)
    person_id: Mapped[int] = references("person.id", primary_key=True, index=True)
    institution_id: Mapped[int] = references("institution.id")


class GroupStaff(Base):
    """A staff member of a group."""

    __tablename__ = "group_staff"

    group_id: Mapped[int] = references("school_group.id", primary_key=True)
    person_id: Mapped[int] = references("person.id", primary_key=True, index=True)
    institution_id: Mapped[int] = references("institution.id")


class Mentor(Base):
    """A staff member who is mentor of a pupil directly (Z-060)."""

    __tablename__ = "mentor"

    pupil_id: Mapped[int] = references("person.id", primary_key=True)
    staff_id: Mapped[int] = references("person.id", primary_key=True, index=True)
    institution_id: Mapped[int] = references("institution.id")


class Guardianship(Base):
    """The pair guardian-pupil, with what belongs to the pair (Z-265, Z-266)."""

    __tablename__ = "guardianship"

    guardian_id: Mapped[int] = references("person.id", primary_key=True)
    pupil_id: Mapped[int] = references("person.id", primary_key=True, index=True)
    institution_id: Mapped[int] = references("institution.id")
    relation: Mapped[str | None] = mapped_column(sa.String(64))
    receives_post: Mapped[bool | None]  # a wish for paper, not a right to see
    rank: Mapped[int | None]  # 1 = first contact
    has_authority: Mapped[bool | None]  # "ouderlijk gezag", as the source tells it; gives and takes no access


class PersonLocation(Base):
    """From which locations a person can be seen. Derived; written by services/reach.py alone.

    Pupil: location of the newest enrolment. Guardian: of the children. Staff: through groups and pupils, and by hand
    through an account (`by_hand`). No row: no location (part 7 nrs 2 to 5).
    """

    __tablename__ = "person_location"

    location_id: Mapped[int] = references("location.id", primary_key=True)
    person_id: Mapped[int] = references("person.id", primary_key=True, index=True)
    institution_id: Mapped[int] = references("institution.id")
    by_group: Mapped[bool] = mapped_column(default=False)  # staff: shown as vestiging only through a group (Z-176)
    by_hand: Mapped[bool] = mapped_column(default=False)
