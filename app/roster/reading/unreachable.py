"""Why no good answer came from a service, in words that say where to look (R71, R110).

Only the kind of an error is looked at, never its words: those may hold an address with a secret.
"""

import errno
import socket
import ssl
from typing import Final

import httpx
from flask_babel import lazy_gettext as _l

from app.errors import RosterUnavailable


class Page(ValueError):
    """A web page where data should be: another address, or a service that is closed for now."""


class Unreachable(RosterUnavailable):
    """No good answer came. `cause`: one of UNREACHABLE, for an adapter that knows more about its service."""

    def __init__(self, cause: str) -> None:
        super().__init__(UNREACHABLE[cause])
        self.cause = cause


UNREACHABLE: Final = {
    "alert": _l("The school system ended the secure connection. Ask whether it wants a certificate of ours."),
    "answer": _l("The school system does not answer well at the moment. Try again later."),
    "dropped": _l(
        "The school system breaks off the connection. Try again later, or ask whether our address must be allowed."
    ),
    "form": _l("At this address is a web page, not a school system. Check the address, or try again later."),
    "host": _l("The address of the school system cannot be found or reached. Check the address in the settings."),
    "refused": _l("The school system accepts no connection. Check the address, or ask whether ours must be allowed."),
    "slow": _l("The school system does not answer in time. Try again later, or ask whether our address is allowed."),
    "tls": _l("The secure connection with the school system failed: its certificate is not valid for this address."),
}


def cause_of(problem: BaseException | None) -> str:
    """Which of UNREACHABLE lies behind an error of the connection; only its kind is looked at, never its words."""
    if isinstance(problem, httpx.TimeoutException):
        return "slow"
    while problem is not None:
        if isinstance(problem, ssl.SSLError) and "ALERT" in str(getattr(problem, "reason", "")):
            return "alert"  # the other side broke off, not we
        for kinds, cause in _CAUSES:
            if isinstance(problem, kinds):
                return cause
        if isinstance(problem, OSError) and problem.errno in _NO_ROUTE:
            return "host"
        problem = problem.__cause__ or problem.__context__
    return "answer"


_CAUSES: Final = (
    *((ssl.SSLError, "tls"), (ConnectionRefusedError, "refused"), (socket.gaierror, "host")),
    (Page, "form"),
)
_NO_ROUTE: Final = (errno.EHOSTUNREACH, errno.ENETUNREACH)
