"""The EDEX2000 source: four text files of fixed columns, of which only that of the pupils must be there (formats.md 2).

Origin, weight, BSN and address are never read (R83). A line that is not in its columns is skipped and named. The format
is of primary schools: its year groups are not years of study here.
"""

from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import Final

from app.roster import Kind, Roster, type_Progress
from app.roster.messages import Notes

from .layouts import GROUPS, LINKS, PUPILS, TEACHERS, read_layouts
from .reader import SOURCE, Edex2000Reader

__all__ = ["DELIVERS", "SOURCE", "Edex2000Source"]
DELIVERS: Final = (Kind.PUPILS, Kind.STAFF, Kind.GROUPS, Kind.LOCATIONS)


class Edex2000Source:
    """Reads the four files, given apart or in one zip."""

    def __init__(self, paths: Sequence[Path], brin: str, today: date) -> None:
        self._paths = [Path(path) for path in paths]
        self._brin = brin
        self._today = today

    def fetch(self, progress: type_Progress | None = None) -> Roster:
        """The roster in the files. Raises RosterUnreadable when there is no pupil file among them."""
        files = read_layouts(self._paths)
        reader = Edex2000Reader(Notes(), self._today)
        for layout, read in (
            (GROUPS, reader.group),
            (PUPILS, reader.pupil),
            (TEACHERS, reader.teacher),
            (LINKS, reader.link),
        ):
            if layout.name in files:
                reader.lines(layout, files[layout.name], read)
                if progress:
                    progress(Kind.PUPILS, len(reader.data.pupils))
        return reader.roster(self._brin)
