"""The manifest of a OneRoster package: which files are there, complete or with changes only (formats.md 7.1). Pure."""

from collections.abc import Iterable, Mapping
from enum import StrEnum
from typing import Final

from flask_babel import gettext as _

from app.errors import RosterUnreadable

ABSENT_TEXTS: Final = frozenset({"absent", "none", "no"})


class Mode(StrEnum):
    ABSENT = "absent"
    BULK = "bulk"
    DELTA = "delta"


def read_manifest(rows: Iterable[Mapping[str, str]] | None) -> dict[str, Mode]:
    """The mode of each file, by its folded name. Raises RosterUnreadable for a manifest that cannot be believed.

    Without one nobody knows whether who is not in the package is gone, so it is never guessed.
    """
    if rows is None:
        raise no_manifest()
    modes: dict[str, Mode] = {}
    for row in rows:
        name = row.get("propertyname", "").strip().casefold()
        if not name.startswith("file."):
            continue
        file = name.removeprefix("file.").removesuffix(".csv")
        mode = _mode(file, row.get("value", "").strip().casefold())
        if modes.setdefault(file, mode) is not mode:
            raise RosterUnreadable(
                _("The manifest says two things about the file %(file)s. Export it again.", file=file)
            )
    if not modes:
        raise RosterUnreadable(_("The manifest names no files. Export the whole package again."))
    return modes


def _mode(file: str, value: str) -> Mode:
    if not value or value in ABSENT_TEXTS:
        return Mode.ABSENT
    if value not in set(Mode):
        raise RosterUnreadable(
            _("The manifest calls the file %(file)s neither absent, bulk nor delta. Export it again.", file=file[:64])
        )
    return Mode(value)


def no_manifest() -> RosterUnreadable:
    return RosterUnreadable(_("There is no manifest.csv in this package. Export the whole package again."))
