"""Sources that a school does not use any more, kept in `Institution.exchange["retired"]`.

Whom only they know is judged from then on by every other source that tells that kind as a whole (plan/left_behind.py).
A new run of such a source, or connecting it again, takes it into use again.
"""

from collections.abc import Mapping
from datetime import datetime

import sqlalchemy as sa
from flask_babel import gettext as _
from sqlalchemy.orm import Session

from app.clock import local
from app.errors import Conflict
from app.models import Institution, Person, PersonKey
from app.roster import Kind
from app.roster.sources import source_kind
from app.services.access import Actor, require_administrator
from app.services.audit import record
from app.services.exchange import keep_choice, locked_school
from app.services.roster.plan.changes import KIND_OF, PEOPLE
from app.services.roster.rows.authority import retired_of
from app.services.roster.rows.keys import known_only_to

from .source_order import join_orders, leave_orders
from .weekly import connection_of


def retire_source(session: Session, now: datetime, actor: Actor, source: str) -> bool:
    """This source is not used any more. True when that is news. The caller commits.

    Raises UnknownName for a source that does not exist, Conflict for a connected service: disconnecting retires it.
    """
    require_administrator(actor)
    kind = source_kind(source)
    school = locked_school(session, actor.institution_id)
    if connection_of(session, school.id, source) is not None:
        raise Conflict(_("%(source)s is connected. Disconnect it; then it is not used any more.", source=kind.title))
    return mark_retired(session, now, actor, school, source)


def mark_retired(session: Session, now: datetime, actor: Actor, school: Institution, source: str) -> bool:
    """The same without its questions. `school`: from locked_school."""
    retired = retired_of(school)
    if source in retired:
        return False
    keep_choice(school, "retired", retired | {source: local(now).date().isoformat()})
    leave_orders(school, source)
    session.flush()
    record(session, now, actor, "source-retired", "institution", school.id, {"source": source}, school.id)
    return True


def resume_source(
    session: Session, now: datetime, actor: Actor, institution_id: int, source: str, run_id: int | None = None
) -> bool:
    """This source is used again, by this run when there is one; it comes last in every order. True when it was retired.

    The caller commits, and asks whether the actor may.
    """
    if source not in retired_of(session.get_one(Institution, institution_id)):
        return False
    school = locked_school(session, institution_id)
    retired = retired_of(school)
    if source not in retired:
        return False
    keep_choice(school, "retired", {one: day for one, day in retired.items() if one != source})
    join_orders(school, source)
    session.flush()
    record(session, now, actor, "source-resumed", "institution", school.id, {"source": source}, school.id, run_id)
    return True


def known_only_here(session: Session, school: Institution, source: str) -> Mapping[Kind, int]:
    """Per kind how many people at the school only this source knows, apart from sources that are not used any more."""
    known = known_only_to(school.id, {source, *retired_of(school)}).where(PersonKey.source == source).subquery()
    rows = sa.select(sa.type_coerce(Person.kind, sa.String), sa.func.count()).group_by(Person.kind)
    rows = rows.join(known, known.c.person_id == Person.id)
    counted = dict(session.execute(rows.where(Person.left_on.is_(None), Person.hand_made.is_(False))).all())
    return {KIND_OF[kind]: counted[kind] for kind in PEOPLE if kind in counted}
