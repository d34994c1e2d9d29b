"""Delivers what waits in the outbox: the scheduler every second, the command `mail deliver` at once (R111 to R117)."""

import smtplib
import time
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from email import charset
from email.utils import parseaddr
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from flask import current_app
from flask_babel import gettext as _
from flask_mail import BadHeaderError, Message
from sqlalchemy.exc import OperationalError

from ..clock import now
from ..errors import trail
from ..extensions import db, mail, transaction
from ..models import OutboxMail
from ..services.outbox import can_be_mailed
from ..services.outbox_delivery import (
    Due,
    Family,
    due_mails,
    family_of,
    finish,
    hasten,
    hold,
    postpone_due,
    wait_after,
    why_dropped,
)
from .letter import House, one_line
from .letters import write_letter
from .mail_line import TIMEOUT, UnsafeLine, at_most, hang_up, open_line, write_file
from .mail_problems import Ended, ended_by, why_unusable

SAVE_TRIES = 5
PAGE_IS_OLD = 5.0  # seconds: then look again whether something urgent came in
SEVEN_BIT = charset.Charset("utf-8")  # quoted-printable: passes every server, and can be read in a raw mail
SEVEN_BIT.body_encoding = charset.QP
SEVEN_BIT.header_encoding = charset.SHORTEST


@dataclass(frozen=True, slots=True)
class Delivered:
    """What one round did (contract.md). `waiting`: what is left for later."""

    sent: int
    deferred: int
    failed: int
    waiting: int


@dataclass(frozen=True, slots=True)
class Held:
    """A mail that is ours for a while."""

    mail: Due
    family: Family
    token: Any
    since: float


def deliver(
    app_config: Mapping[str, Any],
    limit: int | None = None,
    *,
    at_once: bool = False,
    going: Callable[[], bool] = lambda: True,
) -> Delivered:
    """Send what is due over one connection, each mail saved before the next. Needs an app context.

    `at_once`: also what would wait for its next try. `going`: asked before each mail; False ends the round.
    Any number may run at once; a kill at any moment loses nothing (R113).
    """
    if at_once:
        with transaction():
            hasten(db.session, now())
    post = _Round(app_config, limit, going)
    try:
        held = post.next_mail()
        while held is not None:
            held = post.next_mail(held, post.carry(held))
    finally:
        post.hang_up()
    waiting = db.session.scalar(sa.select(sa.func.count()).where(OutboxMail.state == "waiting")) or 0
    db.session.rollback()
    count = post.count
    if count.total():
        current_app.logger.info(
            "mails sent: %d, deferred: %d, failed: %d, dropped: %d",
            *(count[how] for how in ("sent", "deferred", "failed", "dropped")),
        )
    return Delivered(count["sent"], count["deferred"], count["failed"], waiting)


