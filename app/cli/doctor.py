"""`doctor`: is everything well, in words."""

import dataclasses

import click
from flask import current_app

from ..clock import now
from ..extensions import db
from ..services.health import check_all
from .answer import REFUSED, Answer, Command, answers


@click.command("doctor", cls=Command)
@answers(needs_schema=False)
def doctor() -> Answer:
    """Check database, schema, mail, scheduler, disk, last synchronisation and backup."""
    checks = list(check_all(db.session, now(), current_app.config))
    db.session.rollback()
    well = all(check.ok for check in checks)
    shown = [dataclasses.asdict(check) for check in checks]
    for check in shown:
        check.pop("facts")
    return Answer(
        data={"ok": well, "checks": shown},
        text=[f"{'✓' if check.ok else '✗'} {check.name:<10} {check.text}" for check in checks],
        exit_code=0 if well else REFUSED,
    )
