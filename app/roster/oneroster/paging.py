"""The pages of a list of OneRoster: when it is whole, and when it cannot be trusted (formats.md 7.3). Pure.

Services differ: some send Link headers, some a total, some neither, and some send all at once whatever is asked. A list
counts as whole only when nothing speaks against it, for half a list looks like a school in which many left.
"""

import json
import re
from typing import Any, Final, NamedTuple
from urllib.parse import parse_qsl, urlsplit

from app.roster.reading.transport import Answer

LIMIT: Final = 100  # what the standard takes when nothing is asked; more is often cut down in silence
WRAPPERS: Final = {"students": "users", "teachers": "users", "schools": "orgs", "terms": "academicSessions"}
_NEXT = re.compile(r"<([^<>]*)>\s*;[^,<]*\brel\s*=\s*\"?next\b", re.IGNORECASE)


class Changed(Exception):
    """The pages do not fit together: people moved up or down between them, or (`is_stuck`) some never come."""

    def __init__(self, is_stuck: bool = False) -> None:
        super().__init__()
        self.is_stuck = is_stuck


class Page(NamedTuple):
    """One answer. `total` and `follow` (the query of the next page) are None when they are not told."""

    records: tuple[dict[str, Any], ...]
    total: int | None = None
    follow: dict[str, str] | None = None
    has_links: bool = False


def page_of(answer: Answer, path: str) -> Page:
    """The answer as a page. Raises ValueError for what is no list of this name: an error may come with status 200."""
    body = json.loads(answer.body)
    name = path.rstrip("/").rpartition("/")[2]
    records = body.get(WRAPPERS.get(name, name), body.get(name)) if isinstance(body, dict) else None
    if not isinstance(records, list) or not all(isinstance(one, dict) for one in records):
        raise ValueError("no list")
    total = answer.headers.get("X-Total-Count", "").strip()
    links = answer.headers.get("Link", "")
    # Only the query of a link is used, never where it leads: a token belongs to one host.
    follow = dict(parse_qsl(urlsplit(link[1]).query)) if (link := _NEXT.search(links)) else None
    is_number = total.isascii() and total.isdecimal() and len(total) < 10
    return Page(tuple(records), int(total) if is_number else None, follow, bool(links))


class PagedList:
    """A list while it is read. `question` is what to ask next, None when the list is whole.

    Where no link leads, the last record is asked again with the next page: if it is not there any more, somebody was
    taken out or put in, and another one may have been missed.
    """

    def __init__(self) -> None:
        self.records: list[dict[str, Any]] = []
        self.question: dict[str, Any] | None = {"limit": LIMIT, "offset": 0}
        self._seen: set[str] = set()
        self._position = 0
        self._total: int | None = None
        self._before: list[str] = []  # the marks of the page before this one
        self._overlaps = False

    def take(self, page: Page) -> None:
        """Adds a page. Raises Changed when it does not fit to those before."""
        if page.total is not None and self._total not in (None, page.total):
            raise Changed
        self._total = page.total if page.total is not None else self._total
        marks = [str(one.get("sourcedId") or repr(one)) for one in page.records]
        if self._overlaps and marks[:1] != self._before[-1:]:
            self._same_again(marks)
            return
        new = page.records[1:] if self._overlaps else page.records
        fresh = [one for one, mark in zip(page.records, marks, strict=True) if mark not in self._seen]
        if new and not fresh:
            raise Changed(is_stuck=True)
        self.records += fresh
        self._seen.update(marks)
        self._position += len(new)
        self._before = marks or self._before
        self._ask_next(page, bool(new))

    def _same_again(self, marks: list[str]) -> None:
        """A service that always sends everything has sent everything, unless that is just one full page."""
        if marks != self._before or len(marks) == LIMIT or (self._total or 0) > self._position:
            raise Changed(is_stuck=marks == self._before)
        self.question = None

    def _ask_next(self, page: Page, is_more: bool) -> None:
        missing = self._total is not None and self._position < self._total
        if page.follow and is_more:
            self.question, self._overlaps = dict(page.follow), False
        elif (missing or (self._total is None and not page.has_links)) and is_more:
            self.question, self._overlaps = {"limit": LIMIT, "offset": self._position - 1}, True
        elif missing or page.follow:
            raise Changed(is_stuck=True)
        else:
            self.question = None
