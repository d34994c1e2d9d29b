"""A column of a list: what it is called, what it shows, and what it sorts on. Pure."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any


@dataclass(frozen=True, slots=True)
class Column:
    """`value(row, beside)` is the plain value, which also goes into an export; `cell` names the macro that shows it.

    Cells: "text", "cut" and "wide" (with an ellipsis, Z-128), "name" (the key of the row, with its link), "yes"
    (a dot and Yes or No, Z-127), "no" (only Yes deserves attention), "yes_or_unknown", "number", "badge" (a value
    with `tint` and `icon` stands out, any other is plain text).
    """

    name: str
    label: Any
    value: Callable[[Any, Any], Any]
    sort: tuple[Any, ...] = ()
    cell: str = "text"
    said: bool = True  # on a phone the label stands before the value
    on_phone: bool = True
    exported: bool = True
    shown: bool = True
    missing: Any = ""  # what stands in an empty cell, in grey

    def in_words(self) -> "Column":
        """The same column with its words in the language of this request, looked up once for all rows."""
        return replace(self, label=str(self.label), missing=str(self.missing))
