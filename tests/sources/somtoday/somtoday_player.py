"""A real HTTP server on loopback that plays Somtoday Connect for a made-up school, with faults to set.

with Player(pupils=60) as player:
    roster = SomtodaySource(player.settings, "99ZZ", player.today, sleep=lambda seconds: None).fetch()
    player.school.remove_pupil("100001")
    player.faults.status_500 = 2
"""

import json
import re
import secrets
import threading
import time
from dataclasses import dataclass, field
from datetime import date
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlsplit

from tests.sources.somtoday.somtoday_school import make_school, october, told_for

LISTS = {
    "leerling": ("leerlingen", "leerlingen"),
    "ouderVerzorger/": ("ouderVerzorgers", "verzorgers"),
    "medewerker": ("medewerkers", "medewerkers"),
    "stamgroep/": ("stamgroepen", "stamgroepen"),
    "lesgroep/": ("lesgroepen", "lesgroepen"),
}
FIELDS = ("roepnaam", "voorletters", "voorvoegsel", "emailadres", "geboortedatum", "geslacht")


@dataclass
class Faults:
    """What goes wrong. Numbers count down: `status_500 = 2` fails the next two data requests."""

    status_500: int = 0
    status_429: int = 0
    retry_after: str | None = "1"
    cut: int = 0  # cut the line in the middle of the body
    cut_at: int = 24  # after so many bytes of it
    html: int = 0
    slow: float = 0.0  # seconds before each answer
    hidden_locations: set[str] = field(default_factory=set)  # uuid: 401
    forbidden: set[str] = field(default_factory=set)  # names of LISTS: 403
    token_requests: int | None = None  # a token ends after so many requests
    refuse_tokens: bool = False  # 401 on the token endpoint
    redirect_to: str | None = None
    repeat_page: bool = False
    empty: bool = False
    not_permitted: set[str] = field(default_factory=set)  # field names that are left out
    without_permissions: bool = False  # no veldpermissies in the answers
    needs_code: bool = False  # schools are told to who asks for a code only
    school_status: int = 0  # instead of the school
    no_next_year: int = 0  # the status with which VOLGEND is refused


class Player:
    """The server. `school` and `faults` may change at any moment; `requests` lists the paths that were asked."""

    def __init__(
        self, pupils: int = 1468, guardians: int = 2400, staff: int = 150, seed: int = 1, today: date | None = None
    ) -> None:
        self.today = today or october()
        self.school = make_school(pupils, guardians, staff, seed, self.today)
        self.faults = Faults()
        self.current_year: int | None = None  # what HUIDIG means; None: it tells all placements, and VOLGEND nobody
        self.requests: list[str] = []
        self.token_count = 0
        self.client_secret = " geheim, niet trimmen "
        self.tokens: dict[str, int] = {}
        self.lock = threading.Lock()
        self._server = _Server(("127.0.0.1", 0), type("Handler", (_Handler,), {"player": self}))
        self._server.daemon_threads = True
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._server.server_address[1]}"

    @property
    def settings(self) -> dict[str, str]:
        return {
            "base_url": f"{self.url}/rest/v1",
            "token_url": f"{self.url}/oauth2/token",
            "client_id": "zicht",
            "client_secret": self.client_secret,
            "organisation": self.school.organisation,
        }

    def __enter__(self) -> "Player":
        self.start()
        return self

    def __exit__(self, *problem: object) -> None:
        self.stop()

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()


