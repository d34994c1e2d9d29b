"""Reading who looks like whom, for who may see both; and what two persons have, side by side. Changes nothing."""

from collections import defaultdict
from collections.abc import Collection, Iterable
from typing import Any, Final

import sqlalchemy as sa
from flask_babel import gettext as _
from sqlalchemy.orm import Session

from app.errors import Conflict, UnknownName
from app.models import Guardianship, Merge, NotTheSame, Person, PersonKey, PersonKind
from app.services.access import Actor, require_administrator
from app.services.bulk import read_rows
from app.services.reach import visible_persons
from app.services.roster.plan.known import ECKID

from .blocks import Proposal, pair_of, proposals_among, type_Pair
from .likeness import Look, swapped

COLUMNS: Final = (
    *("id", "kind", "number", "first_name", "initials", "prefix", "last_name"),
    *("birth_date", "gender", "email", "left_on"),
)
CODES: Final = frozenset({"kind", "gender"})  # read as plain text: an enum per row would double the time


def all_proposals(session: Session, actor: Actor, kind: PersonKind | None = None) -> list[Proposal]:
    """Everybody who looks like somebody, both within reach, the most alike first; about 2 s for 100,000 persons."""
    require_administrator(actor)
    who = visible_persons(actor, kind)
    looks = read_looks(session, sa.and_(who, Person.kind == kind) if kind else who)
    return proposals_among(looks, _apart(session, actor))


def proposals_of(session: Session, actor: Actor, person: Person) -> list[Proposal]:
    """Whom this person looks like, within reach; asks only for who shares something."""
    alike = [Person.email == person.email] if person.email else []
    alike += [Person.number == person.number] if person.number else []
    if person.birth_date:
        born = [person.birth_date, swapped(person.birth_date)]
        alike.append(Person.birth_date.in_([day for day in born if day]))
    elif person.first_name:
        alike.append(Person.sort_key.startswith("\t".join(person.sort_key.split("\t")[:2]), autoescape=True))
    if not alike:
        return []
    same = sa.and_(visible_persons(actor, person.kind), Person.kind == person.kind)
    looks = read_looks(session, sa.and_(same, sa.or_(Person.id == person.id, *alike)), few=True)
    found = [one for one in proposals_among(looks, ()) if person.id in one.pair]
    apart = _apart(session, actor) if found else ()
    return [one for one in found if one.pair not in apart]


def read_looks(session: Session, which: sa.ColumnElement[bool], few: bool = False) -> list[Look]:
    """What these persons are compared by. `few`: they are some, so their keys are asked for by id."""
    chosen = [
        sa.type_coerce(getattr(Person, name), sa.String) if name in CODES else getattr(Person, name) for name in COLUMNS
    ]
    rows = list(read_rows(session, sa.select(*chosen).where(which)))
    if few and len(rows) < 2:
        return [Look(*row) for row in rows]
    these = Person.id.in_([row[0] for row in rows]) if few else which
    sources: dict[int, set[str]] = defaultdict(set)
    eckids: dict[int, str] = {}
    keys = sa.select(PersonKey.person_id, PersonKey.source, PersonKey.key).join(
        Person, Person.id == PersonKey.person_id
    )
    for person_id, source, key in read_rows(session, keys.where(these)):
        if source == ECKID:
            eckids[person_id] = key
        else:
            sources[person_id].add(source)
    children = _children(session, these) if any(row[1] == PersonKind.GUARDIAN for row in rows) else {}
    same: dict[frozenset[Any], frozenset[Any]] = {}
    return [
        Look(*row, eckids.get(id := row[0]), _shared(same, sources.get(id, ())), _shared(same, children.get(id, ())))
        for row in rows
    ]


def _children(session: Session, which: sa.ColumnElement[bool]) -> dict[int, set[int]]:
    """The pupils of these guardians."""
    found: dict[int, set[int]] = defaultdict(set)
    pairs = sa.select(Guardianship.guardian_id, Guardianship.pupil_id).join(
        Person, Person.id == Guardianship.guardian_id
    )
    for guardian_id, pupil_id in read_rows(session, pairs.where(which)):
        found[guardian_id].add(pupil_id)
    return found


def _shared(same: dict[frozenset[Any], frozenset[Any]], members: Iterable[Any]) -> frozenset[Any]:
    """A school has few different sets: each is kept once."""
    found = frozenset(members)
    return same.setdefault(found, found)


def _apart(session: Session, actor: Actor) -> set[type_Pair]:
    """The pairs of whom somebody said that they are two."""
    pairs = sa.select(NotTheSame.first_id, NotTheSame.second_id)
    if actor.institution_id is not None:
        pairs = pairs.where(NotTheSame.institution_id == actor.institution_id)
    return {(first, second) for first, second in read_rows(session, pairs)}


def two_in_reach(session: Session, actor: Actor, ids: Collection[int]) -> tuple[Person, Person]:
    """These two persons of one kind, the lower id first.

    Raises UnknownName unless both are within reach (R47), Conflict when one was merged into somebody in reach.
    """
    require_administrator(actor)
    found = sa.select(Person).where(Person.id.in_(list(ids)), visible_persons(actor)).order_by(Person.id)
    persons = session.scalars(found.execution_options(populate_existing=True)).all()
    if len(persons) < 2 and session.scalar(_merged_among(actor, ids)) is not None:
        raise Conflict(_("One of these two was merged meanwhile. Look at the merged persons."))
    if len(persons) != 2 or persons[0].kind is not persons[1].kind:
        raise UnknownName(_("This pair of persons does not exist."))
    return persons[0], persons[1]


def persons_of(session: Session, actor: Actor, ids: Collection[int]) -> list[Person]:
    """Those of these persons who are within reach."""
    return list(session.scalars(sa.select(Person).where(Person.id.in_(list(ids)), visible_persons(actor))))


def _merged_among(actor: Actor, ids: Collection[int]) -> sa.Select[tuple[int]]:
    """A merge of one of these persons into somebody within reach."""
    merged = sa.select(Merge.id).join(Person, Person.id == Merge.kept_id)
    return merged.where(Merge.absorbed_id.in_(list(ids)), visible_persons(actor)).limit(1)


def are_apart(session: Session, ids: Collection[int]) -> bool:
    """Whether somebody said that these two are two."""
    first, second = pair_of(*ids)
    said = sa.select(NotTheSame.id).where(NotTheSame.first_id == first, NotTheSame.second_id == second)
    return session.scalar(said) is not None


def sources_of(session: Session, person_ids: Collection[int]) -> dict[int, list[tuple[str, str | None]]]:
    """Per person the sources that know it, each with the number it gave; absorbed ones too."""
    found: dict[int, list[tuple[str, Any]]] = {id: [] for id in person_ids}
    rows = sa.select(PersonKey.person_id, PersonKey.source, PersonKey.number).order_by(PersonKey.id)
    for person_id, source, number in session.execute(rows.where(PersonKey.person_id.in_(list(person_ids)))):
        found[person_id].append((source, number))
    return found
