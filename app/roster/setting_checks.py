"""What the value of a setting must look like, by the name or the form of the setting. Pure."""

import re
from collections.abc import Callable
from typing import Final

from flask_babel import gettext as _

from app.errors import InvalidInput
from app.roster.magister.layouts import wanted_lists
from app.roster.reading.asked_schools import asked_schools
from app.roster.reading.transport import checked_address

from . import Setting

MOST: Final = 1_000  # characters of a value
MOST_PEM: Final = 50_000  # a certificate with its chain and key is a text of many lines
_CONTROL: Final = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029]")
_CONTROL_BUT_LINES: Final = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u2028\u2029]")
_UUID: Final = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.IGNORECASE)


def checked_value(setting: Setting, value: str) -> str:
    """The value of this setting. Raises InvalidInput that names the setting and says what to do."""
    if reason := why_wrong(setting, value):
        raise InvalidInput(_("Setting %(name)s: %(reason)s", name=setting.name, reason=reason), setting.name)
    return value


def why_wrong(setting: Setting, value: str) -> str | None:
    """What is wrong with this value, and what to do; None when nothing is."""
    form = form_of(setting)
    try:
        _check_text(value, *((MOST_PEM, _CONTROL_BUT_LINES) if form == "pem" else (MOST, _CONTROL)))
        FORMS[form](value)
    except InvalidInput as wrong:
        return wrong.message
    return None


def form_of(setting: Setting) -> str:
    """Which of FORMS the value has."""
    return setting.form or ("address" if setting.name.endswith("_url") else "text")


def _check_text(value: str, most: int, refused: re.Pattern[str]) -> None:
    if len(value) > most:
        raise InvalidInput(_("this is longer than %(count)s characters. Did you paste too much?", count=most))
    if refused.search(value):
        raise InvalidInput(_("there is a line end or another invisible sign in it. Paste it again without."))
    try:
        value.encode()
    except UnicodeEncodeError:
        raise InvalidInput(_("there is a sign in it that cannot be read. Type it again.")) from None


def _check_uuid(value: str) -> None:
    if not _UUID.fullmatch(value.strip()):
        raise InvalidInput(_("give a UUID, such as 123e4567-e89b-12d3-a456-426614174000."))


FORMS: Final[dict[str, Callable[[str], object]]] = {
    "text": lambda _value: None,
    "pem": lambda _value: None,
    "address": lambda value: checked_address(value, ""),
    "uuid": _check_uuid,
    "lists": wanted_lists,
    "brins": lambda value: asked_schools(value, ""),
}
