"""Careful HTTP for service sources: bounded time and size, no redirects, tries again when that can help (R71, R110).

No message or log line holds an address with a query, a header or a body: those may carry secrets and personal data.
"""

import ipaddress
import json
import logging
import random
import socket
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from typing import Any, Final, NamedTuple, TypeVar
from urllib.parse import urlsplit

import httpx
from flask_babel import gettext as _

from app.errors import InvalidInput, RosterUnavailable

from .packed import ACCEPTED, unpacked
from .unreachable import Page, Unreachable, cause_of

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


class Waits(NamedTuple):
    """How long we wait for a service. One that makes a whole school into one answer needs more than most."""

    silence: float = 30.0  # seconds without a byte
    whole: float = MAX_SECONDS
    tries: int = TRIES
    slow_tries: int = TRIES  # of those, how many may end in silence or in dripping


class Answer(NamedTuple):
    """What a service said."""

    status: int
    headers: Mapping[str, str]  # names in any case
    body: bytes


class _TryAgain(Exception):
    def __init__(self, pause: float | None = None, cause: str = "answer") -> None:
        super().__init__()
        self.pause = pause
        self.cause = cause


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
        self,
        sleep: Callable[[float], None] = time.sleep,
        clock: Callable[[], float] = time.monotonic,
        waits: Waits | None = None,
        **options: Any,
    ) -> None:
        self._sleep = sleep
        self._clock = clock
        self._waits = waits or Waits()
        self._hosts: set[str] = set()
        timeout = TIMEOUT if waits is None else httpx.Timeout(10.0, read=waits.silence)
        packing = {"Accept-Encoding": ACCEPTED}
        self._http = httpx.Client(follow_redirects=False, timeout=timeout, trust_env=False, headers=packing, **options)

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
        enough: Callable[[bytearray], bool] | None = None,
        **parts: Any,
    ) -> Read:
        """What `understand` makes of the answer; a ValueError of it means a broken answer, so it is asked again.

        `also`: statuses besides 200 that are an answer (a SOAP fault comes with 500). `enough`: hang up as soon as this
        much of the answer will do. `parts` go to httpx: headers, params, data, content. Raises Refused for a 4xx,
        RosterUnavailable when trying again did not help.
        """
        host = urlsplit(url).netloc
        if host not in self._hosts:
            refuse_inner_hosts(url)
            self._hosts.add(host)
        cause, slow = "answer", 0
        for attempt in range(self._waits.tries):
            try:
                return understand(self._once(method, url, also, enough, parts))
            except _TryAgain as problem:
                pause, cause = problem.pause, problem.cause
            except (httpx.TransportError, httpx.DecodingError, ValueError, RecursionError) as problem:
                pause, cause = None, cause_of(problem)
            slow += cause == "slow"
            if slow == self._waits.slow_tries:
                break
            if attempt + 1 < self._waits.tries:
                self._sleep(pause_before(attempt, pause))
        raise Unreachable(cause)

    def _once(
        self,
        method: str,
        url: str,
        also: frozenset[int],
        enough: Callable[[bytearray], bool] | None,
        parts: Mapping[str, Any],
    ) -> Answer:
        ends = self._clock() + self._waits.whole
        with self._begun(method, url, parts) as answer:
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
            for part in unpacked(answer.iter_raw(), answer.headers.get("Content-Encoding", "")):
                body += part
                if len(body) > MAX_BYTES:
                    raise RosterUnavailable(_("The school system gave an answer that is far too large."))
                if self._clock() > ends:
                    raise _TryAgain(cause="slow")
                if enough is not None and enough(body):
                    break
            return Answer(status, answer.headers, bytes(body))

    @contextmanager
    def _begun(self, method: str, url: str, parts: Mapping[str, Any]) -> Iterator[httpx.Response]:
        """The answer, as soon as it begins. Who hangs up before that may not want to know us."""
        with ExitStack() as stack:
            try:
                answer = stack.enter_context(self._http.stream(method, url, **parts))
            except (httpx.RemoteProtocolError, httpx.ReadError, httpx.WriteError) as problem:
                cause = cause_of(problem)
                raise _TryAgain(cause="dropped" if cause == "answer" else cause) from None
            yield answer


def read_json(answer: Answer) -> Any:
    """The body as JSON. Raises ValueError."""
    if answer.body.lstrip().startswith(b"<"):
        raise Page
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
