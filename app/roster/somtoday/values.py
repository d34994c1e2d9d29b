"""Single values of Somtoday's JSON, made plain. Whatever else was sent is left out. Pure."""

from collections.abc import Mapping
from typing import Any

from app.roster import ABSENT
from app.roster.reading.values import plain

type_Record = Mapping[str, Any]


def is_permitted(record: type_Record, permitted: type_Record, name: str) -> bool:
    """Whether we may see a field: the permissions come with the answer, or with the record itself."""
    own = record.get("veldpermissies")
    return (own if isinstance(own, dict) else permitted).get(name) is True


def uuid_of(value: object) -> str | None:
    """The uuid of a reference object."""
    return plain(value.get("uuid")) if isinstance(value, dict) else None


def objects(value: object) -> list[type_Record]:
    """The objects in a list; whatever else was sent is left out."""
    return [item for item in value if isinstance(item, dict)] if isinstance(value, list) else []


def texts(value: object) -> list[str]:
    """The texts in a list."""
    return [item for item in value if isinstance(item, str)] if isinstance(value, list) else []


def uuids(value: object, name: str = "uuid") -> tuple[str, ...]:
    """The uuids in a list of objects or of texts, each once, in order."""
    items = value if isinstance(value, list) else []
    found = (plain(item.get(name)) if isinstance(item, dict) else plain(item) for item in items)
    return tuple(dict.fromkeys(key for key in found if key))


def told_uuids(record: type_Record, name: str, inside: str = "uuid") -> tuple[str, ...] | Any:
    """The uuids in a list of the record; ABSENT when it has no such list: then we may not see it (formats.md 4.1)."""
    value = record.get(name)
    return uuids(value, inside) if isinstance(value, list) else ABSENT
