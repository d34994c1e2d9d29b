"""Which fields a source tells at all: written down after each run, so that the order of sources can go by it."""

from collections.abc import Callable
from typing import Any, Final

from sqlalchemy.orm import Session

from app.models import Institution
from app.roster import Kind, Roster
from app.services.exchange import keep_choice, locked_school
from app.services.roster.plan.authority import fields_told
from app.services.roster.plan.known import PERSON_FIELDS
from app.services.roster.plan.people import DELIVERED

OF_PUPILS: Final = (*PERSON_FIELDS, "year_of_study", "programme_code", "mentors")


def _pupil(one: Any) -> tuple[Any, ...]:
    return *DELIVERED["pupil"](one), one.year_of_study, one.programme_code, one.mentor_keys


TOLD: Final[dict[Kind, tuple[Callable[[Any], tuple[Any, ...]], tuple[str, ...]]]] = {
    Kind.PUPILS: (_pupil, OF_PUPILS),
    Kind.GUARDIANS: (DELIVERED["guardian"], PERSON_FIELDS),
    Kind.STAFF: (DELIVERED["staff"], PERSON_FIELDS),
}


def fields_given(roster: Roster) -> dict[str, list[str]]:
    """Per kind that this roster tells: the fields that at least one of its records fills."""
    return {
        kind.value: sorted(fields_told(getattr(roster, kind.value), *how))
        for kind, how in TOLD.items()
        if kind in roster.delivers and getattr(roster, kind.value)
    }


def remember_given(session: Session, institution_id: int, roster: Roster) -> None:
    """Write down which fields this source tells, when that is other than what was written down. The caller commits."""
    told, source = fields_given(roster), roster.source
    known = _given(session.get_one(Institution, institution_id)).get(source) or {}
    if known | told == known:
        return
    school = locked_school(session, institution_id)
    given = _given(school)
    keep_choice(school, "gives", given | {source: (given.get(source) or {}) | told})
    session.flush()


def _given(school: Institution) -> dict[str, Any]:
    return (school.exchange or {}).get("gives") or {}
