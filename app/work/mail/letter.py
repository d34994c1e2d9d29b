"""A letter in words only, and what letters are written from; templates/mail/letter.txt and .html dress it.

So the sentences exist once, and the plain text can never say something else than the HTML.
"""

import textwrap
from dataclasses import dataclass, field
from datetime import datetime
from functools import lru_cache

from flask_babel import format_date, format_time
from flask_babel import gettext as _

from app.clock import local
from app.models import names
from app.services.login.credentials import activation_token, readable_password
from app.services.mail.delivery import Due, Family


@dataclass(frozen=True, slots=True)
class House:
    """Where this installation lives: what every letter needs besides its mail."""

    public_url: str
    secret_key: str
    helpdesk: str


@dataclass(frozen=True, slots=True)
class Row:
    """A line of the table in a letter; `exact`: to be typed over letter by letter."""

    label: str
    value: str
    exact: bool = False


@dataclass(frozen=True, slots=True)
class Letter:
    """A mail in words. `button`: (label, address)."""

    subject: str
    heading: str
    opening: list[str]
    rows: list[Row] = field(default_factory=list)
    button: tuple[str, str] | None = None
    closing: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    button_note: str | None = None  # says what to do when the button does not work; the plain text has no button
    english: str = ""


@dataclass(frozen=True, slots=True)
class Subject:
    """The mail with its surroundings, as the letters below read it."""

    mail: Due
    family: Family
    house: House

    @property
    def school(self) -> str:
        return self.mail.school or "Zicht"

    @property
    def school_and_place(self) -> str:
        place = self.family.places.get(self.mail.person_id or 0)
        return f"{self.school}, {place}" if place else self.school

    @property
    def addressee(self) -> str | None:
        mail = self.mail
        if mail.last_name is None:
            return None
        return names.full_name(mail.last_name, mail.first_name or names.dotted(mail.initials), mail.prefix)

    @property
    def link(self) -> str:
        """The activation link (R112: derived here, never stored)."""
        return f"{self.house.public_url}/activeren/{activation_token(self.house.secret_key, self.mail.nonce or '')}"

    @property
    def password(self) -> str:
        return readable_password(self.house.secret_key, self.mail.nonce or "")

    @property
    def is_link(self) -> bool:
        """Whether the link is what counts, and the code only stands in for it."""
        return self.mail.secret_form == "link"  # noqa: S105 (a form, not a secret)

    @property
    def until(self) -> str:
        assert self.mail.secret_expires_at is not None
        return moment_in_words(self.mail.secret_expires_at)

    @staticmethod
    def wrapped(text: str) -> str:
        return wrapped(text)

    def detail(self, name: str) -> str:
        return one_line(str(self.mail.details.get(name) or ""))

    def details(self, name: str) -> list[str]:
        return [one_line(str(one)) for one in self.mail.details.get(name) or ()]


def one_line(text: str) -> str:
    """Without line ends and control characters: nothing that comes from a roster can start a new header (R117)."""
    return " ".join("".join(char if char.isprintable() else " " for char in text).split())


@lru_cache(maxsize=1000)
def wrapped(text: str) -> str:
    """In lines of 72 characters; an address stays whole. Most paragraphs are the same in a thousand mails."""
    return textwrap.fill(text, 72, break_long_words=False, break_on_hyphens=False)


def moment_in_words(moment: datetime) -> str:
    """'8 december 2026 om 10:15 uur', on the clock of Amsterdam."""
    here = local(moment)
    day = format_date(here.date(), "d MMMM yyyy")
    return _("%(day)s at %(time)s", day=day, time=format_time(here, "HH:mm", rebase=False))


def questions(about: Subject, unexpected: str) -> list[str]:
    """The last lines of a letter: where to ask; `unexpected`: what to do when it was not expected."""
    helpdesk = about.house.helpdesk
    ask = _("Questions? Ask %(helpdesk)s.", helpdesk=helpdesk) if helpdesk else _("Questions? Ask your school.")
    return [" ".join(filter(None, [unexpected, ask, _("The school never asks for your password.")]))]
