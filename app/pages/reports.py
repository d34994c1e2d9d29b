"""What browsers report about our Content-Security-Policy (R61): a line in the log for who maintains this, no more.

Anybody may send anything here, without login or token. So it is small, touches no session and no database, and of what
is told only the directive, the pattern of a path of ours and the line are written: no address, no query, no sample.
"""

import json
import logging
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

from flask import Blueprint, Response, current_app, request
from werkzeug.exceptions import HTTPException

from app.extensions import csrf
from app.headers import POLICY, REPORTS

logger = logging.getLogger(__name__)
reports = Blueprint("reports", __name__)
KINDS = frozenset({"application/csp-report", "application/reports+json"})
LARGEST = 16 * 1024  # bytes
PER_MINUTE = 60  # of one process; a page that is broken tells it often enough
MOST_LINES = 20  # of one body
DIRECTIVES = frozenset(part.split()[0] for part in POLICY.split(";"))
NARROWER = ("-elem", "-attr")  # script-src-elem
LAST_LINE = 10**6
DESK = "zicht-reports"


@dataclass
class Desk:
    """Takes in so much a minute, and counts what it took and what it sent away."""

    taken: int = 0
    refused: int = 0
    began: float = 0.0
    this_minute: int = 0
    lock: threading.Lock = field(default_factory=threading.Lock)

    def admits(self, moment: float) -> bool:
        """Count one; False when this minute is full. `moment`: seconds of a clock that only goes forward."""
        with self.lock:
            if moment - self.began >= 60:
                self.began, self.this_minute = moment, 0
            self.this_minute += 1
            self.refused += self.this_minute > PER_MINUTE
            return self.this_minute <= PER_MINUTE

    def number(self) -> int:
        """The number of the next line."""
        with self.lock:
            self.taken += 1
            return self.taken


@reports.post(REPORTS)
@csrf.exempt
def receive() -> Response:
    """204 for a report; 415, 413, 400 and 429 for what is none. The browser shows none of it."""
    desk: Desk = current_app.extensions.setdefault(DESK, Desk())
    if not desk.admits(time.monotonic()):
        return Response(status=429, headers={"Retry-After": "60"})
    if request.mimetype not in KINDS:
        return Response(status=415)
    if (request.content_length or 0) > LARGEST or len(body := request.stream.read(LARGEST + 1)) > LARGEST:
        return Response(status=413)
    try:
        told = json.loads(body)
    except (ValueError, RecursionError):
        return Response(status=400)
    for _line, violation in zip(range(MOST_LINES), _violations(told), strict=False):
        said = (desk.number(), desk.refused, _directive(violation), _place(violation), _line_number(violation))
        logger.warning("CSP report %d (%d sent away): %s on %s, line %s", *said)
    return Response(status=204)


def _violations(told: Any) -> Iterator[dict[str, Any]]:
    """Of report-uri one, of report-to a list; other things that a browser may report are passed by."""
    if isinstance(told, dict):
        told = [{"type": "csp-violation", "body": told.get("csp-report")}]
    for report in told if isinstance(told, list) else ():
        if isinstance(report, dict) and report.get("type") == "csp-violation" and isinstance(report.get("body"), dict):
            yield report["body"]


def _directive(violation: dict[str, Any]) -> str:
    """One that our policy has, or 'another'."""
    told = violation.get("effectiveDirective") or violation.get("effective-directive")
    told = str(told or violation.get("violated-directive") or "").partition(" ")[0]
    whole = next((told.removesuffix(end) for end in NARROWER if told.endswith(end)), told)
    return told if whole in DIRECTIVES else "another"


def _place(violation: dict[str, Any]) -> str:
    """The pattern of the page, '/beheer/accounts/<int:id>/', without what stood in its place."""
    try:
        address = urlsplit(str(violation.get("documentURL") or violation.get("document-uri") or ""))
    except ValueError:
        return "elsewhere"
    if address.netloc not in {request.host, urlsplit(current_app.config["PUBLIC_URL"]).netloc}:
        return "elsewhere"
    pages = current_app.url_map.bind("")
    for method in ("GET", "POST"):
        try:
            return str(pages.match(address.path, method=method, return_rule=True)[0].rule)
        except HTTPException:
            continue
    return "elsewhere"


def _line_number(violation: dict[str, Any]) -> str:
    told = violation.get("lineNumber", violation.get("line-number"))
    return str(told) if type(told) is int and 0 <= told <= LAST_LINE else "unknown"
