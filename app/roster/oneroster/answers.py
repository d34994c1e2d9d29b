"""Answers of the REST as the same rows that the CSV files have: references become keys (formats.md 7.3). Pure.

Only the names in READ are kept; a password, a phone number or where somebody comes from is never even remembered (R83).
"""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Final

from .tables import CLASSES, DETAILS, ENROLMENTS, ORGS, ROLES, SESSIONS, USERS, type_Row

# Where JSON has a reference, CSV has a column with keys.
REFERENCES: Final = {
    "org": "orgsourcedid",
    "orgs": "orgsourcedids",
    "school": "schoolsourcedid",
    "class": "classsourcedid",
    "user": "usersourcedid",
    "terms": "termsourcedids",
    "agents": "agentsourcedids",
    "primaryorg": "primaryorgsourcedid",
    "parent": "parentsourcedid",
}
RECORD: Final = frozenset({"sourcedid", "status"})
READ: Final = {
    ORGS: RECORD | {"name", "type", "identifier", "parent"},
    SESSIONS: RECORD | {"title", "type", "startdate", "enddate", "schoolyear"},
    CLASSES: RECORD | {"title", "classcode", "classtype", "grades", "school", "terms"},
    USERS: RECORD
    | {"username", "userids", "givenname", "familyname", "middlename", "identifier", "email", "agents", "grades"}
    | {"usermasteridentifier", "preferredgivenname", "primaryorg", "role", "orgs"},
    ROLES: RECORD | {"role", "roletype", "begindate", "enddate", "org", "user"},
    ENROLMENTS: RECORD | {"role", "primary", "begindate", "enddate", "class", "user", "school"},
    DETAILS: RECORD | {"birthdate", "sex"},
}


def rows_of(table: str, records: Iterable[Mapping[str, Any]]) -> list[type_Row]:
    """The records as rows. A field that is not there stays absent; null is an empty text."""
    wanted = READ[table]
    return [
        {REFERENCES.get(folded, folded): _cell(folded, value) for folded, value in _folded(record) if folded in wanted}
        for record in records
    ]


def roles_in(users: Iterable[Mapping[str, Any]]) -> Iterator[type_Row]:
    """The roles that users of 1.2 carry, as rows of their own."""
    for user in users:
        record = dict(_folded(user))
        roles = record.get("roles")
        for row in rows_of(ROLES, (one for one in roles if isinstance(one, dict)) if isinstance(roles, list) else ()):
            yield {**row, "usersourcedid": record.get("sourcedid")}


def _folded(record: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    return ((str(name).casefold(), value) for name, value in record.items())


def _cell(name: str, value: Any) -> Any:
    """A text; a list of texts for what CSV has in one cell."""
    if name == "userids":
        return [_typed(one) for one in value] if isinstance(value, list) else _text(value)
    if isinstance(value, list):
        return [text for one in value if (text := _key(one))]
    return _key(value) if name in REFERENCES else _text(value)


def _key(value: Any) -> str:
    """The key of a reference: an object with sourcedId, or the bare key."""
    if isinstance(value, dict):
        value = dict(_folded(value)).get("sourcedid")
    return _text(value)


def _typed(value: Any) -> str:
    if not isinstance(value, dict):
        return _text(value)
    record = dict(_folded(value))
    return f"{{{_text(record.get('type'))}:{_text(record.get('identifier') or record.get('id'))}}}"


def _text(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value) if isinstance(value, (str, int, float)) else ""
