"""The transport of Presentis: credentials in headers, a token, and lists by skip and limit (formats.md 6.3)."""

import time
from collections.abc import Callable, Iterator, Mapping
from typing import Any, Final
from urllib.parse import urlsplit, urlunsplit

from flask_babel import gettext as _

from app.errors import RosterUnavailable
from app.roster.reading.transport import Refused, Transport, checked_address

BASE_URL: Final = "https://api.presentis.nl/rest/v1"
TOKEN_PATH: Final = "/oauth2/token"  # noqa: S105 - a path
LIMIT: Final = 400
OVERLAP: Final = 20  # so many records of a page are asked again with the next one
MAX_PAGES: Final = 500
EARLY: Final = 60.0  # a token is renewed this many seconds before it ends
# The public connector reads the first, which lacks a letter; another part of it reads "token".
TOKEN_NAMES: Final = ("acces_token", "access_token", "token")


class PresentisClient:
    """Asks Presentis. Raises Refused(401 | 403 | 404) for what the school has not opened to us."""

    def __init__(self, settings: Mapping[str, str], sleep: Callable[[float], None] = time.sleep) -> None:
        self._base, self._token_url = addresses(settings)
        # Spaces at the ends of a header do not count; other signs go as they are.
        self._login = {
            "grant_type": b"CLIENT_CREDENTIALS",
            "client_id": settings["client_id"].strip().encode(),
            "client_secret": settings["client_secret"].strip().encode(),
            "content-type": b"application/json",
        }
        self._transport = Transport(sleep)
        self._token: str | None = None
        self._token_ends = 0.0

    def __enter__(self) -> "PresentisClient":
        return self

    def __exit__(self, *problem: object) -> None:
        self._transport.close()

    def login(self) -> None:
        """A new token. Raises RosterUnavailable that says why there is none."""
        try:
            answer = self._transport.ask("POST", self._token_url, headers=self._login)
        except Refused as refusal:
            if refusal.status in (400, 401, 403):
                raise RosterUnavailable(
                    _("Presentis does not accept the client ID and client secret. Check the settings.")
                ) from None
            raise not_presentis() from None
        told = {str(name).casefold(): value for name, value in answer.items()} if isinstance(answer, dict) else {}
        token = next((found for name in TOKEN_NAMES if isinstance(found := told.get(name), str) and found), "")
        if not token or not token.isascii() or not token.isprintable():
            raise not_presentis()
        lasts = told.get("expires_in")
        self._token = token
        self._token_ends = time.monotonic() + max(lasts if isinstance(lasts, (int, float)) else 600, EARLY) - EARLY

    def all(self, resource: str, **params: Any) -> list[dict[str, Any]]:
        """All records of a resource. Raises RosterUnavailable when somebody may have been missed."""
        return [record for page in self._pages(resource, params) for record in page]

    def some(self, resource: str, most: int = LIMIT, **params: Any) -> list[dict[str, Any]] | None:
        """The records about one person, which fit on one page; None when the answer holds no list: not told."""
        return records_in(self._get(resource, {**params, "skip": 0, "limit": most}), resource)

    def _pages(self, resource: str, params: Mapping[str, Any]) -> Iterator[list[dict[str, Any]]]:
        """The new records of each page, until one is not full.

        Somebody may be taken out between two pages. All others then move up, so pages overlap, and a page that has
        nothing in common with those before it is a failure.
        """
        seen: set[str] = set()
        for page in range(MAX_PAGES):
            skip = page * (LIMIT - OVERLAP)
            records = records_in(self._get(resource, {**params, "skip": skip, "limit": LIMIT}), resource) or []
            marks = [repr(sorted(record.items(), key=str)) for record in records]
            fresh = [record for record, mark in zip(records, marks, strict=True) if mark not in seen]
            if page and records and len(fresh) == len(records):
                raise RosterUnavailable(_("The data at Presentis changed while they were read. Try again later."))
            if len(records) >= LIMIT and not fresh:
                raise RosterUnavailable(
                    _("Presentis keeps sending the same page. Nothing was changed; try again later.")
                )
            seen.update(marks)
            yield fresh
            if len(records) < LIMIT:
                return
        raise not_presentis()

    def _get(self, resource: str, params: Mapping[str, Any]) -> Any:
        """One answer. A 401 gets one new token and one more try: it may have ended early."""
        for renew in (False, True):
            if renew or self._token is None or time.monotonic() >= self._token_ends:
                self.login()
            headers = {"Authorization": f"Bearer {self._token}", "Accept": "application/json"}
            try:
                return self._transport.ask("GET", f"{self._base}/{resource}", headers=headers, params=params)
            except Refused as refusal:
                if refusal.status == 401 and not renew:
                    continue
                if refusal.status in (401, 403, 404):
                    raise
                raise RosterUnavailable(_("Presentis refused our question. Ask your supplier for help.")) from None
        raise AssertionError("unreachable")


def records_in(answer: Any, resource: str) -> list[dict[str, Any]] | None:
    """The list under the name of the resource; None without one. Raises RosterUnavailable for what is no list."""
    if isinstance(answer, dict):
        told = {str(name).casefold(): value for name, value in answer.items()}
        if resource not in told and told:
            # An object without the list is not "nobody": it may be an error in a body with status 200.
            raise not_presentis()
        answer = told.get(resource)
    if answer is None:
        return None
    if not isinstance(answer, list) or not all(isinstance(record, dict) for record in answer):
        raise not_presentis()
    return [{str(name).casefold(): value for name, value in record.items()} for record in answer]


def addresses(settings: Mapping[str, str]) -> tuple[str, str]:
    """(address of the data, address for tokens): as set, else those of Presentis, or of its test beside it."""
    base = checked_address(settings.get("base_url") or BASE_URL, "base_url").partition("?")[0].rstrip("/")
    parts = urlsplit(base)
    path = {"": "/rest/v1", "/rest": "/rest/v1"}.get(parts.path, parts.path)
    base = urlunsplit(parts._replace(path=path))
    given = settings.get("token_url")
    if given:
        token = urlsplit(checked_address(given, "token_url"))
    else:
        host = parts.netloc
        token = parts._replace(path="", netloc=f"oauth{host[3:]}" if host.casefold().startswith("api") else host)
    return base, urlunsplit(token._replace(path=token.path if token.path.strip("/") else TOKEN_PATH))


def not_presentis() -> RosterUnavailable:
    return RosterUnavailable(_("This is not an answer of Presentis. Check the address in the settings."))
