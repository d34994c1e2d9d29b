"""By which numbers somebody is known: typed userIds, identifier, user name, or the key (formats.md 7.2). Pure."""

import re
from collections.abc import Iterable
from typing import Final

from app.roster import Kind
from app.roster.reading.values import LENGTHS, plain

from .tables import text_of, type_Row

CODES: Final = ("afkorting", "docentcode")
NUMBERS: Final = {  # types of userIds that hold the number, the best one first
    Kind.PUPILS: ("leerlingnummer", "leerlingnr", "stamnummer", "stamnr", "studentnumber", "studentid"),
    Kind.GUARDIANS: ("verzorgernummer", "verzorgernr", "guardiannumber"),
    Kind.STAFF: (
        "medewerkernummer",
        "medewerkersnummer",
        "personeelsnummer",
        "teachernumber",
        "employeenumber",
        *CODES,
    ),
}
ECK: Final = frozenset({"eck", "eckid"})
ECK_BEGINS: Final = ("https://ketenid.nl/", "https://id.school/")  # how an ECK iD begins (formats.md 10)
_UUID = re.compile(r"\{?[0-9a-fA-F]{8}-?(?:[0-9a-fA-F]{4}-?){3}[0-9a-fA-F]{12}\}?")


def number_of(kind: Kind, key: str, row: type_Row) -> str:
    """What people know somebody by: the school's own number, else the identifier, else a key or name that reads as one.

    A uuid is no number to type; its first twelve signs never change either, and no two in a school are alike.
    """
    ids = dict(typed_ids(row))
    for name in NUMBERS[kind]:
        if ids.get(name):
            return ids[name]
    own = text_of(row, "identifier")
    if own:
        return own
    name = (text_of(row, "username") or "").partition("@")[0]
    if kind is Kind.PUPILS and not key.isdecimal() and name.isdecimal():
        return name
    if not _UUID.fullmatch(key):
        return key
    if kind is Kind.STAFF and name and not _UUID.fullmatch(name):
        return name
    return short_code(key)


def short_code(key: str) -> str:
    """Twelve signs of a uuid."""
    return key.strip("{}").replace("-", "")[:12]


def typed_ids(row: type_Row) -> Iterable[tuple[str, str]]:
    """(type in letters, id) of the userIds: '{LeerlingNummer:123456}' gives ('leerlingnummer', '123456')."""
    value = row.get("userids")
    parts = value if isinstance(value, (list, tuple)) else re.findall(r"\{[^{}]*\}|[^,{}]+", str(value or ""))
    for part in parts:
        sort, _sign, value = str(part).strip("{} ").partition(":")
        if text := plain(value):
            yield re.sub(r"[^a-z]", "", sort.casefold()), text


def eckid_of(row: type_Row) -> str | None:
    """The ECK iD: among the userIds, or as master identifier when it looks like one."""
    master = text_of(row, "usermasteridentifier") or ""
    ids = [text for sort, text in typed_ids(row) if sort in ECK] + [master if master.startswith(ECK_BEGINS) else ""]
    return next((text for text in ids if text and len(text) <= LENGTHS["key"]), None)


def code_of_staff(row: type_Row) -> str | None:
    """The short code of a teacher, when it is told beside the number."""
    ids = dict(typed_ids(row))
    return next((ids[name][: LENGTHS["number"]] for name in CODES if ids.get(name)), None)
