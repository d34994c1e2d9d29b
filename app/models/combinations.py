"""What many persons share: a combination of locations, and a way through the school years.

Derived from the rows of each person, and written by services/combinations.py alone.
"""

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from app.extensions import Base

from .columns import Id, references


class PlaceSet(Base):
    """A combination of locations that some persons are seen from; a school has a handful of them.

    Made of PersonLocation. With it a list asks "is your set one of these few?" instead of looking up the locations of
    every person.
    """

    __tablename__ = "place_set"
    __table_args__ = (sa.UniqueConstraint("institution_id", "key"),)

    id: Mapped[Id]
    institution_id: Mapped[int] = references("institution.id")
    key: Mapped[str] = mapped_column(sa.String(1000))  # the ids of the locations in order: "3 7"


class PlaceSetLocation(Base):
    """A location of a combination."""

    __tablename__ = "place_set_location"

    location_id: Mapped[int] = references("location.id", primary_key=True)
    place_set_id: Mapped[int] = references("place_set.id", primary_key=True, index=True)
    institution_id: Mapped[int] = references("institution.id")


class Route(Base):
    """A way through the school: in which year, where and in which year of study. Shared by who went the same way.

    Made of Enrolment. With it a list asks "is your route one of these?" instead of looking up the years of every pupil.
    """

    __tablename__ = "route"
    __table_args__ = (sa.UniqueConstraint("institution_id", "key"),)

    id: Mapped[Id]
    institution_id: Mapped[int] = references("institution.id")
    key: Mapped[str] = mapped_column(sa.String(1000))  # its years in order: "2025:3:1 2026:3:2"


class RouteYear(Base):
    """A school year of a route."""

    __tablename__ = "route_year"

    route_id: Mapped[int] = references("route.id", primary_key=True)
    school_year: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    location_id: Mapped[int] = references("location.id")
    year_of_study: Mapped[int | None]
    institution_id: Mapped[int] = references("institution.id")
