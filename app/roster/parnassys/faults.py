"""What a fault of ParnasSys means, in words that say what to do. It documents no codes (formats.md 6.1)."""

from typing import Final, NoReturn

from flask_babel import gettext as _

from app.errors import RosterUnavailable
from app.roster.reading.asked_schools import AskedSchool
from app.roster.reading.soap import Fault, from_server, not_soap

SYSTEM: Final = "ParnasSys"
# What a fault is about, by words in it: ParnasSys documents no codes.
ABOUT_SCHOOL: Final = ("brin", "instelling", "school", "vestiging")
ABOUT_KEY: Final = (
    "sleutel",
    "leverancier",
    "autoris",
    "author",
    "authen",
    "toegang",
    "access",
    "denied",
    "credential",
)


# A right that the school has not given us.
ABOUT_RIGHT: Final = ("recht", "bevoegd", "toegestaan", "permission", "forbidden", "not allowed")


class Closed(Exception):
    """ParnasSys does not show this school or list to us."""

    def __init__(self, reason: RosterUnavailable) -> None:
        super().__init__()
        self.reason = reason


def is_passing(fault: Fault) -> bool:
    """ParnasSys calls a refusal an error of the server too."""
    return from_server(fault) and not fault.names(*ABOUT_SCHOOL, *ABOUT_KEY, *ABOUT_RIGHT)


def reason_of(fault: Fault, school: AskedSchool) -> RosterUnavailable:
    if fault.names(*ABOUT_SCHOOL):
        return RosterUnavailable(
            _("ParnasSys gives no access to school %(brin)s. Ask the school to open the link.", brin=school.key)
        )
    if fault.names(*ABOUT_KEY):
        return _wrong_key()
    if fault.names(*ABOUT_RIGHT):
        return RosterUnavailable(_("ParnasSys gives us no right to read this. Ask the school to give it to the link."))
    return RosterUnavailable(_("ParnasSys refused our question. Ask your supplier for help."))


def all_off() -> RosterUnavailable:
    return RosterUnavailable(_("All locations of this service are switched off."))


def refuse(status: int) -> NoReturn:
    if status in (401, 403):
        raise Closed(_wrong_key()) from None
    raise not_soap(SYSTEM) from None


def _wrong_key() -> RosterUnavailable:
    return RosterUnavailable(_("ParnasSys does not accept the supplier name and key. Check the settings."))
