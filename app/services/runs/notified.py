"""Whom a run tells by mail that it waits for a decision, or failed (R103)."""

from datetime import datetime
from typing import Final

from sqlalchemy.orm import Session

from app.models import SyncRun
from app.services.accounts.administrators import administrators_by_mail
from app.services.mail.outbox import NewMail, queue_mails

MOST_CAUSES: Final = 5  # in a mail
TEMPLATES: Final = {"held": "sync-held", "failed": "sync-failed"}


def tell_administrators(session: Session, now: datetime, run: SyncRun, *, is_rest: bool = False) -> None:
    """A mail to each administrator of the school when nobody on screen would see how this run ended.

    `is_rest`: what is safe was applied, and this run holds the rest. The caller commits.
    """
    if run.status not in TEMPLATES or is_seen(run):
        return
    causes = (run.parts or {}).get("causes", [])[:MOST_CAUSES]
    details = {"run": run.id, "reason": run.reason, "causes": causes, "is_rest": is_rest}
    told = administrators_by_mail(session, run.institution_id)
    queue_mails(
        session,
        now,
        [
            NewMail(TEMPLATES[run.status], email, run.institution_id, account_id, None, details)
            for account_id, email in told
        ],
    )


def is_seen(run: SyncRun) -> bool:
    """Whether an administrator stands in front of this run: who sent in a file to look at it, or whose run failed.

    What waits concerns the colleagues too, so that is told even when somebody started the run by hand.
    """
    return bool(run.preview) or (run.status == "failed" and run.actor_id is not None)