class _Round:
    """One round of the post: its line, the mails it looks at, and what it did."""

    def __init__(self, config: Mapping[str, Any], limit: int | None, going: Callable[[], bool]) -> None:
        self.config, self.limit, self.going = config, limit, going
        self.house = House(config["PUBLIC_URL"], config["SECRET_KEY"], config["HELPDESK"])
        # A mail is cut off well before its lease ends, so nobody else can be sending it (R114).
        timeout = config.get("MAIL_TIMEOUT", TIMEOUT)
        self.longest_send, self.lease = 2.5 * timeout, timedelta(seconds=4 * timeout)
        self.connection = mail.connect()
        self.count: Counter[str] = Counter()
        self.tried = 0
        self.page: list[Due] = []
        self.family = Family({}, {})
        self.read_at = 0.0
        self.breaks = 0
        self.unusable: str | None = None

    def next_mail(self, held: Held | None = None, ended: Ended | None = None) -> Held | None:
        """Save how the last one ended and take the next, in one transaction: one wait for the disk per mail.

        What the server took is worth some patience with a busy database: else the mail would go twice.
        """
        for tries_left in reversed(range(SAVE_TRIES)):
            counted = Counter(self.count)
            try:
                return self._next_mail(held, ended)
            except OperationalError:
                self.count, self.page = counted, []
                if ended is None or not tries_left:
                    raise
        return None

    def _next_mail(self, held: Held | None, ended: Ended | None) -> Held | None:
        moment = now()
        with transaction():
            if held is not None and ended is not None:
                self._save(held, ended)
            if self.unusable is not None:
                self.count["deferred"] += postpone_due(db.session, moment, self.unusable)
                return None
            while self.going() and (self.limit is None or self.tried < self.limit):
                if (due := self._candidate()) is None:
                    return None
                if (token := hold(db.session, now(), due, self.lease)) is None:
                    continue
                taken = Held(due, self.family, token, time.monotonic())
                if (why := why_dropped(due, now())) is not None:
                    self._save(taken, Ended("dropped", why))
                    continue
                self.tried += 1
                return taken
        return None

    def _candidate(self) -> Due | None:
        if not self.page or time.monotonic() - self.read_at > PAGE_IS_OLD:
            self.page = due_mails(db.session, now())
            self.family = family_of(db.session, self.page)
            self.read_at = time.monotonic()
        return self.page.pop(0) if self.page else None

    def _save(self, held: Held, ended: Ended) -> None:
        moment, how = now(), ended.how
        values: dict[str, Any] = {"problem": ended.problem}
        if how == "deferred":
            wait = wait_after(held.mail.attempts + 1)
            how = "deferred" if wait else "failed"
            if wait:
                values["next_at"] = moment + wait
        if how != "deferred":
            values["state"] = how
        if how == "sent":
            values["sent_at"] = moment
        if ended.uncertain:
            values["uncertain"] = True
        if ended.how != "lost" and finish(db.session, held.mail, held.token, **values):
            self.count[how] += 1

    def carry(self, held: Held) -> Ended:
        """Write the letter and hand it over. Never raises for what a mail or a server does."""
        try:
            message = compose(held, self.house, self.config)
        except Exception as bug:  # one mail that cannot be made must not stop the others
            current_app.logger.error("mail %d cannot be made: %s", held.mail.id, trail(bug))
            return Ended("deferred", _("This e-mail could not be made. The log of the server tells more."))
        if not can_be_mailed(held.mail.recipient):
            return Ended("failed", _("This is not a valid e-mail address."))
        if not self.config["MAIL_SERVER"]:
            name = f"{held.mail.created_at:%Y%m%d-%H%M%S}-{held.mail.id:06}-{held.mail.template}.eml"
            write_file(Path(self.config["INSTANCE"]) / "mail", name, message.as_bytes())
            return Ended("sent")
        return self._send(held, message)

    def _send(self, held: Held, message: Message) -> Ended:
        try:
            if self.connection.host is None:
                self.connection.host = open_line(self.config)
        except (OSError, smtplib.SMTPException, UnsafeLine) as error:
            self.unusable = why_unusable(error)
            return Ended("deferred", self.unusable)
        host = self.connection.host
        if time.monotonic() - held.since > self.lease.total_seconds() - self.longest_send:
            return Ended("lost")  # we stood still; somebody else may have it by now (R114)
        try:
            with at_most(self.longest_send, host):
                self.connection.send(message)
        except BadHeaderError:
            ended = Ended("failed", _("The mail server cannot take this e-mail."))
        except (OSError, smtplib.SMTPException, ValueError) as error:
            ended = ended_by(error, in_doubt=host.in_doubt)
        else:
            ended = Ended("sent")
        self._mind_the_line(ended)
        return ended

    def _mind_the_line(self, ended: Ended) -> None:
        self.breaks = self.breaks + 1 if ended.line_broke else 0
        if ended.line_broke:
            self.hang_up()
        if self.breaks == 2:
            self.unusable = ended.problem

    def hang_up(self) -> None:
        """End the line, if there is one."""
        if self.connection.host is not None:
            hang_up(self.connection.host)
            self.connection.host = None


def compose(held: Held, house: House, config: Mapping[str, Any]) -> Message:
    """The message: Dutch, plain text and HTML, to exactly one recipient, the same on every try (R113, R117)."""
    about, letter = write_letter(held.mail, held.family, house)
    templates = current_app.jinja_env
    domain = parseaddr(config["MAIL_DEFAULT_SENDER"])[1].rpartition("@")[2] or "localhost"
    message = Message(
        subject=one_line(letter.subject),
        recipients=[held.mail.recipient],
        body=templates.get_template("mail/letter.txt").render(about=about, letter=letter),
        html=templates.get_template("mail/letter.html").render(about=about, letter=letter),
        date=held.mail.created_at.timestamp(),
        charset=SEVEN_BIT,  # type: ignore[arg-type] - a Charset works wherever its name does
        extra_headers={
            "Auto-Submitted": "auto-generated",
            "X-Auto-Response-Suppress": "All",
            "Content-Language": "nl",
        },
    )
    message.msgId = f"<{held.mail.message_id}@{domain}>"
    return message
