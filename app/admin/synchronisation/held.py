"""What the page of a held run shows: its parts with their names, and what may be decided."""

from typing import Any

from flask import request

from app.clock import now
from app.errors import InvalidInput
from app.extensions import db
from app.models import SyncRun
from app.services.access import Actor
from app.services.accounts.reading import home_groups
from app.services.roster.plan.changes import KIND_OF
from app.services.runs import settings as sync_settings
from app.services.runs.approval import out_of_reach
from app.services.runs.changes import ChangeLine, accounts_of, read_changes
from app.services.runs.reading import Page, page_of
from app.services.runs.shown import MOST_LINES, part_of

from .forms import Addresses, listed, page_number
from .parts import part_groups
from .words import moment_in_words

LINES_A_PAGE = 12


def held_values(actor: Actor, run: SyncRun, wrong: InvalidInput | None = None) -> dict[str, Any]:
    """The values of the template; `wrong`: what was wrong with the decision that was sent."""
    session = db.session
    changes, far = read_changes(session, actor, run), out_of_reach(session, actor, run)
    groups = part_groups(run, changes, far, request.form.getlist("part") if wrong else None)
    gone = cut(changes.of("gone"))  # of a run that was held before there were parts
    lines = [line for group in groups for row in group.rows for line in row.lines] or list(gone.rows)
    school = sync_settings.institution_of(session, actor)
    return {
        "wrong": {wrong.field: wrong.message} if wrong else {},
        "typed": request.form.get("reason", ""),
        "causes": (run.parts or {}).get("causes", ()),
        "groups": groups,
        "over": {part_of(group.key)[:2] for group in groups if group.is_over or any(row.is_over for row in group.rows)},
        "one_of_kinds": {kind.value: word for word, kind in KIND_OF.items()},
        "is_safe": any(row.is_ticked for group in groups for row in group.rows),
        "may_approve_all": not far,
        "page": listed(gone),
        "hidden": sum(changes.hidden.values()),
        "addresses": Addresses(".run", {"run_id": run.id}),
        "accounts": accounts_of(session, lines),
        "home_groups": home_groups(session, [line.person.id for line in lines if line.person]),
        "cut_off": len(run.changes or ()) >= MOST_LINES,
        "next_run": moment_in_words(sync_settings.next_weekly(school, now())),
        "weekly": bool(sync_settings.connected_sources(session, school)),
    }


def cut(lines: list[ChangeLine]) -> Page:
    """The page of these lines that the address asks for."""
    number = page_of(len(lines), page_number(), LINES_A_PAGE)
    return Page(lines[(number - 1) * LINES_A_PAGE : number * LINES_A_PAGE], len(lines), number, LINES_A_PAGE)
