"""The words and colours of the synchronisation screens, as tables: states, stages, kinds, fields, severities."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from app.clock import local
from app.models import Gender, Institution, SyncRun
from app.roster.sources import SOURCES
from app.services.access import Actor
from app.services.runs.decisions import Event
from app.services.runs.reading import RunLine
from app.services.runs.settings import SourceState


@dataclass(frozen=True, slots=True)
class Look:
    """How a state is shown: its word, the tint and icon of its badge, and a few words beside it."""

    word: Any
    tint: str
    icon: str
    beside: Any = ""


# Succesvol is Ja when the run was applied, Nee when it was not (part 7 nr 24); the rest is shown as what it is.
RUN_LOOKS = {
    "applied": Look(_l("Yes"), "yes", "check"),
    "failed": Look(_l("No"), "t-red", "alert-triangle", _l("failed")),
    "discarded": Look(_l("No"), "no", "x", _l("discarded")),
    "held": Look(_l("On hold"), "t-amber", "hand-stop"),
    "preview": Look(_l("Preview"), "t-blue", "eye"),
    "waiting": Look(_l("Busy"), "t-blue", "loader-2"),
    "running": Look(_l("Busy"), "t-blue", "loader-2"),
}
SOURCE_STATES = {
    "automatic": Look(_l("Automatic"), "t-green", "plug-connected"),
    "manual": Look(_l("By hand"), "", "upload"),
    "retired": Look(_l("Not used any more"), "t-grey", "ban"),
    "unconnected": Look(_l("Not connected"), "", "plug-connected-x"),
}
SEVERITY_LOOKS = {
    "error": Look(_l("Error"), "t-red", "alert-triangle"),
    "warning": Look(_l("Attention"), "t-amber", "alert-triangle"),
    "info": Look(_l("Information"), "t-blue", "info-circle"),
}
KINDS = {  # in the order of the answers (contract.md)
    "pupils": _l("Pupils"),
    "guardians": _l("Guardians"),
    "staff": _l("Staff members"),
    "groups": _l("Groups"),
    "locations": _l("Locations"),
}
ONE_OF_KIND = {
    "pupil": _l("pupil"),
    "guardian": _l("guardian"),
    "staff": _l("staff member"),
    "group": _l("group"),
    "location": _l("location"),
    "roster": _l("delivery"),
}
TRIGGERS = {
    "weekly": _l("automatic"),
    "manual": _l("started by hand"),
    "file": _l("file"),
    "undo": _l("undone"),
}
STAGES = {
    "waiting": _l("Waiting for its turn"),
    "fetching": _l("Reading the school system"),
    "planning": _l("Comparing with what is known"),
    "applying": _l("Saving the changes"),
    "done": _l("Done"),
}
DAYS = (
    _l("Monday"),
    _l("Tuesday"),
    _l("Wednesday"),
    _l("Thursday"),
    _l("Friday"),
    _l("Saturday"),
    _l("Sunday"),
)
WHAT = {  # the tabs of a preview, in their order
    "new": _l("New"),
    "changed": _l("Changed"),
    "gone": _l("Left"),
    "returned": _l("Returned"),
    "removed": _l("Deleted"),
}
EVENTS = {  # actions in the audit log (services/runs/requests.py, services/runs/decisions.py)
    "roster-preview-accepted": _l("Preview accepted"),
    "roster-run-approved": _l("Applied all the same"),
    "roster-run-discarded": _l("Thrown away"),
    "roster-applied": _l("Applied"),
    "roster-undone": _l("Undone"),
    "sync-reason": _l("Reason"),
}
ENDINGS = {  # how a run ended that has no line in the audit log for it
    "failed": _l("Failed, nothing was changed"),
    "held": _l("Put on hold, nothing was changed"),
    "preview": _l("The preview was ready"),
}
FIELD_LABELS = {
    "first_name": _l("First name"),
    "initials": _l("Initials"),
    "prefix": _l("Name prefix"),
    "last_name": _l("Last name"),
    "number": _l("Number"),
    "birth_date": _l("Date of birth"),
    "gender": _l("Gender"),
    "email": _l("E-mail address"),
    "group": _l("Group"),
    "groups": _l("Groups"),
    "teaching_groups": _l("Teaching groups"),
    "is_home": _l("Home class"),
    "location": _l("Location"),
    "code": _l("Location number"),
    "source": _l("Source"),
    "pupil": _l("Pupil"),
    "relation": _l("Relation"),
    "receives_post": _l("Receives post"),
    "rank": _l("Order of contact"),
    "has_authority": _l("Parental authority"),
    "mentors": _l("Mentors"),
    "school_year": _l("School year"),
    "year_of_study": _l("Year of study"),
    "programme_code": _l("Programme code"),
    "leaving_date": _l("Leaving date"),
    "name": _l("Name"),
    "left_on": _l("Left on"),
    "pin": _l("Pinned by hand"),
    "username": _l("Username when there is an account"),
    "account": _l("Account that is proposed for deactivation"),
    "access": _l("Seen from this location no more"),
}
VALUES = {  # stored codes that people read in words
    "gender": lambda code: Gender(code).label,
    "source": lambda code: source_title(code),
    "pin": lambda field: field_label(field),
}


def started_by(line: RunLine, actor: Actor) -> str:
    """Who or what started a run; a colleague outside one's reach stays unnamed (R47)."""
    run = line.run
    if run.actor_id is not None:
        if run.actor_id == actor.account_id:
            return _("you")
        return line.started_by or _("an administrator of another location")
    return str(TRIGGERS.get(run.trigger, run.trigger))


