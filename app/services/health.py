"""Is the panel well? The same checks for /readyz and for the command `doctor`; no data of persons (R127)."""

import shutil
import sqlite3
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from flask_babel import gettext as _
from sqlalchemy.exc import OperationalError, SQLAlchemyError
from sqlalchemy.orm import Session

from app.models import OutboxMail, SyncRun
from app.services.mail.delivery import is_in_the_clear
from app.services.mail.outbox import outbox_counts

from .housekeeping import last_beat
from .schema import is_current
from .watchdog import worries

ROOM = 0.10  # of the disk must be free
BEAT_WITHIN = timedelta(minutes=3)
MAIL_WITHIN = timedelta(minutes=15)  # a mail that never had a try waits no longer than this


@dataclass(frozen=True, slots=True)
class Check:
    """One part and whether it is well; `facts` are numbers for machines."""

    name: str
    ok: bool
    text: str
    facts: Mapping[str, Any]


def check_all(session: Session, now: datetime, config: Mapping[str, Any]) -> Iterator[Check]:
    """Every part in a fixed order. A part that cannot be looked at because the database is away is not well."""
    trouble: str | None = None
    for name, look in PARTS.items():
        if name in NEED_DATABASE and trouble:
            yield Check(name, False, trouble, {})
            continue
        try:
            check = look(session, now, config)
        except SQLAlchemyError:
            trouble = _("The database does not answer.")
            check = Check(name, False, trouble, {})
        if name == "schema" and not check.ok and trouble is None:
            trouble = _("Not looked at: the database is not up to date.")
        yield check


def _database(session: Session, _now: datetime, _config: Mapping[str, Any]) -> Check:
    connection = session.connection()
    version = ".".join(map(str, connection.dialect.server_version_info or ()))
    if connection.dialect.name == "sqlite":
        mode = str(connection.exec_driver_sql("PRAGMA journal_mode").scalar_one())
        _try_to_write(connection)
        return Check(
            "database", True, _("SQLite %(version)s, %(mode)s, can be written.", version=version, mode=mode), {}
        )
    if connection.exec_driver_sql("SHOW transaction_read_only").scalar_one() == "on":
        return Check("database", False, _("The database can be read only."), {})
    return Check("database", True, _("PostgreSQL %(version)s, can be written.", version=version), {})


def _try_to_write(connection: sa.Connection) -> None:
    """Take SQLite's write lock with a change of nothing. Raises OperationalError when it cannot be written."""
    number = connection.exec_driver_sql("PRAGMA user_version").scalar_one()
    connection.exec_driver_sql("PRAGMA busy_timeout = 100")
    try:
        connection.exec_driver_sql(f"PRAGMA user_version = {int(number)}")
    except OperationalError as error:
        if getattr(error.orig, "sqlite_errorcode", None) != sqlite3.SQLITE_BUSY:
            raise  # busy: somebody else is writing at this moment, so it can be written
    finally:
        connection.exec_driver_sql("PRAGMA busy_timeout = 5000")


def _schema(session: Session, _now: datetime, _config: Mapping[str, Any]) -> Check:
    if is_current(session):
        return Check("schema", True, _("The database is up to date."), {})
    sentence = _("The database is not up to date. First run: %(command)s", command="flask --app wsgi db upgrade")
    return Check("schema", False, sentence, {})


def _mail(session: Session, now: datetime, config: Mapping[str, Any]) -> Check:
    counts = outbox_counts(session, None)
    untried = sa.and_(OutboxMail.state == "waiting", OutboxMail.attempts == 0, OutboxMail.lease_until.is_(None))
    oldest = session.scalar(sa.select(sa.func.min(OutboxMail.next_at)).where(untried))
    age = max(0, int((now - oldest).total_seconds())) if oldest else 0
    facts = {"waiting": counts["waiting"], "failed": counts["failed"], "oldest_seconds": age}
    if is_in_the_clear(config):
        sentence = _("E-mails may not travel unencrypted to another machine. Set MAIL_USE_TLS or MAIL_USE_SSL.")
        return Check("mail", False, sentence, facts)
    if age > MAIL_WITHIN.total_seconds():
        return Check("mail", False, _("E-mails wait and are not sent. Does the scheduler run?"), facts)
    if not config["MAIL_SERVER"]:
        return Check("mail", True, _("No mail server is connected: e-mails become files in instance/mail."), facts)
    sentence = _("Waiting: %(waiting)d. Failed: %(failed)d.", waiting=counts["waiting"], failed=counts["failed"])
    return Check("mail", True, sentence, facts)


def _scheduler(session: Session, now: datetime, _config: Mapping[str, Any]) -> Check:
    beat = last_beat(session)
    if beat is None:
        return Check("scheduler", False, _("The scheduler has never run."), {})
    age = int((now - beat).total_seconds())
    sentence = _("Last sign of life: %(seconds)d seconds ago.", seconds=age)
    return Check("scheduler", age <= BEAT_WITHIN.total_seconds(), sentence, {"seconds": age})


def _disk(_session: Session, _now: datetime, config: Mapping[str, Any]) -> Check:
    usage = shutil.disk_usage(Path(config["INSTANCE"]))
    free = usage.free / usage.total
    sentence = _("%(percent)d %% of the disk is free.", percent=round(free * 100))
    return Check("disk", free > ROOM, sentence, {"free_percent": round(free * 100)})


def _sync(session: Session, now: datetime, _config: Mapping[str, Any]) -> Check:
    """Not well: no good run for 8 days, or three that failed; an access that ends is told, and well until it has."""
    newest = session.scalar(sa.select(sa.func.max(SyncRun.finished_at)).where(SyncRun.status == "applied"))
    found = Counter(worry.code.partition(":")[0] for worry in worries(session, now))
    facts: dict[str, Any] = {"seconds": int((now - newest).total_seconds()) if newest else None}
    facts |= {"late": found["late"], "failing": found["failing"], "ending": found["ends"] + found["ended"]}
    if found["late"]:
        sentence = _("Schools without a good synchronisation for 8 days: %(late)d.", late=found["late"])
        return Check("sync", False, sentence, facts)
    if found["failing"]:
        sentence = _("Connections that failed three times in a row: %(failing)d.", failing=found["failing"])
        return Check("sync", False, sentence, facts)
    if found["ended"]:
        return Check("sync", False, _("Connections whose access has ended: %(ended)d.", ended=found["ended"]), facts)
    if found["ends"]:
        sentence = _("Connections whose access ends within 14 days: %(ending)d.", ending=found["ends"])
        return Check("sync", True, sentence, facts)
    if newest is None:
        return Check("sync", True, _("Nothing was synchronised yet."), facts)
    days = (now - newest).days
    return Check("sync", True, _("Last good synchronisation: %(days)d days ago.", days=days), facts)


def _backup(_session: Session, _now: datetime, _config: Mapping[str, Any]) -> Check:
    return Check("backup", True, _("No backup has been proved yet. Copy the database yourself."), {"proved": None})


PARTS: dict[str, Callable[[Session, datetime, Mapping[str, Any]], Check]] = {
    "database": _database,
    "schema": _schema,
    "mail": _mail,
    "scheduler": _scheduler,
    "disk": _disk,
    "sync": _sync,
    "backup": _backup,
}
NEED_DATABASE = {"schema", "mail", "scheduler", "sync"}
