"""Two persons become one: who stays gets all that the other had, and all is kept so that they can be split again.

The row of the other stays as an empty place without an institution, so that nobody else ever gets its id, nor the
username of an account that was given up; nothing but the merge knows of it.
"""

from collections.abc import Collection, Iterator
from datetime import date, datetime
from typing import Any, Final

import sqlalchemy as sa
from flask_babel import gettext as _
from sqlalchemy.orm import Session

from app.errors import Conflict
from app.models import AccessBlock, Enrolment, Merge, NotTheSame, Person, PersonKey, PersonLocation, SyncRun
from app.services.access import Actor
from app.services.accounts.rules import lock_administrators
from app.services.audit import record
from app.services.combinations import PLACE_SETS, renew_combinations
from app.services.reach import recompute_reach

from .accounts import carry_accounts, plan_accounts, refresh_accounts
from .blocks import pair_of
from .reading import two_in_reach
from .rows import TIES, Step, Tie, carry_out, key_of, members_of, read_dicts, to_json, type_Row

EMPTY: Final = {  # what is left of the row of the other
    **dict.fromkeys(("institution_id", "number", "first_name", "initials", "prefix", "birth_date", "gender", "email")),
    **dict.fromkeys(("left_on", "place_set_id", "route_id")),
    **dict.fromkeys(("hand_made", "has_account"), False),
    **dict.fromkeys(("sort_key", "search_key"), ""),
    "last_name": "-",
}
FIELD_OF: Final = {  # in the history of a person
    "enrolment": "school_year",
    "group_pupil": "groups",
    "group_staff": "groups",
    "guardianship": "pupil",
    "mentor": "mentors",
}
MOVED, DROPPED, PUSHED = "moved", "dropped", "pushed"  # what became of a row; pushed: one of who stays gave way


def merge(
    session: Session,
    now: datetime,
    actor: Actor,
    kept_id: int,
    other_id: int,
    versions: dict[int, int],
    accounts: Collection[int] = (),
) -> Merge:
    """Merge the other into who stays. `versions`: of both, as they were shown; `accounts`: which ones stay, needed only
    where both have one. The caller commits.

    Raises UnknownName out of reach, Conflict when one of the two was changed, merged or split meanwhile (R123),
    InvalidInput without a choice of account, NotAllowed for an account that the actor may not change (R50).
    """
    lock_people(session, actor)
    persons = {person.id: person for person in two_in_reach(session, actor, {kept_id, other_id})}
    if {id: person.version for id, person in persons.items()} != versions:
        raise Conflict(_("One of these two was changed meanwhile. Look at them again and repeat."))
    kept, other = persons[kept_id], persons[other_id]
    moves = plan_accounts(session, actor, kept, other, accounts)
    kept_rows = {
        "person": to_json(_row_of(session, other)),
        "kept": to_json(_row_of(session, kept)),
        "places": [to_json(row) for row in read_dicts(session, PersonLocation, PersonLocation.person_id == kept.id)],
        "members": members_of(session, kept.id),
        "accounts": moves.as_json(),
    }
    steps, rows = _plan_ties(session, kept, other)
    done = Merge(
        institution_id=kept.institution_id,
        kept_id=kept.id,
        absorbed_id=other.id,
        rows=kept_rows | {"rows": rows},
        made_by=actor.account_id,
        made_at=now,
    )
    session.add(done)
    names = kept.list_name, other.list_name
    carry_accounts(session, now, actor, moves, kept, other)
    carry_out(session, [*steps, *_person_steps(kept, other)])
    settle_people(session, kept.institution_id or 0, kept.id, other.id)
    _tell(session, now, actor, done, *names)
    return done


def not_the_same(session: Session, now: datetime, actor: Actor, ids: Collection[int]) -> None:
    """Write down that these two are two: they are not proposed again. Twice is once. The caller commits."""
    lock_people(session, actor)
    one, other = two_in_reach(session, actor, ids)
    first, second = pair_of(one.id, other.id)
    said = sa.select(NotTheSame.id).where(NotTheSame.first_id == first, NotTheSame.second_id == second)
    if session.scalar(said) is not None:
        return
    session.add(
        NotTheSame(
            institution_id=one.institution_id, first_id=first, second_id=second, made_by=actor.account_id, made_at=now
        )
    )
    for person, twin in ((one, other), (other, one)):
        told = {"name": [None, twin.list_name]}
        record(session, now, actor, "persons-not-the-same", "person", person.id, told, person.institution_id)