@dataclass(frozen=True, slots=True)
class Moment:
    """A line in the story of a run: what, when, and by whom when somebody did it."""

    text: str
    at: datetime
    who: str | None = None
    by_run: int | None = None  # the run that did it


def story_of(line: RunLine, history: Sequence[Event], actor: Actor) -> list[Moment]:
    """What happened to a run, newest first: asked for, read, decided, ended."""
    run = line.run
    told = [Moment(_("Asked for"), run.created_at, started_by(line, actor))]
    if run.started_at:
        begun = _("Reading %(source)s started", source=source_title(run.source))
        if run.undo_of is not None:
            begun = _("Undoing run %(number)s started", number=run.undo_of)
        told.append(Moment(begun, run.started_at))
    for event in reversed(history):
        text = _event_text(event)
        who = None if event.by_machine else event.who or _("an administrator of another location")
        told.append(Moment(text, event.at, who, event.by_run))
    if run.finished_at and run.status in ENDINGS:
        told.append(Moment(str(ENDINGS[run.status]), run.finished_at))
    return sorted(told, key=lambda moment: moment.at)[::-1]


def _event_text(event: Event) -> str:
    if event.by_run is not None:
        return _("Undone in part") if event.partly else str(EVENTS[event.action])
    return str(EVENTS.get(event.action, event.action)) + (f": {event.reason}" if event.reason else "")


def stage_text(run: SyncRun) -> str:
    """What a run is doing now."""
    return str(STAGES.get("waiting" if run.status == "waiting" else run.stage, STAGES["fetching"]))


def source_title(source: str) -> str:
    """What a source is called; the bare id when this build does not know it any more."""
    return str(SOURCES[source].title) if source in SOURCES else source


def where_from(services: Sequence[SourceState], school: Institution) -> str:
    """The sentence below the title: where the persons come from, and when."""
    if not services:
        return _("Pupils, guardians, staff and groups come from your school system. No system is connected yet.")
    return _(
        "Pupils, guardians, staff and groups come from %(source)s. Every %(day)s at %(time)s, and whenever you want.",
        source=", ".join(source.title for source in services),
        day=str(DAYS[school.weekly_day]).lower(),
        time=f"{school.weekly_hour:02d}:00",
    )


def moment_in_words(moment: datetime) -> str:
    """'zo 23-11-2025 00:00'."""
    here = local(moment)
    return f"{str(DAYS[here.weekday()])[:2].lower()} {here:%d-%m-%Y %H:%M}"


def field_label(name: str) -> str:
    """A changed field as people call it."""
    return str(FIELD_LABELS.get(name, name))


def value_text(value: Any, field: str = "") -> str:
    """An old or new value of a field as people write it."""
    if value and field in VALUES:
        return VALUES[field](value)
    if isinstance(value, bool):
        return _("Yes") if value else _("No")
    if isinstance(value, str) and (found := re.fullmatch(r"(\d{4})-(\d{2})-(\d{2})", value, re.ASCII)):
        return f"{found[3]}-{found[2]}-{found[1]}"
    if isinstance(value, list):
        return ", ".join(map(str, value))
    return "" if value is None else str(value)
