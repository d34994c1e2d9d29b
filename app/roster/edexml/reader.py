"""EDEXML elements as plain records: in any order and namespace, for UWLR sends the same elements."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import date
from sys import intern
from typing import Any, Final

from lxml import etree

from app.roster.messages import Notes, as_read
from app.roster.reading.safe_xml import local_name
from app.roster.reading.values import LENGTHS, Checker, plain

from .fields import GENDERS, SLOTS, YEARS, fields_of

RECORDS: Final = frozenset({"school", "vestigingen", "groepen", "leerling", "leerkracht"})

FORMER: Final = "H"  # the year group of who is at the school no more ("historisch"; Z-245)


@dataclass(slots=True)
class EdexGroup:
    key: str
    name: str
    is_home: bool
    year_of_study: int | None


@dataclass(slots=True)
class EdexPerson:
    """A pupil or teacher as read; `key` is stripped and never empty."""

    key: str
    eckid: str | None
    last_name: str
    first_name: str | None
    initials: str | None
    prefix: str | None
    email: str | None
    gender: str | None = None
    birth_date: date | None = None
    year_of_study: int | None = None
    group: str | None = None
    teaching_groups: tuple[str, ...] = ()
    location: str | None = None
    enrolled_on: date | None = None
    leaving_date: date | None = None
    mentor_of: tuple[str, ...] = ()

    @property
    def number(self) -> str:
        """What people know this person by; a key too long to be a number is none."""
        return self.key if len(self.key) <= LENGTHS["number"] else ""


@dataclass(slots=True)
class EdexData:
    """All that was read. `seen_pupil` and `seen_staff` name the fields that at least one record carries."""

    school: dict[str, str] = field(default_factory=dict)
    locations: dict[str, str] = field(default_factory=dict)
    groups: dict[str, EdexGroup] = field(default_factory=dict)
    pupils: dict[str, EdexPerson] = field(default_factory=dict)
    staff: dict[str, EdexPerson] = field(default_factory=dict)
    seen_pupil: set[str] = field(default_factory=set)
    seen_staff: set[str] = field(default_factory=set)


class EdexReader:
    """Takes the elements one by one, in any order, into `data`; what cannot be used becomes a note."""

    def __init__(self, notes: Notes, today: date) -> None:
        self.data = EdexData()
        self._notes = notes
        self._check = Checker(notes, today)
        self._readers: dict[str, Callable[[etree._Element], None]] = {
            "school": self._school,
            "vestigingen": self._locations,
            "groepen": self._groups,
            "leerling": self._pupil,
            "leerkracht": self._teacher,
        }

    def read(self, element: etree._Element) -> None:
        """Reads one element of RECORDS."""
        self._readers[local_name(element.tag)](element)

    def _school(self, element: etree._Element) -> None:
        for child in element:
            text = plain(child.text)
            if text:
                self.data.school.setdefault(local_name(child.tag).lower(), text)

    def _locations(self, element: etree._Element) -> None:
        for child in element:
            key = self._new_key("location", child, self.data.locations)
            if key is None:
                continue
            name = plain(fields_of(child).get("name"))
            if name is None:
                self._notes.warning("location", key, "location-name-missing")
            self.data.locations[key] = (name or key)[: LENGTHS["group_name"]]

    def _groups(self, element: etree._Element) -> None:
        for child in element:
            key = self._new_key("group", child, self.data.groups)
            if key is None:
                continue
            values = fields_of(child)
            name = plain(values.get("name"))
            if name is None:
                self._notes.warning("group", key, "group-name-missing")
            year = YEARS.get((values.get("year_group") or "").strip())
            is_home = SLOTS[child.tag] != "teaching_group"
            self.data.groups[key] = EdexGroup(key, (name or key)[: LENGTHS["group_name"]], is_home, year)

    def _pupil(self, element: etree._Element) -> None:
        values = fields_of(element)
        self.data.seen_pupil.update(values)
        key = self._new_key("pupil", element, self.data.pupils)
        if key is None:
            return
        person = self._person("pupil", key, element, values)
        if person is None:
            return
        check = self._check
        get = values.get
        if "birth_date" in values:
            person.birth_date = check.date("pupil", key, "birth_date", get("birth_date"))
        if "gender" in values:
            person.gender = self._gender(key, get("gender"))
        person.year_of_study = YEARS.get((get("year_group") or "").strip())
        person.group = get("group")
        person.teaching_groups = get("teaching_groups") or ()
        person.location = get("location")
        if "enrolled_on" in values:
            person.enrolled_on = check.date("pupil", key, "enrolled_on", get("enrolled_on"))
        if "leaving_date" in values:
            person.leaving_date = check.date("pupil", key, "leaving_date", get("leaving_date"))
        if (get("year_group") or "").strip() == FORMER and person.leaving_date is None:
            self._notes.info("pupil", key, "former-pupil")
            return
        self.data.pupils[key] = person

    def _teacher(self, element: etree._Element) -> None:
        values = fields_of(element)
        self.data.seen_staff.update(values)
        key = self._new_key("staff", element, self.data.staff)
        person = None if key is None else self._person("staff", key, element, values)
        if person is None:
            return
        person.teaching_groups = values.get("groups") or ()
        person.mentor_of = values.get("mentor_of") or ()
        self.data.staff[person.key] = person

    def _person(self, kind: str, key: str, element: etree._Element, values: dict[str, Any]) -> EdexPerson | None:
        """The names and address that pupils and teachers share, or None (with a note) for a person without a name."""
        first = plain(values.get("first_name")) or plain(values.get("all_first_names"))
        last = plain(values.get("last_name"))
        if last is None and first is not None:
            # The standard allows a roepnaam alone; everything here sorts and greets by last name.
            last, first = first, None
            self._notes.warning(kind, key, "only-first-name")
        if last is None:
            self._notes.error(kind, key, "last-name-missing")
            return None
        initials, prefix, email = plain(values.get("initials")), plain(values.get("prefix")), values.get("email")
        if email is not None:
            email = self._check.email(kind, key, email)
        if len(last) > 200 or len(first or "") > 200 or len(initials or "") > 32 or len(prefix or "") > 32:
            last = last[: LENGTHS["last_name"]]
            first = self._check.text(kind, key, "first_name", first)
            initials = self._check.text(kind, key, "initials", initials)
            prefix = self._check.text(kind, key, "prefix", prefix)
        eckid = plain(element.get("eckid"))
        # Names come back often in a school: each is kept once.
        last, first, initials, prefix = (text and intern(text) for text in (last, first, initials, prefix))
        return EdexPerson(key, eckid and eckid[: LENGTHS["key"]], last, first, initials, prefix, email)

    def _gender(self, key: str, text: str | None) -> str | None:
        code = plain(text)
        if code is None:
            return None
        if code not in GENDERS:
            self._notes.warning("pupil", key, "gender-unknown-code", field="gender", value=as_read(code))
        return GENDERS.get(code, "unknown")

    def _new_key(self, kind: str, element: etree._Element, known: Iterable[str]) -> str | None:
        """The key of a record seen for the first time; None (with a note) when there is none or it is not new."""
        key = plain(element.get("key"))
        if key is None:
            self._notes.error(kind, "", "key-missing")
        elif len(key) > LENGTHS["key"]:
            self._notes.error(kind, key, "key-too-long")
        elif key in known:
            self._notes.error(kind, key, "duplicate-key")
        else:
            if len(key) > LENGTHS["number"] and kind in ("pupil", "staff"):
                self._notes.warning(kind, key, "key-no-number")
            return key
        return None
