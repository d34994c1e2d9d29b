"""The rows of a person in words, for what a split had to skip."""

from collections.abc import Callable, Mapping
from typing import Any, Final

import sqlalchemy as sa
from flask_babel import gettext as _
from sqlalchemy.orm import Session

from app.clock import school_year_name
from app.models import Group, Person

from .rows import Tie


def row_in_words(session: Session, tie: Tie, row: Mapping[str, Any]) -> str:
    """What this row was: "groep 2A", "schooljaar 2026-2027", "verzorger Berg, C. van den"."""
    return WORDS[tie.table.__tablename__](session, tie, row)


def _group(session: Session, _tie: Tie, row: Mapping[str, Any]) -> str:
    name = session.scalar(sa.select(Group.name).where(Group.id == row["group_id"]))
    return _("group %(name)s", name=name) if name else _("a group that is no more")


def _enrolment(_session: Session, _tie: Tie, row: Mapping[str, Any]) -> str:
    return _("the enrolment of %(year)s", year=school_year_name(row["school_year"]))


def _pair(session: Session, tie: Tie, row: Mapping[str, Any]) -> str:
    other = session.get(Person, row[tie.unique[0]])
    if other is None or other.institution_id is None:
        return _("the link with somebody who is no more")
    return _("the link with %(name)s", name=other.list_name)


def _block(session: Session, tie: Tie, row: Mapping[str, Any]) -> str:
    return _("the blocked access: %(link)s", link=_pair(session, tie, row))


WORDS: Final[dict[str, Callable[[Session, Tie, Mapping[str, Any]], str]]] = {
    "person_key": lambda _session, _tie, row: _("the key of source %(source)s", source=row["source"]),
    "enrolment": _enrolment,
    "group_pupil": _group,
    "group_staff": _group,
    "mentor": _pair,
    "guardianship": _pair,
    "pin": lambda _session, _tie, _row: _("a correction by hand"),
    "access_block": _block,
    "batch_item": lambda _session, _tie, _row: _("a row of a batch of accounts"),
    "not_the_same": lambda _session, _tie, _row: _("that two persons are not the same"),
}
