"""Careful HTTP for service sources: bounded time and size, no redirects, tries again when that can help (R71, R110).

No message or log line holds an address with a query, a header or a body: those may carry secrets and personal data.
"""

import errno
import ipaddress
import json
import logging
import random
import socket
import ssl
import time
from collections.abc import Callable, Mapping
from typing import Any, Final, NamedTuple, TypeVar
from urllib.parse import urlsplit

import httpx
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from app.errors import InvalidInput, RosterUnavailable

Read = TypeVar("Read")

TRIES: Final = 4
MAX_BYTES: Final = 20 * 1024 * 1024
MAX_SECONDS: Final = 60.0  # for one answer, however slowly it drips
MAX_PAUSE: Final = 60.0
TRY_AGAIN: Final = frozenset({408, 425, 429, 500, 502, 503, 504})
TIMEOUT: Final = httpx.Timeout(10.0, read=30.0)


# httpx logs every address at INFO, and some services want secrets in theirs.
for noisy in ("httpx", "httpcore"):
    logging.getLogger(noisy).setLevel(logging.WARNING)


class Refused(Exception):
    """The service answered, but not with data: 401, 403, 404 and the like. The adapter decides what that means."""

    def __init__(self, status: int) -> None:
        super().__init__(f"HTTP {status}")
        self.status = status


class Unreachable(RosterUnavailable):
    """No good answer came. `cause`: one of UNREACHABLE, for an adapter that knows more about its service."""

    def __init__(self, cause: str) -> None:
        super().__init__(UNREACHABLE[cause])
        self.cause = cause


UNREACHABLE: Final = {
    "answer": _l("The school system does not answer well at the moment. Try again later."),
    "host": _l("The address of the school system cannot be found or reached. Check the address in the settings."),
    "refused": _l("The school system accepts no connection. Check the address, or ask whether ours must be allowed."),
    "slow": _l("The school system does not answer in time. Try again later, or ask whether our address is allowed."),
    "tls": _l("The secure connection with the school system failed: its certificate is not valid for this address."),
}


class Answer(NamedTuple):
    """What a service said."""

    status: int
    headers: Mapping[str, str]  # names in any case
    body: bytes


class _TryAgain(Exception):
    def __init__(self, pause: float | None = None) -> None:
        super().__init__()
        self.pause = pause


def checked_address(text: str, field: str) -> str:
    """The address of a service without its last slash. Raises InvalidInput unless it is https and a real host.

    Plain http is allowed to this machine only, for a practice service or a local proxy.
    """
    try:
        parts = urlsplit(text.strip())
        host, _port = parts.hostname, parts.port
    except ValueError:
        host = None
    here = host in ("localhost", "127.0.0.1", "::1")
    right = host and (parts.scheme == "https" or (parts.scheme == "http" and here))
    if not right or "@" in parts.netloc or parts.fragment or any(sign.isspace() for sign in text.strip()):
        raise InvalidInput(_("Give the whole address of the service; it starts with https://."), field)
    return text.strip().rstrip("/")


def refuse_inner_hosts(url: str) -> None:
    """Stops a call to an address inside this machine or its own link, unless it was configured as such (R71)."""
    host = urlsplit(url).hostname or ""
    if host in ("localhost", "127.0.0.1", "::1"):
        return
    try:
        found = socket.getaddrinfo(host, None, type=socket.SOCK_STREAM)
    except OSError:
        raise Unreachable("host") from None
    for entry in found:
        address = ipaddress.ip_address(str(entry[4][0]).partition("%")[0])
        if address.is_loopback or address.is_link_local or address.is_multicast or address.is_unspecified:
            raise RosterUnavailable(_("The address of the school system is not allowed. Check the settings."))


