"""The transport of Magister: a session token, functions and lists, all by GET (formats.md 5.1 to 5.3).

Magister wants the name and password, and the token, in the address. So no address leaves this file: not in a message,
a log line or an error.
"""

import time
from collections.abc import Callable, Mapping
from typing import Final, TypeVar

from flask_babel import gettext as _

from app.errors import RosterUnavailable
from app.roster.reading.transport import Answer, Refused, Transport, checked_address
from app.roster.reading.unreachable import Unreachable

from .table import Table, read_list, read_login, read_records

Read = TypeVar("Read")
MAX_RENEWALS: Final = 20
FORMS: Final = (
    {"Type": "CSV", "Encoding": "ANSI"},
    {"Type": "TAB", "Encoding": "ANSI"},
    {"Type": "XML"},
)
# What else a function is called: the first name is the one that Magister knows, with its spelling mistake.
OTHER_NAMES: Final = {"GetActiveEmpoyees": "GetActiveEmployees"}


class MagisterClient:
    """Asks one Magister. Raises Refused (or its child Fault) for what the webservice user may not ask."""

    def __init__(self, settings: Mapping[str, str], sleep: Callable[[float], None] = time.sleep) -> None:
        self._url = service_address(settings["base_url"])
        # A password is opaque: it is never trimmed.
        self._login = {"UserName": settings["username"], "Password": settings["password"]}
        self._transport = Transport(sleep)
        self._token = ""
        self._has_worked = False  # the token of now
        self._renewals = 0

    def __enter__(self) -> "MagisterClient":
        return self

    def __exit__(self, *problem: object) -> None:
        self._transport.close()

    def login(self) -> None:
        """A new token. Raises RosterUnavailable that says why there is none."""
        params = {"Library": "Algemeen", "Function": "Login", **self._login, "Type": "XML"}
        try:
            is_in, token = self._transport.read("GET", self._url, read_login, params=params)
        except Unreachable as problem:
            raise (not_let_in() if problem.cause in ("refused", "slow", "dropped") else problem) from None
        except Refused as refusal:
            if refusal.status == 403:
                raise not_let_in() from None
            if refusal.status == 404:
                raise RosterUnavailable(_("There is no Magister at this address. Check the settings.")) from None
            is_in, token = False, ""
        if not is_in:
            raise RosterUnavailable(
                _("Magister does not accept the username and password. Check the settings and the webservice user.")
            )
        self._token, self._has_worked = token, False

    def records(self, function: str, record: str, number: str | None = None) -> Table:
        """The records of a function of ADFuncties, of one person when a number is given."""
        params = {"LesPeriode": "", "Type": "XML"} | ({} if number is None else {"StamNr": number})

        def understand(answer: Answer) -> Table:
            return read_records(answer, record)

        try:
            return self._ask({"library": "ADFuncties", "function": function, **params}, understand)
        except Refused:
            if function not in OTHER_NAMES:
                raise
        return self._ask({"library": "ADFuncties", "function": OTHER_NAMES[function], **params}, understand)

    def layout(self, name: str) -> Table:
        """A list that the school made. When one form is refused, the others are tried."""
        refusal = Refused(200)
        for form in FORMS:
            params = {"Library": "Data", "Function": "GetData", "Layout": name, "Parameters": "", **form}
            for own_token in (None, ";".join(self._login.values())):
                try:
                    return self._ask(params, read_list, own_token)
                except Refused as problem:
                    refusal = problem
        raise refusal

    def _ask(self, params: Mapping[str, str], understand: Callable[[Answer], Read], token: str | None = None) -> Read:
        """One answer. A refusal gets one new token and one more try: a session may have ended."""
        if not self._token:
            self.login()
        for is_last in (False, True):
            with_token = {**params, "SessionToken": token or self._token}
            try:
                answer = self._transport.read("GET", self._url, understand, params=with_token)
            except Refused:
                if is_last or token or not self._has_worked or self._renewals >= MAX_RENEWALS:
                    raise
                self._renewals += 1
                self.login()
                continue
            self._has_worked = self._has_worked or not token
            return answer
        raise AssertionError("unreachable")


def service_address(text: str) -> str:
    """The address of the functions, with or without /doc at its end in the settings."""
    address = checked_address(text, "base_url").partition("?")[0].rstrip("/")
    return address if address.casefold().endswith("/doc") else f"{address}/doc"


def not_let_in() -> RosterUnavailable:
    return RosterUnavailable(
        _("Magister does not let us in. Check the address; is that of this server on the allow-list of Magister?")
    )
