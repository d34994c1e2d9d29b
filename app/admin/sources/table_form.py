"""The form of the wizard for tables: what it shows of a look, and the mapping that it sends. Pure but for the words."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from app.errors import InvalidInput
from app.roster.table import About, TableLook
from app.roster.table import Mapping as TableMapping
from app.roster.table.csv_file import DELIMITERS, ENCODINGS
from app.roster.table.fields import FIELDS, GUARDIAN, MOST_GUARDIANS
from app.roster.table.mapping import field_title

ABOUTS: Final = {
    "pupils": _l("Pupils"),
    "guardians": _l("Guardians"),
    "staff": _l("Staff members"),
    "groups": _l("Groups"),
}
DELIMITER_NAMES: Final = {";": _l("semicolon"), ",": _l("comma"), "\t": _l("tab"), "|": _l("vertical bar")}
ENCODING_NAMES: Final = {
    "utf-8": "UTF-8",
    "utf-8-sig": "UTF-8",
    "utf-16": "UTF-16",
    "utf-16-le": "UTF-16",
    "utf-16-be": "UTF-16",
    "utf-32": "UTF-32",
    "cp1252": _l("Windows (Western European)"),
}
SHAPE: Final = ("kind", "sheet", "header_row", "delimiter", "encoding")  # what says where the columns are


@dataclass(frozen=True, slots=True)
class ColumnLine:
    """One column of the table: its title, an example, and the field it is read as. `twice`: the title came before."""

    place: int
    title: str
    sample: str
    field: str
    twice: bool


def column_lines(look: TableLook, chosen: Mapping[str, str] | None = None) -> list[ColumnLine]:
    """The columns in the order of the table. `chosen`: what somebody picked, by place, in place of what was read."""
    fields = {title: name for name, title in (look.mapping.columns if look.mapping else {}).items()}
    lines, seen = [], set()
    for place, title in enumerate(look.titles):
        sample = look.samples[place] if place < len(look.samples) else ""
        twice = not title or title in seen
        field = "" if twice else fields.get(title, "")
        if chosen is not None and not twice:
            field = chosen.get(str(place), "")
        lines.append(ColumnLine(place, title, sample, field, twice))
        seen.add(title)
    return lines


def field_choices(about: About | None) -> list[tuple[str, list[tuple[str, str]]]]:
    """The fields to choose from, in groups: (title of the group, [(name, title)])."""
    if about is None:
        return []
    own = [(name, field_title(about, name)) for name in FIELDS[about]]
    groups = [(str(ABOUTS[about.value]), own)]
    if about is About.PUPILS:
        beside = [name for name in GUARDIAN if name != "pupil_number"]
        for rank in range(1, MOST_GUARDIANS + 1):
            names = [f"guardian{rank}_{name}" for name in beside]
            groups.append((_("Guardian %(rank)s", rank=rank), [(one, field_title(about, one)) for one in names]))
    return groups


def shape_of(look: TableLook) -> str:
    """The shape in which the table was shown, for the form to bring back."""
    told = json.loads(look.mapping.to_json()) if look.mapping else {}
    shown = told | {"delimiter": look.delimiter, "encoding": look.encoding, "kind": look.kind and look.kind.value}
    return _shape(shown)


def _shape(told: Mapping[str, Any]) -> str:
    return json.dumps([str(told.get(name) or "") for name in SHAPE])


def _sheet_of(shape: str) -> str:
    """The sheet in a shape that a form brought back; whatever else that is, it is not believed."""
    try:
        return str(json.loads(shape)[SHAPE.index("sheet")])
    except (ValueError, LookupError, TypeError):
        return ""


def typed_mapping(form: Any) -> str:
    """The mapping that the form says, as JSON. Raises InvalidInput that says what to correct.

    Who changes the kind, the sheet or the row of titles sees other columns, so those are guessed anew.
    """
    told: dict[str, Any] = {name: form.get(name, "").strip(" ") for name in (*SHAPE, "location", "school_year")}
    if not told["kind"]:
        raise InvalidInput(_("Choose what the rows of this table are about."), "kind")
    before = form.get("shape", "")
    is_moved = before != _shape(told)
    if _sheet_of(before) not in ("", told["sheet"]):
        told["header_row"] = ""  # another sheet has its titles elsewhere
    if told["header_row"]:
        if not told["header_row"].isdecimal():
            raise InvalidInput(_("Give the number of the row with the titles."), "header_row")
        told["header_row"] = int(told["header_row"])
    values = {name: value for name, value in told.items() if value not in ("", None)}
    values["columns"] = {} if is_moved else _typed_columns(form)
    return TableMapping.from_json(json.dumps(values)).to_json()


def typed_places(form: Any) -> dict[str, str]:
    """By the place of a column the field that was picked."""
    return {place: form.get(f"column-{place}", "") for place in map(str, range(len(form.getlist("title"))))}


def _typed_columns(form: Any) -> dict[str, str]:
    columns: dict[str, str] = {}
    titles, about = form.getlist("title"), form.get("kind", "")
    for place, field in typed_places(form).items():
        if not field:
            continue
        if field in columns:
            title = field_title(About(about), field) if about in FIELDS and field in FIELDS[About(about)] else field
            raise InvalidInput(_("Two columns are read as %(field)s. Choose it once.", field=title), f"column-{place}")
        columns[field] = titles[int(place)]
    return columns


def delimiters() -> Iterator[tuple[str, str]]:
    """The delimiters to choose from."""
    return ((sign, str(DELIMITER_NAMES[sign])) for sign in DELIMITERS)


def encodings(used: str | None) -> Iterator[tuple[str, str]]:
    """The encodings to choose from: those a school meets, and the one in use."""
    wanted = {"utf-8", "cp1252", used} & ENCODINGS
    return ((name, str(ENCODING_NAMES[name])) for name in sorted(wanted))
