"""The transport of Somtoday Connect: a token per organisation and lists in pages (formats.md 4.1)."""

import time
from collections.abc import Callable, Iterator, Mapping
from typing import Any, Final
from urllib.parse import quote

from flask_babel import gettext as _

from app.errors import RosterUnavailable
from app.roster.reading.transport import Refused, Transport, checked_address

AMOUNT: Final = 200
OVERLAP: Final = 20  # so many records of a page are asked again with the next one
MAX_PAGES: Final = 2000
NOT_YOU: Final = frozenset({400, 401, 403})  # of the address for tokens; another status is another address
REFUSALS: Final = frozenset({401, 403, 404})
EARLY: Final = 60.0  # a token is renewed this many seconds before it ends


class SomtodayClient:
    """Asks Somtoday Connect. Raises Refused(401 | 403 | 404) for what this school has not opened to us."""

    def __init__(self, settings: Mapping[str, str], sleep: Callable[[float], None] = time.sleep) -> None:
        self._base = checked_address(settings["base_url"], "base_url")
        self._token_url = checked_address(settings["token_url"], "token_url")
        self._organisation = settings["organisation"]
        # A secret is opaque: it is never trimmed.
        self._login = {
            "grant_type": "client_credentials",
            "client_id": settings["client_id"],
            "client_secret": settings["client_secret"],
        }
        self._transport = Transport(sleep)
        self._token: str | None = None
        self._token_ends = 0.0

    def __enter__(self) -> "SomtodayClient":
        return self

    def __exit__(self, *problem: object) -> None:
        self._transport.close()

    def get(self, path: str, *, refusals: frozenset[int] = REFUSALS, **params: Any) -> dict[str, Any]:
        """One answer as an object. A 401 gets one new token and one more try: it may have ended early.

        `refusals`: the statuses that mean no, and not that our question was wrong.
        """
        for renew in (False, True):
            headers = {"Authorization": f"Bearer {self._valid_token(renew)}", "Accept": "application/json"}
            try:
                answer = self._transport.ask("GET", self._base + path, headers=headers, params=params)
            except Refused as refusal:
                if refusal.status == 401 and not renew:
                    continue
                if refusal.status in refusals:
                    raise
                raise RosterUnavailable(_("Somtoday refused our question. Ask your supplier for help.")) from None
            if isinstance(answer, dict):
                return answer
            raise not_connect()
        raise AssertionError("unreachable")

    def pages(
        self, path: str, wrapper: str, *, refusals: frozenset[int] = REFUSALS, **params: Any
    ) -> Iterator[tuple[list[dict[str, Any]], dict[str, Any]]]:
        """(records, field permissions) of each page, every uuid once, until a page is shorter than asked.

        Somebody may be taken out between two pages. All others then move up, so pages overlap, and a page that has
        nothing in common with those before it is a failure: somebody may have been missed.
        """
        seen: set[str] = set()
        for page in range(MAX_PAGES):
            offset = page * (AMOUNT - OVERLAP)
            answer = self.get(path, refusals=refusals, amount=AMOUNT, offset=offset, veldpermissies="true", **params)
            records = answer.get(wrapper, [])
            if not isinstance(records, list) or not all(isinstance(record, dict) for record in records):
                raise not_connect()
            if wrapper not in answer and answer:
                # An object without the list is not "nobody": it may be an error in a body with status 200.
                raise not_connect()
            fresh = [record for record in records if str(record.get("uuid")) not in seen]
            if page and len(fresh) == len(records):
                raise RosterUnavailable(_("The data at Somtoday changed while they were read. Try again later."))
            if len(records) == AMOUNT and not fresh:
                raise RosterUnavailable(
                    _("Somtoday keeps sending the same page. Nothing was changed; try again later.")
                )
            seen.update(str(record.get("uuid")) for record in fresh)
            permissions = answer.get("veldpermissies")
            if fresh:
                yield fresh, permissions if isinstance(permissions, dict) else {}
            if len(records) < AMOUNT:
                return
        raise not_connect()

    def _valid_token(self, renew: bool) -> str:
        if renew or self._token is None or time.monotonic() >= self._token_ends:
            url = f"{self._token_url}?organisation={quote(self._organisation, safe='')}"
            try:
                answer = self._transport.ask("POST", url, data=self._login)
            except Refused as refusal:
                raise (not_let_in() if refusal.status in NOT_YOU else not_connect()) from None
            token = answer.get("access_token") if isinstance(answer, dict) else None
            if not isinstance(token, str) or not token.isascii() or not token.isprintable():
                raise not_connect()
            lasts = answer.get("expires_in")
            self._token = token
            self._token_ends = time.monotonic() + max(lasts if isinstance(lasts, (int, float)) else 600, EARLY) - EARLY
        return self._token


def not_let_in() -> RosterUnavailable:
    return RosterUnavailable(
        _("Somtoday does not accept the client ID and client secret for this organisation. Check the settings.")
    )


def not_connect() -> RosterUnavailable:
    return RosterUnavailable(_("This is not an answer of Somtoday Connect. Check the address in the settings."))
