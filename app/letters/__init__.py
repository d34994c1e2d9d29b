"""Letters and cards on paper: plain values in, a PDF out. Knows no database, no request and no words of its own."""

from dataclasses import dataclass, field
from typing import Final


@dataclass(frozen=True, slots=True)
class Letter:
    """One letter in words. `rows`: (label, value) to be typed over; `link`: the address of the code to scan."""

    name: str
    group: str | None
    heading: str
    opening: list[str]
    rows: list[tuple[str, str]]
    link: str | None
    scan: str  # below the code
    closing: list[str] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Sender:
    """What stands above every letter. `logo`: a PNG."""

    school: str
    logo: bytes | None = None


@dataclass(frozen=True, slots=True)
class Layout:
    """How many letters stand on a sheet of A4, and how large their words are. Sizes in points."""

    columns: int
    rows: int
    margin: float
    size: float  # of the words
    qr: float  # of the code
    air: float  # between paragraphs, of the size of the words
    is_brief: bool = False  # one paragraph before the rows and one after them

    @property
    def per_page(self) -> int:
        return self.columns * self.rows


LAYOUTS: Final = {
    "1": Layout(1, 1, 62, 10.5, 105, 0.9),
    "2": Layout(1, 2, 40, 9.5, 92, 0.5),
    "8": Layout(2, 4, 16, 7, 66, 0.4, is_brief=True),
}
