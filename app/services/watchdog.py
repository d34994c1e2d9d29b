"""The quiet watchdog: what goes wrong slowly in the exchange with other systems, told before somebody misses it.

No good run for 8 days, three failures in a row, a token or certificate that ends within 14 days. It is on the welcome
screen and in /readyz as long as it lasts, and goes to the administrators by mail once.
"""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final

import sqlalchemy as sa
from flask_babel import gettext as _
from sqlalchemy.orm import Session

from app.clock import local
from app.models import Notice, SourceConnection, SyncRun
from app.roster.sources import source_kind
from app.services.accounts.administrators import administrators_by_mail
from app.services.mail.outbox import NewMail, queue_mails

LATE: Final = timedelta(days=8)
IN_A_ROW: Final = 3
ENDS_WITHIN: Final = timedelta(days=14)
JUDGED: Final = ("applied", "failed")  # how a run can end by itself


@dataclass(frozen=True, slots=True)
class Worry:
    """Something to look at before it becomes a problem. `code` is the same as long as it is about the same thing."""

    institution_id: int
    code: str
    text: str

    @property
    def source(self) -> str:
        """The source that it is about."""
        return self.code.partition(":")[2]

    @property
    def at_source(self) -> bool:
        """Whether it is mended in the settings of the source: a token or certificate that ends."""
        return self.code.startswith("end")


@dataclass(frozen=True, slots=True)
class Watched:
    """What the watchdog looks at of one connected source; `endings`: its newest runs, the last one first."""

    institution_id: int
    source: str
    connected_at: datetime
    ends_on: date | None
    applied_at: datetime | None
    endings: tuple[str, ...]


def worries_about(watched: Iterable[Watched], now: datetime) -> list[Worry]:
    """What is wrong with these sources at this moment. Pure."""
    return [worry for one in watched for worry in _worries(one, now)]


def _worries(one: Watched, now: datetime) -> Iterable[Worry]:
    name, today = str(source_kind(one.source).title), local(now).date()
    last = max(filter(None, (one.applied_at, one.connected_at)))
    if now - last > LATE:
        text = _("%(source)s has had no good run for %(days)d days.", source=name, days=(now - last).days)
        yield Worry(one.institution_id, f"late:{one.source}", text)
    failed = one.endings[:IN_A_ROW]
    if len(failed) == IN_A_ROW and set(failed) == {"failed"}:
        text = _("The last %(times)d runs of %(source)s failed.", times=IN_A_ROW, source=name)
        yield Worry(one.institution_id, f"failing:{one.source}", text)
    if one.ends_on is not None and one.ends_on < today:
        text = _("The access to %(source)s ended on %(day)s. Ask for a new one.", source=name, day=_day(one.ends_on))
        yield Worry(one.institution_id, f"ended:{one.source}", text)
    elif one.ends_on is not None and one.ends_on <= today + ENDS_WITHIN:
        text = _("The access to %(source)s ends on %(day)s. Ask for a new one.", source=name, day=_day(one.ends_on))
        yield Worry(one.institution_id, f"ends:{one.source}", text)


def _day(day: date) -> str:
    return f"{day:%d-%m-%Y}"


def worries(session: Session, now: datetime, institution_id: int | None = None) -> list[Worry]:
    """What is wrong at this institution, or at all of them. Two queries, whatever their number."""
    chosen = sa.select(SourceConnection).order_by(SourceConnection.institution_id, SourceConnection.id)
    if institution_id is not None:
        chosen = chosen.where(SourceConnection.institution_id == institution_id)
    connections = list(session.scalars(chosen))
    if not connections:
        return []
    runs = _newest_runs(session, institution_id)
    return worries_about((_watched(one, runs) for one in connections), now)


def _watched(one: SourceConnection, runs: dict[tuple[int, str], list[tuple[str, datetime]]]) -> Watched:
    mine = runs.get((one.institution_id, one.source), [])
    applied = [at for status, at in mine if status == "applied"]
    return Watched(
        one.institution_id,
        one.source,
        one.changed_at,
        one.ends_on,
        max(applied, default=None),
        tuple(status for status, _at in mine),
    )


def _newest_runs(session: Session, institution_id: int | None) -> dict[tuple[int, str], list[tuple[str, datetime]]]:
    """The last few runs of each source, newest first, and the last one that was applied: (status, when)."""
    own = (SyncRun.institution_id, SyncRun.source)
    place = sa.func.row_number().over(partition_by=own, order_by=SyncRun.id.desc())
    of_status = sa.func.row_number().over(partition_by=(*own, SyncRun.status), order_by=SyncRun.id.desc())
    ended = sa.select(*own, SyncRun.status, SyncRun.finished_at, place.label("place"), of_status.label("nth"))
    ended = ended.where(SyncRun.status.in_(JUDGED), SyncRun.finished_at.is_not(None), SyncRun.trigger != "undo")
    if institution_id is not None:
        ended = ended.where(SyncRun.institution_id == institution_id)
    each = ended.subquery()
    last_good = sa.and_(each.c.status == "applied", each.c.nth == 1)
    rows = session.execute(sa.select(each).where(sa.or_(each.c.place <= IN_A_ROW, last_good)).order_by(each.c.place))
    found: dict[tuple[int, str], list[tuple[str, datetime]]] = defaultdict(list)
    for row in rows:
        found[row.institution_id, row.source].append((row.status, row.finished_at))
    return found


def tell_worries(session: Session, now: datetime) -> int:
    """A mail to the administrators for each worry that is new; what is over may be told again. Gives the new ones.

    The caller commits.
    """
    now_worried = {(one.institution_id, one.code): one for one in worries(session, now)}
    told = {(one.institution_id, one.code): one for one in session.scalars(sa.select(Notice))}
    for key in told.keys() - now_worried.keys():
        session.delete(told[key])
    fresh = [now_worried[key] for key in sorted(now_worried.keys() - told.keys())]
    session.add_all(Notice(institution_id=one.institution_id, code=one.code, told_at=now) for one in fresh)
    session.flush()
    mails = [
        NewMail("exchange-worry", email, one.institution_id, account_id, None, {"text": one.text})
        for one in fresh
        for account_id, email in administrators_by_mail(session, one.institution_id)
    ]
    if mails:
        queue_mails(session, now, mails)
    return len(fresh)
