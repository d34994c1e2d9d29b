"""Delivers what waits in the outbox: the scheduler every second, the command `mail deliver` at once (R111 to R117)."""

import smtplib
import time
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from flask import current_app
from flask_babel import gettext as _
from flask_mail import BadHeaderError
from sqlalchemy.exc import OperationalError

from app.clock import now
from app.errors import trail
from app.extensions import db, mail, transaction
from app.models import OutboxMail
from app.services.mail import delivery as outbox
from app.services.mail.outbox import can_be_mailed

from .book import BEGUN, ENDED, HELD, SENT, Book, books, left_books
from .letter import House
from .line import TIMEOUT, Line, UnsafeLine, write_file
from .message import SevenBitMessage, compose
from .problems import Ended, ended_by, why_unusable

SAVE_TRIES = 5
SAVE_EVERY = 5.0  # seconds: then also look again whether something urgent came in


@dataclass(frozen=True, slots=True)
class Delivered:
    """What one round did (contract.md). `waiting`: what is left for later."""

    sent: int
    deferred: int
    failed: int
    waiting: int


@dataclass(slots=True)
class Group:
    """Mails that are ours for a while, and how those ended that were tried."""

    token: datetime
    mails: list[outbox.Due]
    family: outbox.Family
    since: float
    ended: dict[int, Ended] = field(default_factory=dict)


def deliver(
    app_config: Mapping[str, Any],
    limit: int | None = None,
    *,
    at_once: bool = False,
    going: Callable[[], bool] = lambda: True,
) -> Delivered:
    """Send what is due over one connection. Needs an app context.

    `at_once`: also what would wait for its next try. `going`: asked before each mail; False ends the round.
    Any number may run at once; a kill at any moment loses nothing (R113).
    """
    read_left_books(app_config)
    if at_once:
        with transaction():
            outbox.hasten(db.session, now())
    post = _Round(app_config, limit, going)
    try:
        group = post.next_group()
        while group is not None:
            post.send_group(group)
            group = post.next_group(group)
        post.book.close()
    finally:
        post.line.hang_up()
    waiting = db.session.scalar(sa.select(sa.func.count()).where(OutboxMail.state == "waiting")) or 0
    db.session.rollback()
    count = post.count
    if count.total():
        counts = (count[how] for how in ("sent", "deferred", "failed", "dropped"))
        current_app.logger.info("mails sent: %d, deferred: %d, failed: %d, dropped: %d", *counts)
    return Delivered(count["sent"], count["deferred"], count["failed"], waiting)


def has_left_books(config: Mapping[str, Any]) -> bool:
    """Whether a worker is at work, or was killed at work, on this machine."""
    return bool(books(_book_folder(config)))


def read_left_books(config: Mapping[str, Any]) -> None:
    """Save what killed workers had handed over; what they had not begun is free again (R113)."""
    for groups in left_books(_book_folder(config)):
        with transaction():
            for left in groups:
                sent = {"state": "sent", "sent_at": now(), "problem": None}
                outbox.finish(db.session, left.token, left.ids(SENT), **sent)
                outbox.finish(db.session, left.token, left.ids(ENDED))
                outbox.finish(db.session, left.token, left.ids(BEGUN), uncertain=True)
                outbox.give_back(db.session, left.token, left.ids(HELD))


def _book_folder(config: Mapping[str, Any]) -> Path:
    return Path(config["INSTANCE"]) / "mail-books"