class _Server(ThreadingHTTPServer):
    def handle_error(self, *_told: object) -> None:
        """Who hangs up on an answer that is far too large is no error here."""


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    player: Player

    def log_message(self, *parts) -> None:
        """Keeps the output of the tests clean."""

    def do_POST(self) -> None:
        parts = urlsplit(self.path)
        form = parse_qs(self.rfile.read(int(self.headers.get("Content-Length", 0))).decode(), keep_blank_values=True)
        player = self.player
        right = {
            "grant_type": ["client_credentials"],
            "client_id": ["zicht"],
            "client_secret": [player.client_secret],
        }
        if parts.path != "/oauth2/token":
            return self.problem(404)
        known = parse_qs(parts.query).get("organisation") == [player.school.organisation]
        if form != right or not known or player.faults.refuse_tokens:
            return self.problem(401)
        token = secrets.token_urlsafe(16)
        with player.lock:
            player.token_count += 1
            player.tokens = {token: 0}
        return self.send({"access_token": token, "token_type": "bearer", "expires_in": 3600})

    def do_GET(self) -> None:
        parts = urlsplit(self.path)
        query = {name: values[-1] for name, values in parse_qs(parts.query).items()}
        player, faults = self.player, self.player.faults
        with player.lock:
            player.requests.append(self.path)
        if faults.slow:
            time.sleep(faults.slow)
        if self.fails(faults):
            return None
        if not self.knows_token():
            return self.problem(401)
        return self.answer(parts.path.removeprefix("/rest/v1/connect/"), query)

    def fails(self, faults: Faults) -> bool:
        """Plays one fault that is set for this request."""
        with self.player.lock:
            for name in ("status_500", "status_429", "cut", "html"):
                left = getattr(faults, name)
                if left:
                    setattr(faults, name, left - 1)
                    break
            else:
                name = "redirect" if faults.redirect_to else ""
        if name == "status_500":
            self.problem(500)
        elif name == "status_429":
            self.problem(429, {"Retry-After": faults.retry_after} if faults.retry_after else {})
        elif name == "html":
            self.send_bytes(200, b"<html><body>Onderhoud</body></html>", {"Content-Type": "text/html"})
        elif name == "redirect":
            self.send_bytes(302, b"", {"Location": faults.redirect_to})
        elif name == "cut":
            self.send_response(200)
            self.send_header("Content-Length", "5000")
            self.end_headers()
            self.wfile.write((b'{"leerlingen":[{"uuid":"' + b"x" * 5000)[: faults.cut_at])
            self.close_connection = True
        return bool(name)

    def knows_token(self) -> bool:
        player = self.player
        token = (self.headers.get("Authorization") or "").removeprefix("Bearer ")
        with player.lock:
            if token not in player.tokens:
                return False
            player.tokens[token] += 1
            limit = player.faults.token_requests
            return limit is None or player.tokens[token] <= limit

    def answer(self, path: str, query: dict[str, str]) -> None:
        school, faults = self.player.school, self.player.faults
        if path == "instelling":
            if faults.school_status or (faults.needs_code and "brin" not in query):
                return self.problem(faults.school_status or 400)
            told = {"uuid": school.organisation, "naam": "School", "brins": [school.brin]}
            is_found = query.get("brin", school.brin) == school.brin
            return self.send({"instellingen": [told] if is_found else []})
        if path == "vestiging":
            return self.send({"vestigingen": [] if faults.empty else school.vestigingen})
        found = re.fullmatch(r"vestiging/([^/]+)/(.+)", path)
        if not found or found[2] not in LISTS:
            return self.problem(404)
        if found[1] in faults.hidden_locations:
            return self.problem(401)
        if found[2] in faults.forbidden:
            return self.problem(403)
        amount, offset = query.get("amount", ""), query.get("offset", "0")
        if not amount.isdecimal() or not offset.isdecimal() or not 1 <= int(amount) <= 200:
            return self.problem(400)
        wrapper, name = LISTS[found[2]]
        asked = query.get("peilschooljaar", "")
        if asked == "VOLGEND" and faults.no_next_year:
            return self.problem(faults.no_next_year)
        items = [] if faults.empty else school.at(found[1], getattr(school, name))
        if asked:
            items = told_for(school, name, items, self.player.current_year, asked == "VOLGEND")
        start = 0 if faults.repeat_page else int(offset)
        page = [self.visible(item) for item in items[start : start + int(amount)]]
        body = {wrapper: page}
        if query.get("veldpermissies") == "true" and not faults.without_permissions:
            body["veldpermissies"] = {field: field not in faults.not_permitted for field in FIELDS}
        return self.send(body)

    def visible(self, item: dict) -> dict:
        return {name: value for name, value in item.items() if name not in self.player.faults.not_permitted}

    def problem(self, status: int, headers: dict[str, str] | None = None) -> None:
        self.send({"errors": [{"code": 1, "problem": "p", "clarification": "c"}]}, status, headers)

    def send(self, body: dict, status: int = 200, headers: dict[str, str] | None = None) -> None:
        content = json.dumps(body, ensure_ascii=False).encode()
        self.send_bytes(status, content, {"Content-Type": "application/json", **(headers or {})})

    def send_bytes(self, status: int, content: bytes, headers: dict[str, str]) -> None:
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)
