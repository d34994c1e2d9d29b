"""The BRIN codes in the settings of a service: which schools it is asked for."""

import re
from collections.abc import Iterable
from typing import Final, NamedTuple

from flask_babel import gettext as _

from app.errors import InvalidInput

_CODE: Final = re.compile(r"([0-9]{2}[A-Z]{2})[.\-/]?([0-9]{2})?")


class AskedSchool(NamedTuple):
    """A school with its own BRIN, or one location of it."""

    brin: str
    dependance: str = ""  # two digits when they were given; "00" is the main location (formats.md 10)

    @property
    def key(self) -> str:
        """As it was given: four or six characters."""
        return self.brin + self.dependance

    @property
    def code(self) -> str:
        """The six characters of its location."""
        return self.brin + (self.dependance or "00")


def asked_schools(text: str | None, brin: str) -> tuple[AskedSchool, ...]:
    """The schools in '99ZZ.01, 99ZZ02' or '99ZZ,11AA', each once; the school itself when none is given.

    Raises InvalidInput for what is no BRIN.
    """
    parts = [part for part in re.split(r"[,;\s]+", (text or "").upper()) if part] or [brin]
    found = [_CODE.fullmatch(part) for part in parts]
    if not all(found):
        raise InvalidInput(_("Give the BRIN as 99ZZ or 99ZZ01; more than one with a comma between them."), "brin")
    return tuple(dict.fromkeys(AskedSchool(one[1], one[2] or "") for one in found if one))


def school_told(expected: str, asked: Iterable[AskedSchool], told: Iterable[str]) -> str | None:
    """Whose roster this is: a school that was not asked for, else the expected one. The plan judges it."""
    ours = {school.brin for school in asked}
    others = [brin for brin in told if brin not in ours]
    known = [expected] if expected in ours else sorted(ours)
    return (others or known)[0]