def lock_people(session: Session, actor: Actor) -> None:
    """From here to the end of the transaction no run of this school is applied and nobody else merges or splits.

    A run that is being applied is waited for; on SQLite the transaction has the write lock already.
    """
    running = sa.select(SyncRun.id).where(SyncRun.institution_id == actor.institution_id)
    session.execute(running.where(SyncRun.status == "running").with_for_update())
    lock_administrators(session, actor, actor.institution_id)


def settle_people(session: Session, institution_id: int, *person_ids: int) -> None:
    """Reach, combinations and accounts of these persons, and the reach of who is linked to them, follow the rows."""
    session.expire_all()
    around = set(person_ids)
    for tie in TIES:
        for column in tie.unique if tie.column != "person_id" else ():
            linked = sa.select(tie.table.__table__.c[column])
            around.update(session.scalars(linked.where(tie.table.__table__.c[tie.column].in_(person_ids))))
    recompute_reach(session, institution_id, around)
    renew_combinations(session, institution_id, {PLACE_SETS: person_ids})
    refresh_accounts(session, person_ids)
    session.expire_all()


def _row_of(session: Session, person: Person) -> type_Row:
    return read_dicts(session, Person, Person.id == person.id)[0]


def _plan_ties(session: Session, kept: Person, other: Person) -> tuple[list[Step], dict[str, list[Any]]]:
    """What happens to the rows of the other, and those rows as they are: {table: [[fate, column, row]]}."""
    steps: list[Step] = []
    rows: dict[str, list[Any]] = {}
    for tie in TIES:
        column = tie.table.__table__.c
        mine = {_unique(tie, row): row for row in read_dicts(session, tie.table, column[tie.column] == kept.id)}
        for row in read_dicts(session, tie.table, column[tie.column] == other.id):
            clash = mine.get(_unique(tie, row)) if tie.unique else None
            for fate, about in _fates(tie, kept, other, row, clash):
                rows.setdefault(tie.table.__tablename__, []).append([fate, tie.column, to_json(about)])
                values = _moved_values(tie, kept.id, about) if fate == MOVED else None
                steps.append(Step(tie.table, key_of(tie.table, about), values))
    return steps, rows


def _unique(tie: Tie, row: type_Row) -> tuple[Any, ...]:
    return tuple(row[name] for name in tie.unique)


def _fates(tie: Tie, kept: Person, other: Person, row: type_Row, clash: type_Row | None) -> Iterator[tuple[str, Any]]:
    """(fate, row) of a row of the other, and of the row of who stays when that one gives way."""
    if tie.table is NotTheSame and kept.id in (row["first_id"], row["second_id"]):
        yield DROPPED, row  # it was said of these two themselves
    elif clash is None:
        yield MOVED, row
    elif _gives_way(tie, kept, other, row, clash):
        yield PUSHED, clash
        yield MOVED, row
    else:
        yield DROPPED, row


def _gives_way(tie: Tie, kept: Person, other: Person, row: type_Row, clash: type_Row) -> bool:
    """Where both have such a row, that of who stays does; but not that of who left, nor a block that ends sooner."""
    if tie.table is Enrolment:
        return kept.left_on is not None and other.left_on is None
    if tie.table is AccessBlock:
        return (clash["until"] or date.max) < (row["until"] or date.max)
    return False


def _moved_values(tie: Tie, kept_id: int, row: type_Row) -> type_Row:
    if tie.table is NotTheSame:
        first, second = pair_of(kept_id, row[tie.unique[0]])
        return {"first_id": first, "second_id": second}
    return {tie.column: kept_id} | ({"absorbed": True} if tie.table is PersonKey else {})


def _person_steps(kept: Person, other: Person) -> list[Step]:
    """Who stays is at the school when one of the two is."""
    here = {"left_on": None} if other.left_on is None else {}
    return [
        Step(Person, {"id": kept.id}, {"version": kept.version + 1} | here),
        Step(Person, {"id": other.id}, EMPTY | {"version": other.version + 1}),
    ]


def fields_touched(done: Merge) -> dict[str, list[int]]:
    """The fields of who stays, as the history of a person names them, each with the rows it got: {field: [0, rows]}."""
    found: dict[str, int] = {}
    for table, rows in done.rows["rows"].items():
        added = sum(fate == MOVED for fate, _column, _row in rows)
        if table in FIELD_OF and added:
            found[FIELD_OF[table]] = added
    return {name: [0, added] for name, added in found.items()}


def _tell(session: Session, now: datetime, actor: Actor, done: Merge, kept_name: str, other_name: str) -> None:
    for subject, told in (
        (done.kept_id, {"absorbed": [other_name, None]} | fields_touched(done)),
        (done.absorbed_id, {"merged": [other_name, kept_name]}),
    ):
        record(session, now, actor, "persons-merged", "person", subject, told, done.institution_id)
