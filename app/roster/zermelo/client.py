"""The transport of Zermelo: a token of the portal and lists in one envelope (formats.md 6.4)."""

import re
import time
from collections.abc import Callable, Mapping
from typing import Any, Final

from flask_babel import gettext as _

from app.errors import RosterUnavailable
from app.roster.reading.transport import Answer, Refused, Transport, checked_address, read_json

_PATH: Final = re.compile(r"/api(/v\d+)?$", re.IGNORECASE)
type_Records = list[dict[str, Any]]


class ZermeloClient:
    """Asks one portal. Raises Refused(401 | 403 | 404) for what this token may not see."""

    def __init__(self, settings: Mapping[str, str], sleep: Callable[[float], None] = time.sleep) -> None:
        self._base = _PATH.sub("", checked_address(settings["base_url"], "base_url")) + "/api/v3/"
        token = settings["key"].strip()
        if not token.isascii() or not token.isprintable():
            raise wrong_token()
        self._headers = {"Authorization": f"Bearer {token}", "Accept": "application/json"}
        self._transport = Transport(sleep)

    def __enter__(self) -> "ZermeloClient":
        return self

    def __exit__(self, *problem: object) -> None:
        self._transport.close()

    def records(
        self, name: str, fields: tuple[str, ...], hoped: tuple[str, ...] = (), **wanted: object
    ) -> type_Records:
        """The whole list. Raises RosterUnavailable when it is not whole, or no list of Zermelo.

        `hoped`: fields that not every version has; when it does not want to hear of them we ask without.
        """
        try:
            told = self._ask(name, (*fields, *hoped), wanted)
        except Refused as refusal:
            if refusal.status != 400 or not hoped:
                raise
            told = self._ask(name, fields, wanted)
        records = told.get("data")
        if not isinstance(records, list) or not all(isinstance(record, dict) for record in records):
            raise not_zermelo()
        total = told.get("totalRows")
        if type(total) is int and total > len(records):
            raise RosterUnavailable(_("Zermelo sent a part of the data only. Nothing was changed; try again later."))
        return records

    def _ask(self, name: str, fields: tuple[str, ...], wanted: Mapping[str, object]) -> dict[str, Any]:
        params = {key: str(value) for key, value in wanted.items()} | {"fields": ",".join(fields)}
        return self._transport.read("GET", self._base + name, read_envelope, headers=self._headers, params=params)


def read_envelope(answer: Answer) -> dict[str, Any]:
    """The `response` of an answer; its own status counts, also when that of HTTP is 200. Raises Refused, ValueError."""
    body = read_json(answer)
    told = body.get("response") if isinstance(body, dict) else None
    if not isinstance(told, dict):
        raise ValueError("no envelope")
    status = told.get("status", 200)
    status = int(status) if str(status).isdecimal() else 500
    if 400 <= status < 500:
        raise Refused(status)
    if status != 200:
        raise ValueError("an error of the server")
    return told


def wrong_token() -> RosterUnavailable:
    return RosterUnavailable(_("Zermelo does not accept the token. Make a new one in the portal and fill it in."))


def not_zermelo() -> RosterUnavailable:
    return RosterUnavailable(_("This is not an answer of Zermelo. Check the address in the settings."))
