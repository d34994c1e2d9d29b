"""`roster undo`: puts back what a run changed, or only shows what that would do."""

import time

import click
from flask_babel import gettext as _

from app.clock import now, today
from app.errors import Conflict
from app.extensions import db, transaction
from app.models import Institution
from app.services.access import Actor
from app.services.history.undo_run import KINDS, Wanted, foresee_undo, request_undo
from app.services.runs.answers import full_counts, message_answer
from app.services.runs.requests import run_in_reach

from .answer import MACHINE, Answer, Command, answers
from .roster_runs import done, finish_left_behind, run_text


@click.command("undo", cls=Command)
@click.argument("run_id", type=click.IntRange(min=1, max=2147483647), metavar="RUN")
@click.option("--dry-run", is_flag=True, help="Only show what would happen.")
@click.option("--location", help="Only what belongs to the location with this code.")
@click.option("--kind", type=click.Choice(KINDS), help="Only this kind of record.")
@click.option("--person", metavar="NUMBER", help="Only the person with this number.")
@answers
def undo(run_id: int, dry_run: bool, location: str | None, kind: str | None, person: str | None) -> Answer:
    """Put back what a run changed; what changed since stays."""
    wanted = Wanted(location.upper() if location else None, kind, person)
    institution_id = run_in_reach(db.session, MACHINE, run_id).institution_id
    actor = Actor(MACHINE.name, institution_id=institution_id)
    if dry_run:
        return _shown(actor, run_id, wanted)
    finish_left_behind(institution_id)
    with transaction():
        run = request_undo(db.session, now(), actor, run_id, wanted)
        if run is None:
            raise Conflict(_("Another run is under way. Wait until it is done, then try again."))
        made = run.id
    return done(made)


def _shown(actor: Actor, run_id: int, wanted: Wanted) -> Answer:
    """What the undo would do: no run, nothing written."""
    begun = time.monotonic()
    run, plan = foresee_undo(db.session, actor, run_id, wanted, today())
    institution = db.session.get_one(Institution, run.institution_id)
    data = {
        "run": None,
        "institution": institution.brin,
        "source": run.source,
        "status": "preview",
        "counts": full_counts(plan.counted()),
        "messages": [message_answer(message) for message in plan.messages],
        "reason": None,
        "seconds": round(time.monotonic() - begun, 2),
    }
    return Answer(data, run_text(data))
