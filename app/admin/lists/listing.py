"""What a list address asks for, and the page that answers it. Pure: no request, no database."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any
from urllib.parse import parse_qsl, urlencode

LONGEST = 200  # characters of one filter value
MOST_PAGES = 10**9


@dataclass(frozen=True, slots=True)
class BulkAction:
    """A button above a list: posts the ticked rows, or everything the filter finds, to `endpoint`."""

    label: Any
    icon: str
    endpoint: str
    field: tuple[str, str] | None = None  # name and value that the button itself adds
    primary: bool = False
    rare: bool = False  # in the menu behind the buttons


def clean(text: str) -> str:
    """Typed text without what a database refuses (NUL, half characters), and not endless."""
    return text.replace("\x00", "").encode("utf-8", "ignore").decode()[:LONGEST].strip()


def read_query(text: str) -> dict[str, str]:
    """The query string of a list, as it travels in a form; the first of a repeated name counts."""
    try:
        pairs = parse_qsl(text.lstrip("?"), max_num_fields=50)
    except ValueError:
        return {}
    return dict(reversed(pairs))


def _number(text: str | None, standard: int, lowest: int, highest: int) -> int:
    if not text or not text.isascii() or not text.isdigit():
        return standard
    return min(max(int(text[:12]), lowest), highest)


@dataclass(frozen=True, slots=True)
class Wish:
    """What the address of a list asks for, already made safe."""

    values: Mapping[str, str]  # per filter what is chosen; a filter that is not here is off
    sort: str
    descending: bool
    page: int
    size: int
    everything: bool
    standard: Mapping[str, Any] = field(repr=False)  # what need not be said in an address

    @classmethod
    def read(
        cls,
        args: Mapping[str, str],
        filters: Sequence[Any],
        columns: Sequence[Any],
        default_sort: tuple[str, bool],
        size: int,
        sizes: Sequence[int],
    ) -> "Wish":
        values = {}
        for one in filters:
            value = one.read(clean(args[one.name]) if one.name in args else None)
            if value is not None:
                values[one.name] = value
        asked = args.get("sort", "")
        sort = asked if asked in {column.name for column in columns if column.sort} else default_sort[0]
        standard_down = default_sort[1] if sort == default_sort[0] else False
        standard = {"sort": default_sort[0], "size": size, "down": standard_down} | {
            f"filter {one.name}": one.standard for one in filters
        }
        down = {"0": False, "1": True}.get(args.get("desc", ""), standard_down)
        asked_size = _number(args.get("page_size"), size, 1, 10**6)
        return cls(
            values,
            sort,
            down,
            _number(args.get("page"), 1, 1, MOST_PAGES),
            asked_size if asked_size in sizes else size,
            args.get("everything") == "1",
            standard,
        )

    def query(self, **changes: Any) -> str:
        """The query string of this list with changes: page=2, sort=("name", True), page_size=50, location=None."""
        wanted = dict(changes)
        sort, down = wanted.pop("sort", (self.sort, self.descending))
        page, size = wanted.pop("page", 1), wanted.pop("page_size", self.size)
        everything = wanted.pop("everything", False)
        parts = dict(self.values) | wanted
        pairs = [
            (name, value if value is not None else "all")
            for name, value in parts.items()
            if value != self.standard.get(f"filter {name}")
        ]
        if sort != self.standard["sort"]:
            pairs.append(("sort", sort))
        if down != (self.standard["down"] if sort == self.sort else False):
            pairs.append(("desc", "1" if down else "0"))
        if size != self.standard["size"]:
            pairs.append(("page_size", size))
        if page > 1:
            pairs.append(("page", page))
        if everything:
            pairs.append(("everything", "1"))
        return urlencode(pairs)

    def url(self, **changes: Any) -> str:
        """A relative address of this list with changes."""
        return f"?{self.query(**changes)}"

    def kept(self) -> list[tuple[str, str]]:
        """What the filter form must carry along: order and rows per page."""
        return [pair for pair in parse_qsl(self.query()) if pair[0] in ("sort", "desc", "page_size")]

    def without_filters(self) -> str:
        return self.url(**dict.fromkeys(self.values))


@dataclass(frozen=True, slots=True)
class Page:
    """One page of a list: rows `first` to `last` of `total`."""

    number: int
    pages: int
    size: int  # rows on this page
    skipped: int
    total: int
    rows: list[Any]

    @classmethod
    def of(cls, wish: Wish, total: int) -> "Page":
        """The page of this wish, or the last one when there are not so many (trap 14)."""
        pages = max(1, -(-total // wish.size))
        number = min(wish.page, pages)
        skipped = (number - 1) * wish.size
        return cls(number, pages, min(wish.size, total - skipped), skipped, total, [])

    def filled(self, rows: list[Any]) -> "Page":
        return replace(self, rows=rows)

    @property
    def first(self) -> int:
        return self.skipped + 1 if self.rows else 0

    @property
    def last(self) -> int:
        return self.skipped + len(self.rows)

    @property
    def steps(self) -> list[int | None]:
        """The pages to offer, None for a gap: 1 2 3 4 … 59, or 1 … 7 8 9 … 59."""
        near = {1, self.pages, *range(self.number - 1, self.number + 2)}
        near |= set(range(1, 5)) if self.number <= 3 else set()
        near |= set(range(self.pages - 3, self.pages + 1)) if self.number >= self.pages - 2 else set()
        steps: list[int | None] = []
        for number in sorted(number for number in near if 1 <= number <= self.pages):
            if steps and steps[-1] is not None and number - steps[-1] == 2:
                steps.append(number - 1)
            elif steps and steps[-1] is not None and number - steps[-1] > 2:
                steps.append(None)
            steps.append(number)
        return steps