class _Round:
    """One round of the post: its line, its book, and what it did."""

    def __init__(self, config: Mapping[str, Any], limit: int | None, going: Callable[[], bool]) -> None:
        self.config, self.limit, self.going = config, limit, going
        self.house = House(config["PUBLIC_URL"], config["SECRET_KEY"], config["HELPDESK"])
        # All of a group is over well before its lease is, so nobody else can be sending the same (R114).
        timeout = config.get("MAIL_TIMEOUT", TIMEOUT)
        self.longest_send, self.lease = 2.5 * timeout, timedelta(seconds=4 * timeout)
        self.longest_group = min(SAVE_EVERY, 1.5 * timeout)
        self.connection, self.line, self.book = mail.connect(), Line(config), Book(_book_folder(config))
        self.count: Counter[str] = Counter()
        self.breaks = 0
        self.unusable: str | None = None

    def next_group(self, last: Group | None = None) -> Group | None:
        """Save how the last ones ended and take the next, in one transaction: one wait for the disk.

        What a server took is worth some patience with a busy database: else it would go twice.
        """
        for tries_left in reversed(range(SAVE_TRIES)):
            counted = Counter(self.count)
            try:
                with transaction():
                    if last is not None:
                        self._save(last)
                    return self._take()
            except OperationalError:
                self.count = counted
                if last is None or not tries_left:
                    raise
        return None

    def _take(self) -> Group | None:
        if self.unusable is not None:
            self.count["deferred"] += outbox.postpone_due(db.session, now(), self.unusable)
            return None
        done = sum(self.count[how] for how in ("sent", "deferred", "failed"))
        if not self.going() or (self.limit is not None and done >= self.limit):
            return None
        if outbox.is_in_the_clear(self.config):  # else the passwords in them could be read on the way (R116)
            self.count["deferred"] += outbox.hold_back(db.session, now(), why_unusable(UnsafeLine()))
            return None
        page = outbox.due_mails(db.session, now())[: None if self.limit is None else self.limit - done]
        if page and self.config["MAIL_SERVER"] and (per_minute := self.config["MAIL_PER_MINUTE"]):
            page = page[: outbox.room_this_minute(db.session, now(), per_minute)]
        if not page:
            return None
        token, ours = outbox.hold(db.session, now(), page, self.lease)
        self.book.hold(token, [due.id for due in ours])
        return Group(token, ours, outbox.family_of(db.session, ours), time.monotonic())

    def _save(self, group: Group) -> None:
        moment, session, token = now(), db.session, group.token
        sent = [mail_id for mail_id, ended in group.ended.items() if ended.how == "sent"]
        values = {"state": "sent", "sent_at": moment, "problem": None}
        self.count["sent"] += outbox.finish(session, token, sent, **values)
        for due in group.mails:
            ended = group.ended.get(due.id)
            more = {"uncertain": True} if ended and ended.uncertain else {}
            if ended is None or ended.how == "sent":
                continue
            if ended.how == "deferred":
                self.count[outbox.postpone(session, moment, token, due, ended.problem or "", **more)] += 1
            else:
                outbox.finish(session, token, [due.id], state=ended.how, problem=ended.problem)
                self.count[ended.how] += 1
        outbox.give_back(session, token, [due.id for due in group.mails if due.id not in group.ended])

    def send_group(self, group: Group) -> None:
        """Try the mails of the group one after the other, for a few seconds at most."""
        for due in group.mails:
            late = time.monotonic() - group.since > self.longest_group
            if late or self.unusable is not None or not self.going():
                return  # the rest is given back; also when we stood still and lost it (R114)
            if (why := outbox.why_dropped(due, now())) is not None:
                group.ended[due.id] = Ended("dropped", why)
                continue
            self.book.note(BEGUN, due.id)
            ended = group.ended[due.id] = self.carry(due, group.family)
            if not ended.uncertain:
                self.book.note(SENT if ended.how == "sent" else ENDED, due.id)

    def carry(self, due: outbox.Due, family: outbox.Family) -> Ended:
        """Write the letter and hand it over. Never raises for what a mail or a server does."""
        if not can_be_mailed(due.recipient):
            return Ended("failed", _("This is not a valid e-mail address."))
        try:
            message = compose(due, family, self.house, self.config)
        except Exception as bug:  # one mail that cannot be made must not stop the others
            current_app.logger.error("mail %d cannot be made: %s", due.id, trail(bug))
            return Ended("deferred", _("This e-mail could not be made. The log of the server tells more."))
        if not self.config["MAIL_SERVER"]:
            name = f"{due.created_at:%Y%m%d-%H%M%S}-{due.id:06}-{due.template}.eml"
            write_file(Path(self.config["INSTANCE"]) / "mail", name, message.as_bytes())
            return Ended("sent")
        return self._hand_over(message)

    def _hand_over(self, message: SevenBitMessage) -> Ended:
        try:
            host = self.connection.host = self.line.open()
        except (OSError, smtplib.SMTPException, UnsafeLine) as error:
            self.unusable = why_unusable(error)
            return Ended("deferred", self.unusable)
        try:
            with self.line.at_most(self.longest_send):
                self.connection.send(message)
        except BadHeaderError:
            ended = Ended("failed", _("The mail server cannot take this e-mail."))
        except (OSError, smtplib.SMTPException, ValueError) as error:
            ended = ended_by(error, in_doubt=host.in_doubt)
        else:
            ended = Ended("sent")
        self.breaks = self.breaks + 1 if ended.line_broke else 0
        if ended.line_broke:
            self.line.hang_up()
        if self.breaks == 2:  # also the new line broke at once: leave this server alone for a while
            self.unusable = ended.problem
        return ended
