"""`doctor`: is everything well, in words."""

import dataclasses
import smtplib

import click
from flask import current_app
from flask_babel import gettext as _

from app.clock import now
from app.extensions import db
from app.services.health import Check, check_all
from app.services.login.leaked import State, state_of
from app.work.mail.line import UnsafeLine, open_line

from .answer import REFUSED, Answer, Command, answers

KNOCK = 10  # seconds


@click.command("doctor", cls=Command)
@answers(needs_schema=False)
def doctor() -> Answer:
    """Check database, schema, mail, scheduler, disk, last synchronisation and backup."""
    checks = list(check_all(db.session, now(), current_app.config))
    db.session.rollback()
    checks = [_knocked(check) if check.name == "mail" else check for check in checks]
    checks += _passwords(current_app.config["HIBP_FILE"])
    well = all(check.ok for check in checks)
    shown = [dataclasses.asdict(check) for check in checks]
    for check in shown:
        check.pop("facts")
    return Answer(
        data={"ok": well, "checks": shown},
        text=[f"{'✓' if check.ok else '✗'} {check.name:<10} {check.text}" for check in checks],
        exit_code=0 if well else REFUSED,
    )


def _passwords(file: str | None) -> list[Check]:
    """The list of leaked passwords, when the school has one. Not in /readyz: without it all works (R7)."""
    if not file:
        return []
    sentences = {
        State.GOOD: _("New passwords are looked up in the list of leaked passwords."),
        State.UNREADABLE: _("The file of HIBP_FILE is not there or cannot be read. Check its name and its owner."),
        State.MALFORMED: _("The file of HIBP_FILE is no SHA-1 list ordered by hash. Fetch it again."),
    }
    state = state_of(file)
    return [Check("passwords", state is State.GOOD, sentences[state], {})]


def _knocked(mail: Check) -> Check:
    """The check of the mail, after a try to open the line; /readyz is asked too often for that."""
    if not (mail.ok and current_app.config["MAIL_SERVER"]):
        return mail
    try:
        open_line({**current_app.config, "MAIL_TIMEOUT": KNOCK}).close()
    except (OSError, smtplib.SMTPException, UnsafeLine):
        sentence = _("The mail server does not let us in. Check the settings MAIL_*.")
        return dataclasses.replace(mail, ok=False, text=sentence)
    return mail
