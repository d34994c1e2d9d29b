"""One UWLR answer as a roster. The elements are those of EDEXML; UWLR 2.3 may leave out the key (formats.md 3)."""

from dataclasses import replace
from datetime import date
from typing import Any, Final

from flask_babel import gettext as _
from lxml import etree

from app.clock import school_year_of
from app.errors import RosterUnavailable, RosterUnreadable
from app.roster import Roster
from app.roster.edexml import edex_roster
from app.roster.edexml.reader import EdexReader
from app.roster.messages import Notes
from app.roster.reading.asked_schools import AskedSchool
from app.roster.reading.safe_xml import local_name
from app.roster.reading.values import LENGTHS, plain

from .merge import with_own_groups

PEOPLE: Final = {"leerlingen": "leerling", "leerkrachten": "leerkracht"}
PARTS: Final = frozenset({"school", "vestigingen", "groepen"})
ATTRIBUTES: Final = {"key": "key", "eckid": "eckid"}


def read_answer(source: str, content: etree._Element, school: AskedSchool, is_only: bool, today: date) -> Roster:
    """The roster in `leerlinggegevens`; one without any kind for `geenwijzigingen`. Raises RosterUnavailable.

    `is_only`: False when other locations are asked too; then keys of groups get that of the location in front.
    """
    notes = Notes()
    if local_name(content.tag).casefold() == "geenwijzigingen":
        # We never ask for changes only, so this deserves a look; nobody has left by it.
        notes.warning("roster", "", "nothing-changed")
        year = school_year_of(today)
        return Roster(source, None, year, today, frozenset(), messages=tuple(notes.messages), is_delta=True)
    reader = EdexReader(notes, today)
    by_eckid = 0
    for part in content.iterchildren(etree.Element):
        name = local_name(part.tag).casefold()
        if name in PARTS:
            read(reader, part, name)
        for record in part.iterchildren(etree.Element) if name in PEOPLE else ():
            if local_name(record.tag).casefold() == PEOPLE[name]:
                by_eckid += known_by_eckid(record)
                read(reader, record, PEOPLE[name])
    if by_eckid:
        tell_once(notes)
    if school.dependance or not is_only:
        reader.data.school.setdefault("dependancecode", school.dependance or "00")
    try:
        roster = edex_roster(source, reader.data, notes, school.brin, today)
    except RosterUnreadable:
        raise RosterUnavailable(
            _("The answer of the school system does not say which school it is of. Ask your supplier for help.")
        ) from None
    if by_eckid:
        # It is no number that people know somebody by, however short it is.
        roster = replace(roster, pupils=without_number(roster.pupils), staff=without_number(roster.staff))
    return roster if is_only else with_own_groups(roster, school)


def read(reader: EdexReader, element: etree._Element, name: str) -> None:
    """Reads one element, whatever the case of its name and attributes."""
    element.tag = name
    for record in element.iter(etree.Element):
        for attribute, value in list(record.attrib.items()):
            wanted = ATTRIBUTES.get(local_name(attribute).casefold())
            if wanted and wanted not in record.attrib:
                record.set(wanted, value)
    reader.read(element)


def known_by_eckid(record: etree._Element) -> bool:
    """Gives a record without a key its ECK iD as key; whether it did."""
    held = {local_name(name).casefold(): plain(value) for name, value in record.attrib.items()}
    if held.get("key") or not held.get("eckid"):
        return False
    for name in [name for name in record.attrib if local_name(name).casefold() == "key"]:
        del record.attrib[name]
    record.set("key", held["eckid"] or "")
    return True


def without_number(people: tuple[Any, ...]) -> tuple[Any, ...]:
    """The same people; whose key is an ECK iD has no number."""
    return tuple(one._replace(number="") if one.key == one.eckid else one for one in people)


def tell_once(notes: Notes) -> None:
    """An ECK iD is no number; that is one message, not one for everybody."""
    notes.messages = [
        one for one in notes.messages if one.code != "key-no-number" or len(one.record_key or one.key) > LENGTHS["key"]
    ]
    notes.info("roster", "", "eckid-as-key")
