"""Cells that are merged downwards: Excel and LibreOffice keep the value in the first one only. Pure.

A class written once beside all its pupils counts for each of them. Cells merged sideways are left as they are: a title
above the table is no value of every column.
"""

from .cells import is_blank, type_Cell, type_Row


class Merged:
    """The merged cells that go on in the rows to come."""

    def __init__(self) -> None:
        self._open: dict[int, tuple[int, type_Cell]] = {}  # by column: the last row, and the value

    def begin(self, column: int, last: int, value: type_Cell) -> None:
        """From here to the row `last` this value stands in this column (counted from 0)."""
        if value is not None:
            self._open[column] = (last, value)

    def filled(self, number: int, row: type_Row) -> type_Row:
        """This row with what stands in it by a merged cell above. A blank row stays blank."""
        if not self._open or is_blank(row):
            return row
        self._open = {column: (last, value) for column, (last, value) in self._open.items() if number <= last}
        cells = list(row)
        for column, (_last, value) in self._open.items():
            cells += [None] * (column + 1 - len(cells))
            if cells[column] is None:
                cells[column] = value
        return tuple(cells)
