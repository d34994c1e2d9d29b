""" "Test verbinding": a few questions to the system itself, bounded in time, answered in words.

No transaction is open meanwhile: who calls this closed it.
"""

import threading
import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Final

from flask import Flask, current_app
from flask_babel import force_locale, get_locale
from flask_babel import gettext as _

from app.admin.synchronisation.words import KINDS
from app.errors import AppError, trail
from app.roster import Kind, Probe, RosterMessage
from app.roster.messages import message_text
from app.roster.reading.unreachable import Unreachable
from app.services.login.throttle import Limit

SECONDS: Final = 20.0  # somebody waits for it
TRIES: Final = Limit("source-test", 6, timedelta(minutes=1), 6, timedelta(minutes=1))


@dataclass(frozen=True, slots=True)
class Tried:
    """What came of it: `wrong` is the one sentence of what is wrong, else the rest says what may be read."""

    wrong: str | None = None
    locations: tuple[str, ...] = ()
    may_read: tuple[str, ...] = ()
    refused: tuple[str, ...] = ()
    remarks: tuple[str, ...] = ()


class Patience:
    """How long we wait for a system: its pauses between two tries end with it."""

    def __init__(self, seconds: float) -> None:
        self._ends = time.monotonic() + seconds

    @property
    def left(self) -> float:
        """Seconds, zero when it is over."""
        return max(0.0, self._ends - time.monotonic())

    def sleep(self, seconds: float) -> None:
        """In place of time.sleep. Raises RosterUnavailable when the pause would be longer than is left."""
        if seconds > self.left:
            raise Unreachable("answer")
        time.sleep(seconds)


def try_connection(source: Any, patience: Patience, brin: str) -> Tried:
    """Asks this service, which has `patience.sleep`, what may be read, and whether it is of the school `brin`."""
    found: list[Tried] = []
    app: Flask = current_app._get_current_object()  # type: ignore[attr-defined]
    locale = str(get_locale() or "nl")

    def work() -> None:
        with app.app_context(), force_locale(locale):
            found.append(_probed(source, brin))

    # A thread cannot be stopped; its own limits end it, and it holds nothing of ours.
    thread = threading.Thread(target=work, name="source-test", daemon=True)
    thread.start()
    thread.join(patience.left)
    if not found:
        return Tried(
            _(
                "There was no complete answer within %(seconds)s seconds. A synchronisation waits longer: try one.",
                seconds=int(SECONDS),
            )
        )
    return found[0]


def _probed(source: Any, brin: str) -> Tried:
    try:
        return in_words(source.probe(), brin)
    except AppError as refused:
        return Tried(refused.message)
    except Exception as unexpected:
        current_app.logger.error("source test failed: %s", trail(unexpected))
        return Tried(_("The system gave an answer that Zicht does not understand. Ask the helpdesk."))


def in_words(probe: Probe, brin: str) -> Tried:
    """What a service lets us read, in words."""
    if probe.brin not in (None, brin):
        return Tried(
            _("This service gives the data of school %(other)s, not of %(brin)s.", other=probe.brin, brin=brin)
        )
    return Tried(
        None,
        probe.locations,
        _kinds(kind for kind in Kind if kind in probe.may_read),
        _kinds(kind for kind in Kind if kind in probe.refused),
        tuple(dict.fromkeys(map(_remark, probe.remarks))),
    )


def _remark(remark: RosterMessage) -> str:
    """The sentence, with the location that it is about."""
    text = message_text(remark)
    return f"{remark.key}: {text}" if remark.kind == "location" and remark.key else text


def _kinds(kinds: Iterable[Kind]) -> tuple[str, ...]:
    return tuple(str(KINDS[kind.value]).lower() for kind in kinds)


def named(kinds: Sequence[Kind]) -> str:
    """'leerlingen, verzorgers'."""
    return ", ".join(_kinds(kinds))
