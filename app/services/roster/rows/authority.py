"""What the database knows of the order of sources: who is known to which source, and which fields each one tells."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy.orm import Session

from app.models import Institution, LocationKey, PersonKey
from app.roster import Kind
from app.roster.sources import source_kind
from app.services.bulk import read_rows
from app.services.roster.plan.authority import ALL, EQUAL, NOBODY, Say, after, before, joined, silent_kinds

WORDS: Final = {Kind.PUPILS: "pupil", Kind.GUARDIANS: "guardian", Kind.STAFF: "staff"}

type_Keyed = Mapping[tuple[str, str], set[int]]
"""(source, kind of person) -> persons that it knows."""


def order_of(institution: Institution) -> dict[str, list[str]]:
    """The order of sources per kind that this school chose; kinds without one are left out."""
    return {kind: told for kind, told in ((institution.exchange or {}).get("authority") or {}).items() if told}


def retired_of(institution: Institution) -> dict[str, str]:
    """The sources that this school does not use any more, each with the day since when."""
    return (institution.exchange or {}).get("retired") or {}


def heard_order(institution: Institution, source: str) -> dict[str, list[str]]:
    """The order in which this source is heard: one that was retired is used again by its new run, and comes last."""
    order = order_of(institution)
    return joined(order, source, source_kind(source).delivers) if source in retired_of(institution) else order


def read_say(session: Session, institution: Institution, source: str) -> Say:
    """What this source may say beside the others of this school. Two queries, none without an order."""
    order = heard_order(institution, source)
    if not order:
        return EQUAL
    first = {kind: before(order, kind, source) for kind in Kind}
    last = {kind: after(order, kind, source) for kind in Kind}
    keyed = _keyed(session, institution.id, frozenset().union(*first.values(), *last.values()))
    gives = (institution.exchange or {}).get("gives") or {}
    groups = first[Kind.GROUPS]
    return Say(
        silent=silent_kinds(order, source),
        ruled={kind: _known_to(keyed, first[kind], word) for kind, word in WORDS.items()}
        | {Kind.LOCATIONS: _locations(session, institution.id, first[Kind.LOCATIONS])},
        given={kind: _told_by(gives, first[kind], kind) for kind in WORDS},
        shared={kind: _known_to(keyed, last[kind], word) for kind, word in WORDS.items()},
        filled={kind: _told_by(gives, last[kind], kind) for kind in WORDS},
        before_groups=groups,
        members=_known_to(keyed, groups, "pupil") | _known_to(keyed, groups, "staff"),
        families=_known_to(keyed, first[Kind.GUARDIANS], "pupil"),
    )


def _keyed(session: Session, institution_id: int, sources: frozenset[str]) -> type_Keyed:
    found: dict[tuple[str, str], set[int]] = defaultdict(set)
    if sources:
        rows = sa.select(PersonKey.source, sa.type_coerce(PersonKey.kind, sa.String), PersonKey.person_id).where(
            PersonKey.institution_id == institution_id, PersonKey.source.in_(sources)
        )
        for source, word, person in read_rows(session, rows):
            found[source, word].add(person)
    return found


def _known_to(keyed: type_Keyed, sources: Iterable[str], word: str) -> frozenset[int]:
    return frozenset().union(*(keyed.get((source, word), NOBODY) for source in sources))


def _locations(session: Session, institution_id: int, sources: frozenset[str]) -> frozenset[int]:
    if not sources:
        return NOBODY
    rows = sa.select(LocationKey.location_id).where(
        LocationKey.institution_id == institution_id, LocationKey.source.in_(sources)
    )
    return frozenset(row[0] for row in read_rows(session, rows))


def _told_by(gives: Mapping[str, Any], sources: Iterable[str], kind: Kind) -> frozenset[str]:
    return frozenset(name for source in sources for name in (gives.get(source) or {}).get(kind.value, [ALL]))
