"""The fields of EDEXML elements, read by name in any order and namespace.

Only the names in FIELDS are ever read: origin, weight, BSN, address and photo stay in the file (R83, formats.md 1.3).
"""

from sys import intern
from typing import Any, Final

from lxml import etree

from app.roster.reading.safe_xml import local_name
from app.roster.reading.values import plain

# Names in the wild for what the standard calls achternaam, voorletters-1 and so on (formats.md 1.1).
FIELDS: Final = {
    "achternaam": "last_name",
    "geslachtsnaam": "last_name",
    "voorvoegsel": "prefix",
    "voorvoegsels": "prefix",
    "tussenvoegsel": "prefix",
    "tussenvoegsels": "prefix",
    "voorletters-1": "initials",
    "voorletters": "initials",
    "roepnaam": "first_name",
    "voornaam": "first_name",
    "voornamen": "all_first_names",
    "geboortedatum": "birth_date",
    "geslacht": "gender",
    "jaargroep": "year_group",
    "emailadres": "email",
    "e-mailadres": "email",
    "email": "email",
    "instroomdatum": "enrolled_on",
    "uitstroomdatum": "leaving_date",
    "groep": "group",
    "samengestelde_groep": "teaching_group",
    "samengestelde_groepen": "teaching_groups",
    "groepen": "groups",
    "vestiging": "location",
    "naam": "name",
    "rolomschrijving": "role_text",
}
REFERENCES: Final = frozenset({None, "group", "teaching_groups", "groups", "location"})
GENDERS: Final = {"0": "unknown", "9": "unknown", "1": "male", "2": "female"}
YEARS: Final = {str(10 + year): year for year in range(1, 7)}


class _Slots(dict[Any, str | None]):
    """Which field a tag is, worked out once per spelling of the tag."""

    def __missing__(self, tag: Any) -> str | None:
        slot = self[tag] = FIELDS.get(local_name(tag).lower())
        return slot


SLOTS: Final = _Slots()


def fields_of(element: etree._Element) -> dict[str, Any]:
    """The known fields of one record: texts as they stand, references as keys, lists of references as tuples."""
    values: dict[str, Any] = {}
    for child in element:
        slot = SLOTS[child.tag]
        if slot not in REFERENCES:
            values[slot] = child.text
        elif slot is not None:
            values[slot] = reference(child) if slot in ("group", "location") else reference_keys(child)
            if slot == "groups" and (mentor_of := tuple(link.get("key") for link in child if is_mentor(link))):
                values["mentor_of"] = tuple(key for text in mentor_of if (key := plain(text)))
    return values


def reference(element: etree._Element) -> str | None:
    """The key that an element refers to. A school refers to few keys, thousands of times: each is kept once."""
    key = plain(element.get("key"))
    return key and intern(key)


def reference_keys(element: etree._Element) -> tuple[str, ...]:
    """The keys that the children refer to, each once, in order."""
    keys = [reference(child) for child in element]
    return tuple(keys) if len(keys) == 1 and keys[0] else tuple(key for key in dict.fromkeys(keys) if key)


def is_mentor(link: etree._Element) -> bool:
    """Whether a teacher's link to a group says 'mentor'. EDEXML has no code for it, only free text (formats.md 1.3)."""
    return any(SLOTS[role.tag] == "role_text" and "mentor" in (role.text or "").lower() for role in link)
