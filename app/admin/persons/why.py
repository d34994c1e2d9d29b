"""The panel 'Waarom?' on the page of a person: where every value came from, in words."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from flask import url_for
from flask_babel import gettext as _

from app.actor import current_actor
from app.admin.synchronisation.words import FIELD_LABELS, RUN_LOOKS, SEVERITY_LOOKS, source_title, value_text
from app.extensions import db
from app.models import Person, SyncRun
from app.services.history.why import Origin, Said, Why, why
from app.services.persons.page import GroupLine, Year
from app.templating import day, moment

SHOWN = ("number", "first_name", "initials", "prefix", "last_name", "birth_date", "gender", "email")
BY_HAND = {"pin-set": "corrected", "persons-merged": "merged", "persons-split": "split"}


@dataclass(frozen=True, slots=True)
class Line:
    """A value and where it came from; `run` has a page of its own. `value` is None for what is linked to the person."""

    label: str
    name: str
    value: str | None
    text: str
    run: SyncRun | None
    url: str | None
    known: bool = True


@dataclass(frozen=True, slots=True)
class Panel:
    """What the panel shows."""

    lines: list[Line]
    left: Line | None
    said: list[tuple[Said, Any, str, Any]]  # with the look of its severity, the address and the look of its run


def why_panel(person: Person) -> Panel:
    """The panel of this person, who is in reach."""
    told = why(db.session, current_actor(), person)
    lines = [_line(name, _value(person, name), origin, told, person) for name, origin in told.origins]
    left = _line("left_on", None, told.left, told, person) if person.left_on else None
    looks = [(SEVERITY_LOOKS[one.severity], run_url(one.run), RUN_LOOKS[one.run.status]) for one in told.said]
    return Panel(lines, left, [(one, *look) for one, look in zip(told.said, looks, strict=True)])


def run_url(run: SyncRun) -> str:
    """The page of a run."""
    return url_for("synchronisation.run", run_id=run.id)


def _value(person: Person, name: str) -> str | None:
    if name not in SHOWN:
        return None
    value = getattr(person, name)
    return day(value) if name == "birth_date" else value_text(value, name)


def values_of_pupil(years: Sequence[Year], groups: Iterable[GroupLine], mentors: Iterable[Person]) -> dict[str, str]:
    """What is linked to a pupil, as the page shows it."""
    told = {
        "teaching_groups": ", ".join(group.name for group in groups if not group.is_home),
        "mentors": "; ".join(one.list_name for one in mentors),
    }
    if years:
        now = years[0]
        told |= {"location": now.location, "group": now.group or "", "year_of_study": value_text(now.year_of_study)}
        told |= {"programme_code": now.programme_code or "", "leaving_date": day(now.leaving_date)}
    return told


def _line(name: str, value: str | None, origin: Origin | None, told: Why, person: Person) -> Line:
    label = str(FIELD_LABELS[name])
    if origin is None:
        since = told.known_since
        before = _("unknown (from before %(day)s)", day=day((since or person.created_at).date()))
        return Line(label, name, value, before, None, None, known=False)
    run = origin.run
    return Line(label, name, value, _from_where(origin), run, run_url(run) if run else None)


def _from_where(origin: Origin) -> str:
    at = moment(origin.at)
    if origin.run is not None and origin.run.undo_of is not None:
        return _("undoing of run %(number)s, on %(moment)s", number=origin.run.undo_of, moment=at)
    if origin.run is not None:
        return _("%(source)s, on %(moment)s", source=source_title(origin.run.source), moment=at)
    if origin.action.startswith("roster-"):
        return _("synchronisation, on %(moment)s", moment=at)
    if not origin.by_account:
        return _("a command, on %(moment)s", moment=at)
    who = origin.who or _("an administrator of another location")
    words = {
        "corrected": _("corrected by %(who)s, on %(moment)s", who=who, moment=at),
        "merged": _("merged by %(who)s, on %(moment)s", who=who, moment=at),
        "split": _("split by %(who)s, on %(moment)s", who=who, moment=at),
    }
    return words.get(BY_HAND.get(origin.action, ""), _("%(who)s, on %(moment)s", who=who, moment=at))
