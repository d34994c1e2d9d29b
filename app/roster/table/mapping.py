"""How one table is read: which column is which field, and what the table itself does not say. Kept as JSON."""

import json
from collections.abc import Mapping as AnyMapping
from dataclasses import asdict, dataclass, field
from typing import Any, Final

from flask_babel import gettext as _

from app.clock import read_school_year
from app.errors import InvalidInput
from app.roster import Kind
from app.roster.reading.values import BRIN6

from .csv_file import DELIMITERS, ENCODINGS
from .fields import FIELDS, MOST_GUARDIANS, About, field_of, guardian_field
from .headers import missing_fields

MOST_TEXT: Final = 100_000


@dataclass(frozen=True, slots=True)
class Mapping:
    """A mapping as the wizard keeps it per institution and `--map` reads it.

    `columns` gives per field of ours the title of its column. What is None is found in the file itself: the first
    visible sheet, the row of titles, the delimiter, the encoding. `location` is the name or six-character code of the
    place of pupils whose row names none. `delivers` may be less than the table could tell, never more.
    """

    kind: About
    columns: AnyMapping[str, str] = field(default_factory=dict)
    sheet: str | None = None
    header_row: int | None = None  # counted from 1
    delimiter: str | None = None
    encoding: str | None = None
    school_year: int | None = None
    location: str | None = None
    delivers: frozenset[Kind] | None = None

    def to_json(self) -> str:
        """The mapping as text; the same for equal mappings."""
        values = asdict(self) | {"kind": self.kind.value, "columns": dict(self.columns)}
        if self.delivers is not None:
            values["delivers"] = sorted(kind.value for kind in self.delivers)
        return json.dumps(values, ensure_ascii=False, sort_keys=True)

    @classmethod
    def from_json(cls, text: str, *, may_miss: bool = False) -> "Mapping":
        """The mapping in this text. Raises InvalidInput that names what is unknown in it.

        `may_miss`: columns without which the table cannot be read may be missing, as in a look at it.
        """
        try:
            told = json.loads(text) if len(text) <= MOST_TEXT else None
        except ValueError:
            told = None
        if not isinstance(told, dict):
            raise InvalidInput(_("The mapping is not a JSON object. Make it with the wizard, or correct it."))
        unknown = sorted(set(told) - set(_READERS))
        if unknown:
            raise InvalidInput(
                _(
                    "Unknown in the mapping: %(names)s. Known: %(known)s.",
                    names=_listed(unknown),
                    known=_listed(_READERS),
                )
            )
        if "kind" not in told:
            raise InvalidInput(_("The mapping does not say what the table is about (kind)."))
        values = {name: _READERS[name](value) for name, value in told.items() if value is not None or name == "kind"}
        return _checked(cls(**values), may_miss)


def _checked(mapping: Mapping, may_miss: bool) -> Mapping:
    """The mapping, when its fields are fields of that kind of table, and enough of them. Raises InvalidInput."""
    wrong = [name for name in mapping.columns if field_of(mapping.kind, name) is None]
    if wrong:
        known = list(FIELDS[mapping.kind])
        if mapping.kind is About.PUPILS:
            known += [f"guardian1_last_name … guardian{MOST_GUARDIANS}_email"]
        raise InvalidInput(
            _(
                "Unknown field in the mapping: %(names)s. Known fields: %(known)s.",
                names=_listed(wrong),
                known=_listed(known),
            )
        )
    if mapping.columns and not may_miss and (missing := missing_fields(mapping.kind, mapping.columns)):
        raise InvalidInput(
            _("The mapping has no column for: %(names)s.", names=_listed(field.name for field in missing))
        )
    return mapping


def field_title(about: About, name: str) -> str:
    """What a field is called on a screen: 'Last name', or 'Guardian 2: Last name' beside a pupil."""
    beside = guardian_field(name) if about is About.PUPILS else None
    if beside:
        return _("Guardian %(rank)s: %(field)s", rank=beside[0], field=beside[1].title)
    return str(FIELDS[about][name].title)


def _listed(names: Any) -> str:
    return ", ".join(str(name)[:60] for name in names)


def _refuse(name: str) -> InvalidInput:
    return InvalidInput(_("The value of %(name)s in the mapping cannot be used.", name=name))


def _kind(value: Any) -> About:
    try:
        return About(value)
    except ValueError:
        raise InvalidInput(
            _("Kind in the mapping must be one of: %(known)s.", known=_listed(about.value for about in About))
        ) from None


def _columns(value: Any) -> dict[str, str]:
    if not isinstance(value, dict) or not all(isinstance(title, str) and title.strip() for title in value.values()):
        raise _refuse("columns")
    return value


def _text(name: str, most: int = 200) -> Any:
    def read(value: Any) -> str:
        if not isinstance(value, str) or not value.strip() or len(value) > most:
            raise _refuse(name)
        return value

    return read


def _one_of(name: str, allowed: Any) -> Any:
    def read(value: Any) -> str:
        if value not in tuple(allowed):
            raise _refuse(name)
        return value

    return read


def _header_row(value: Any) -> int:
    if type(value) is not int or not 1 <= value <= 1000:
        raise _refuse("header_row")
    return value


def _school_year(value: Any) -> int:
    year = read_school_year(str(value))
    if year is None or not 1990 <= year <= 2100:
        raise _refuse("school_year")
    return year


def _location(value: Any) -> str:
    text = _text("location", 128)(value).strip()
    return text.upper() if BRIN6.fullmatch(text.upper()) else text


def _delivers(value: Any) -> frozenset[Kind]:
    if not isinstance(value, list) or not value or not set(map(str, value)) <= {kind.value for kind in Kind}:
        raise _refuse("delivers")
    return frozenset(map(Kind, value))


_READERS: Final[dict[str, Any]] = {
    "kind": _kind,
    "columns": _columns,
    "sheet": _text("sheet"),
    "header_row": _header_row,
    "delimiter": _one_of("delimiter", DELIMITERS),
    "encoding": _one_of("encoding", ENCODINGS),
    "school_year": _school_year,
    "location": _location,
    "delivers": _delivers,
}