class Transport:
    """Asks one service for JSON. `sleep` and `clock` can be replaced, so tests do not wait."""

    def __init__(
        self, sleep: Callable[[float], None] = time.sleep, clock: Callable[[], float] = time.monotonic, **options: Any
    ) -> None:
        self._sleep = sleep
        self._clock = clock
        self._hosts: set[str] = set()
        self._http = httpx.Client(follow_redirects=False, timeout=TIMEOUT, trust_env=False, **options)

    def close(self) -> None:
        """Closes the connections."""
        self._http.close()

    def ask(self, method: str, url: str, **parts: Any) -> Any:
        """The JSON of the answer. Raises Refused for a 4xx, RosterUnavailable when trying again did not help."""
        return self.read(method, url, read_json, **parts)

    def read(
        self,
        method: str,
        url: str,
        understand: Callable[[Answer], Read],
        *,
        also: frozenset[int] = frozenset(),
        **parts: Any,
    ) -> Read:
        """What `understand` makes of the answer; a ValueError of it means a broken answer, so it is asked again.

        `also`: statuses besides 200 that are an answer (a SOAP fault comes with 500). `parts` go to httpx: headers,
        params, data, content. Raises Refused for a 4xx, RosterUnavailable when trying again did not help.
        """
        host = urlsplit(url).netloc
        if host not in self._hosts:
            refuse_inner_hosts(url)
            self._hosts.add(host)
        cause = "answer"
        for attempt in range(TRIES):
            try:
                return understand(self._once(method, url, also, parts))
            except _TryAgain as problem:
                pause, cause = problem.pause, "answer"
            except (httpx.TransportError, httpx.DecodingError, ValueError, RecursionError) as problem:
                pause, cause = None, cause_of(problem)
            if attempt + 1 < TRIES:
                self._sleep(pause_before(attempt, pause))
        raise Unreachable(cause)

    def _once(self, method: str, url: str, also: frozenset[int], parts: Mapping[str, Any]) -> Answer:
        ends = self._clock() + MAX_SECONDS
        with self._http.stream(method, url, **parts) as answer:
            status = answer.status_code
            if status not in also:
                if status in TRY_AGAIN:
                    raise _TryAgain(retry_after(answer.headers.get("Retry-After")))
                if 400 <= status < 500:
                    raise Refused(status)
                if status != 200:
                    # A redirect could lead a secret to another host.
                    raise RosterUnavailable(_("The school system gave an unexpected answer. Check the address."))
            body = bytearray()
            for part in answer.iter_bytes():
                body += part
                if len(body) > MAX_BYTES:
                    raise RosterUnavailable(_("The school system gave an answer that is far too large."))
                if self._clock() > ends:
                    raise _TryAgain
            return Answer(status, answer.headers, bytes(body))


def read_json(answer: Answer) -> Any:
    """The body as JSON. Raises ValueError."""
    return json.loads(answer.body)


def retry_after(text: str | None) -> float | None:
    """The pause in seconds that a service asks for; None when it asks for none that we can read."""
    try:
        return max(0.0, float(text)) if text else None
    except ValueError:
        return None


def pause_before(attempt: int, asked: float | None) -> float:
    """How long to wait: what was asked, else twice as long each time with some chance, so callers spread out."""
    if asked is not None:
        return min(asked, MAX_PAUSE)
    return 0.5 * 2**attempt * (0.5 + random.random())  # noqa: S311 - spreads load, guards nothing


def cause_of(problem: BaseException | None) -> str:
    """Which of UNREACHABLE lies behind an error of the connection; only its kind is looked at, never its words."""
    if isinstance(problem, httpx.TimeoutException):
        return "slow"
    while problem is not None:
        for kinds, cause in _CAUSES:
            if isinstance(problem, kinds):
                return cause
        if isinstance(problem, OSError) and problem.errno in _NO_ROUTE:
            return "host"
        problem = problem.__cause__ or problem.__context__
    return "answer"


_CAUSES: Final = ((ssl.SSLError, "tls"), (ConnectionRefusedError, "refused"), (socket.gaierror, "host"))
_NO_ROUTE: Final = (errno.EHOSTUNREACH, errno.ENETUNREACH)
