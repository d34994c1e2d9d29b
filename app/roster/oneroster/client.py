"""The transport of OneRoster REST: a token, the version, and lists that are whole or nothing (formats.md 7.3)."""

import time
from collections.abc import Callable, Mapping
from functools import partial
from typing import Any, Final, NamedTuple
from urllib.parse import urlsplit

from flask_babel import gettext as _

from app.errors import RosterUnavailable
from app.roster.reading.transport import Refused, Transport, checked_address
from app.roster.reading.unreachable import Unreachable

from .paging import Changed, Page, PagedList, page_of

EARLY: Final = 60.0  # a token is renewed this many seconds before it ends
MAX_PAGES: Final = 5000
SCOPE: Final = "https://purl.imsglobal.org/spec/or/{}/scope/{}"
PATHS: Final = {"v1p2": "/ims/oneroster/rostering/v1p2", "v1p1": "/ims/oneroster/v1p1"}
SCOPES: Final = {
    "v1p2": ("roster-core.readonly", "roster.readonly", "roster-demographics.readonly"),
    "v1p1": ("roster.readonly", "roster-demographics.readonly"),
}
BEGINNINGS: Final = ("/ims/oneroster/rostering", "/ims/oneroster", "/ims")  # of a path that names no version


class Place(NamedTuple):
    """Where a version of the service may be."""

    version: str
    url: str


def places_of(base_url: str) -> tuple[Place, ...]:
    """The places to try for this address: itself when it names a version, else 1.2 and then 1.1 below it."""
    base = checked_address(base_url, "base_url")
    for version in PATHS:
        if version in urlsplit(base).path.casefold().split("/"):
            return (Place(version, base),)
    bare = next((base[: -len(path)] for path in BEGINNINGS if base.casefold().endswith(path)), base)
    return tuple(Place(version, bare + path) for version, path in PATHS.items())


class OneRosterClient:
    """Asks one service. Raises Refused(401 | 403 | 404) for what it does not open to us."""

    def __init__(self, settings: Mapping[str, str], sleep: Callable[[float], None] = time.sleep) -> None:
        self._places = places_of(settings["base_url"])
        self._token_url = checked_address(settings["token_url"], "token_url")
        # A secret is opaque: it is never trimmed.
        self._login = (settings["client_id"], settings["client_secret"])
        self._transport = Transport(sleep)
        self._place: Place | None = self._places[0] if len(self._places) == 1 else None
        self._token: str | None = None
        self._token_ends = 0.0

    def __enter__(self) -> "OneRosterClient":
        return self

    def __exit__(self, *problem: object) -> None:
        self._transport.close()

    def find(self) -> Place:
        """The place that answers, 1.2 before 1.1. Raises RosterUnavailable when none does."""
        if self._place is not None:
            return self._place
        refusing: Place | None = None
        trouble = None
        for place in self._places:
            self._token = None
            try:
                self._get(place, "/orgs", {"limit": 1})
            except Refused as refusal:
                if refusal.status in (401, 403):
                    refusing = refusing or place
            except Unreachable as error:
                if error.cause not in ("answer", "form"):
                    raise
                trouble = error
            else:
                refusing = place
                break
        if refusing is None:
            raise trouble or not_oneroster()
        self._place = refusing
        return refusing

    def first(self, path: str) -> list[dict[str, Any]]:
        """The first records of a list, or none: the cheapest question. Raises Refused."""
        return list(self._get(self.find(), path, {"limit": 1}).records)

    def records(self, path: str, **params: str) -> list[dict[str, Any]]:
        """The whole list, or RosterUnavailable: never a part of one. Raises Refused.

        When the pages do not fit together it is read once more, in a fixed order.
        """
        is_stuck = False
        for order in ({}, {"sort": "sourcedId", "orderBy": "asc"}):
            try:
                return self._whole(path, {**params, **order})
            except Changed as changed:
                is_stuck = changed.is_stuck
            except Refused:
                if not order:
                    raise
        raise RosterUnavailable(
            _("The service keeps sending the same page, or not all of them. Nothing was changed; try again later.")
            if is_stuck
            else _("The data changed while they were read. Try again later.")
        )

    def _whole(self, path: str, params: Mapping[str, str]) -> list[dict[str, Any]]:
        pages = PagedList()
        for _number in range(MAX_PAGES):
            if pages.question is None:
                return pages.records
            pages.take(self._get(self.find(), path, {**params, **pages.question}))
        raise not_oneroster()

    def _get(self, place: Place, path: str, params: Mapping[str, Any]) -> Page:
        """One answer. A 401 gets one new token and one more try: it may have ended early."""
        for renew in (False, True):
            headers = {"Authorization": f"Bearer {self._valid_token(place, renew)}", "Accept": "application/json"}
            understand = partial(page_of, path=path)
            try:
                return self._transport.read("GET", place.url + path, understand, headers=headers, params=params)
            except Refused as refusal:
                if refusal.status == 401 and not renew:
                    continue
                if refusal.status in (400, 401, 403, 404, 405, 410):
                    raise
                raise RosterUnavailable(_("The service refused our question. Ask your supplier for help.")) from None
        raise AssertionError("unreachable")

    def _valid_token(self, place: Place, renew: bool) -> str:
        if renew or self._token is None or time.monotonic() >= self._token_ends:
            answer = self._ask_token(place.version)
            token = answer.get("access_token") if isinstance(answer, dict) else None
            if not isinstance(token, str) or not token.isascii() or not token.isprintable():
                raise RosterUnavailable(_("This is not an answer with an access token. Check the address for tokens."))
            lasts = answer.get("expires_in")
            self._token = token
            seconds = lasts if isinstance(lasts, (int, float)) and not isinstance(lasts, bool) else 600
            self._token_ends = time.monotonic() + max(seconds, EARLY) - EARLY
        return self._token

    def _ask_token(self, version: str) -> Any:
        """The answer of the token endpoint: credentials as Basic, else in the body; with scopes, else without."""
        statuses = set()
        for scopes in (" ".join(SCOPE.format(version, name) for name in SCOPES[version]), ""):
            form = {"grant_type": "client_credentials"} | ({"scope": scopes} if scopes else {})
            own = {"client_id": self._login[0], "client_secret": self._login[1]}
            for parts in ({"data": form, "auth": self._login}, {"data": {**form, **own}}):
                try:
                    return self._transport.ask("POST", self._token_url, **parts)
                except Refused as refusal:
                    statuses.add(refusal.status)
            if statuses <= {401, 403}:
                break
        if statuses & {404, 405}:
            raise RosterUnavailable(_("There is no address for access tokens here. Check the address for tokens."))
        raise RosterUnavailable(_("The service does not accept the client ID and client secret. Check the settings."))


def not_oneroster() -> RosterUnavailable:
    return RosterUnavailable(_("This is not an answer of OneRoster. Check the address in the settings."))
