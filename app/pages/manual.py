"""The manual: Dutch chapters in app/manual; who reads which, and which part belongs to which screen (Z-008)."""

from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from flask_babel import lazy_gettext as _l
from markupsafe import Markup

from app.models import Role

from .prose import Heading, chapter_html

TEXTS = Path(__file__).resolve().parents[1] / "manual"
EVERYBODY = frozenset(Role)
ADMINISTRATION = frozenset({Role.ADMINISTRATOR, Role.NATIONAL, Role.ROOT})
CHAPTERS = {  # file in app/manual: the roles that read it, in the order of the manual
    "eerste-gebruik": ADMINISTRATION,
    "inloggen": EVERYBODY,
    "personen": ADMINISTRATION,
    "groepen": ADMINISTRATION,
    "accounts": ADMINISTRATION,
    "synchronisatie": ADMINISTRATION,
    "koppelingen": ADMINISTRATION,
    "mails": ADMINISTRATION,
    "veiligheid": ADMINISTRATION,
}
PART_OF_SCREEN = {  # endpoint prefix: anchor in the manual
    "accounts": "accounts-maken-en-beheren",
    "admin": "eerste-gebruik",
    "auth": "inloggen-en-wachtwoord",
    "campaign": "uitreiking",
    "contacts": "contactpersonen",
    "corrections": "correcties",
    "duplicates": "dubbele-personen",
    "groups": "groepen-en-vestigingen",
    "guardians": "verzorgers",
    "locations": "vestigingen",
    "mails": "mails",
    "mentor": "inloggen-en-wachtwoord",
    "others": "overige-betrokkenen",
    "pages": "eerste-gebruik",
    "pupils": "leerlingen",
    "settings": "accountinstellingen",
    "sources": "koppelingen",
    "staff": "medewerkers",
    "synchronisation": "synchronisatie",
}


MAKING_ACCOUNTS = "accounts-maken"  # also for the lists of persons without an account (accounts-pupils ...)
QUESTIONS = (  # on the welcome screen of an administrator: (anchor, question)
    (MAKING_ACCOUNTS, _l("make accounts for a whole class?")),
    ("een-nieuw-wachtwoord-geven", _l("give somebody a new password?")),
    ("een-medewerker-toevoegen", _l("add somebody who is not in the school system?")),
    ("een-aangehouden-synchronisatie-beoordelen", _l("judge a synchronisation that is on hold?")),
)


@dataclass(frozen=True, slots=True)
class Reading:
    """A part of the manual that INFORMATIEF points at, for the roles that can read it."""

    anchor: str
    title: Any
    text: Any
    readers: frozenset[Role]


READINGS = (
    Reading("inloggen-en-wachtwoord", _l("Logging in and password"), _l("For everybody with an account"), EVERYBODY),
    Reading("een-sterk-wachtwoord", _l("A strong password"), _l("Long and easy to remember"), EVERYBODY),
    Reading("rollen-en-rechten", _l("Roles and rights"), _l("Who may do what"), ADMINISTRATION),
    Reading("veiligheid-en-privacy", _l("Safety and privacy"), _l("What the law asks of you"), ADMINISTRATION),
)


@dataclass(frozen=True, slots=True)
class Chapter:
    """One chapter as it is shown; the first heading is its title."""

    name: str
    html: Markup
    headings: tuple[Heading, ...]


@cache
def chapter(name: str) -> Chapter:
    html, headings = chapter_html((TEXTS / f"{name}.md").read_text(encoding="utf-8"))
    return Chapter(name, html, tuple(headings))


def chapters_for(role: Role | None) -> list[Chapter]:
    """The chapters that this role reads, in order."""
    return [chapter(name) for name, readers in CHAPTERS.items() if role in readers]


def part_for(endpoint: str | None) -> str | None:
    """The anchor of the part of the manual about this screen, for its help link."""
    screen = (endpoint or "").partition(".")[0]
    return MAKING_ACCOUNTS if screen.startswith("accounts-") else PART_OF_SCREEN.get(screen)
