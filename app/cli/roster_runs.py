"""What `roster import` and `roster sync` share: asking for a run, doing it here, and telling what became of it."""

import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import Any

from flask import current_app
from flask_babel import gettext as _

from app.clock import now, today
from app.errors import AppError, Conflict, RosterUnavailable, RosterUnreadable
from app.extensions import db, transaction
from app.models import Institution, SyncRun
from app.roster import Roster, RosterSource
from app.roster.sources import source_kind
from app.services.access import Actor
from app.services.runs.answers import full_counts, message_answer, run_answer
from app.services.runs.outcome import foresee
from app.services.runs.requests import request_run
from app.services.runs.uploads import SentFile, store_files
from app.services.runs.work import next_run
from app.work.runs import do_run

from .answer import MACHINE, REFUSED, WRONG_USAGE, Answer


def run_files(
    institution_id: int, source: str, files: Sequence[Path], options: Mapping[str, str], approve: bool
) -> Answer:
    """One import of these files. They are kept until the run is done, so that a kill loses nothing."""
    folder, kept = Path(current_app.config["INSTANCE"]) / "uploads", None
    finish_left_behind(institution_id)
    try:
        with transaction(), ExitStack() as stack:
            if files:
                sent = [SentFile(file.name, stack.enter_context(file.open("rb"))) for file in files]
                kept = store_files(db.session, now(), institution_id, folder, source, sent, options)
            path = folder / kept.stored_as if kept else None
            run_id = _requested(institution_id, source, "file", kept and kept.id, approve)
    except AppError:
        if kept is not None and path is not None:
            path.unlink(missing_ok=True)
        raise
    return done(run_id)


def run_service(institution_id: int, source: str, approve: bool) -> Answer:
    """One run of the connected service."""
    finish_left_behind(institution_id)
    with transaction():
        run_id = _requested(institution_id, source, "manual", None, approve)
    return done(run_id)


def finish_left_behind(institution_id: int) -> None:
    """Carry out the run that a killed command left behind: where no scheduler runs, nobody else would."""
    while (left := next_run(db.session, now(), institution_id)) is not None:
        do_run(left)
    db.session.rollback()


def _requested(institution_id: int, source: str, trigger: str, upload_id: int | None, approve: bool) -> int:
    actor = Actor(MACHINE.name, institution_id=institution_id)
    run = request_run(db.session, now(), actor, institution_id, source, trigger, upload_id=upload_id, approved=approve)
    if run is None:
        raise Conflict(_("Another run is under way. Wait until it is done, then try again."))
    return run.id


def done(run_id: int) -> Answer:
    """Carry out this run here and now; what became of it."""
    do_run(run_id)
    run = db.session.get_one(SyncRun, run_id, populate_existing=True)
    answer = run_answer(db.session, run)
    causes = (run.parts or {}).get("causes", ()) if run.status == "held" else ()
    return _with_causes(answer, causes, _exit_code(run))


def _exit_code(run: SyncRun) -> int:
    """0 done, 1 on hold or refused, 2 for a file that cannot be read (contract.md)."""
    if run.status == "failed" and run.stage == "fetching" and source_kind(run.source).kind == "file":
        return WRONG_USAGE
    return 0 if run.status == "applied" else REFUSED


def try_out(institution: Institution, source: str, opened: RosterSource, approve: bool) -> Answer:
    """What a run would do: no run, nothing written."""
    begun, reason, code, causes = time.monotonic(), None, 0, ()
    data: dict[str, Any] = {"run": None, "institution": institution.brin, "source": source, "status": "failed"}
    counts, messages = None, []
    db.session.rollback()  # no transaction is open while somebody else's server answers
    try:
        roster: Roster = opened.fetch()
        data["status"], plan, reason, causes = foresee(db.session, institution, source, roster, today())
        counts, messages = (plan.counted(), plan.messages) if plan else (None, [])
        if approve and data["status"] == "held":
            data["status"] = "preview"
        code = 0 if data["status"] == "preview" else REFUSED
    except (RosterUnreadable, RosterUnavailable) as refused:
        reason, code = refused.message, refused.exit_code
    data |= {
        "counts": full_counts(counts),
        "messages": [message_answer(message) for message in messages],
        "reason": reason,
        "seconds": round(time.monotonic() - begun, 2),
    }
    return _with_causes(data, causes, code)


def _with_causes(data: dict[str, Any], causes: Sequence[str], code: int) -> Answer:
    """The answer with the probable causes of what the gate says, when there are any."""
    return Answer({**data, "causes": list(causes)} if causes else data, [*run_text(data), *causes], code)


STATUS_TEXT = {
    "applied": lambda: _("Applied."),
    "preview": lambda: _("This would happen; nothing was changed."),
    "held": lambda: _("On hold; nothing was changed. Apply it with --approve."),
    "failed": lambda: _("Failed; nothing was changed."),
    "discarded": lambda: _("Discarded; nothing was changed."),
    "waiting": lambda: _("Waiting for its turn."),
    "running": lambda: _("Under way."),
}


def run_text(data: Mapping[str, Any]) -> Iterator[str]:
    """The answer of a run for people: what became of it, the counts, the messages."""
    yield " ".join(filter(None, [STATUS_TEXT[data["status"]](), data["reason"]]))
    names = ("seen", "new", "changed", "unchanged", "gone", "skipped")
    titles = (_("read"), _("new"), _("changed"), _("unchanged"), _("gone"), _("skipped"))
    if any(any(of.values()) for of in data["counts"].values()):
        yield " " * 12 + "".join(f"{title:>13}" for title in titles)
        for kind, of in data["counts"].items():
            yield f"{kind_text(kind):<12}" + "".join(f"{of[name]:>13}" for name in names)
    for message in data["messages"]:
        yield f"{message['severity']:<8} {message['kind']:<8} {message['key']}: {message['text']}"


def kind_text(kind: str) -> str:
    """What a kind is called in the middle of a sentence."""
    return {
        "pupils": _("pupils"),
        "guardians": _("guardians"),
        "staff": _("staff members"),
        "groups": _("groups"),
        "locations": _("locations"),
    }[kind]


def run_line(data: Mapping[str, Any]) -> str:
    """One run in the log."""
    at = (data["started_at"] or "-")[:16].replace("T", " ")
    words = [f"{data['run']:>6}", at, f"{data['trigger']:<7}", data["source"], STATUS_TEXT[data["status"]]()]
    return "  ".join([*words, data["reason"] or ""]).rstrip()
