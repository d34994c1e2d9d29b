"""A real HTTP server on loopback that plays a OneRoster service of 1.1 or 1.2, with faults and habits to set.

with Player(School(), "v1p2") as player:
    roster = OneRosterSource(player.settings, "99ZZ", TODAY, sleep=lambda seconds: None).fetch()
"""

import base64
import json
import secrets
import threading
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlencode, urlsplit

from tests.sources.oneroster.oneroster_json import record_of, status_info

BASES = {"v1p1": "/ims/oneroster/v1p1", "v1p2": "/ims/oneroster/rostering/v1p2"}
LISTED = {"students": "users", "teachers": "users", "schools": "orgs"}


@dataclass
class Habits:
    """How this service behaves. Numbers count down over the next questions for data."""

    total: bool = True  # X-Total-Count
    links: bool = True  # Link rel=next
    most: int = 1000  # records on a page, whatever is asked
    ignores_paging: bool = False
    basic: bool = True  # credentials as Basic; else in the body
    scopes: bool = True  # False: asking for scopes is an error
    refused: dict[str, int] = field(default_factory=dict)  # list: status
    empty: set[str] = field(default_factory=set)
    repeats: bool = False  # every page is the first one
    lies: int = 0  # so many more in X-Total-Count than there are
    drops_at: int | None = None  # the answer to this question leaves out the first record from then on
    status_500: int = 0
    status_429: int = 0
    html: int = 0
    error_in_200: int = 0
    cut: int = 0
    redirect_to: str | None = None
    link_host: str | None = None  # Link headers point to this host


class Player:
    def __init__(self, school, version="v1p2", path=None):
        self.school, self.version = school, version
        self.path = BASES[version] if path is None else path
        self.habits = Habits()
        self.secret = "ge+heim, niet trimmen "
        self.requests, self.hosts, self.tokens, self.forms = [], [], set(), []
        self.lock = threading.Lock()
        self._server = _Server(("127.0.0.1", 0), type("Handler", (_Handler,), {"player": self}))
        self._server.daemon_threads = True
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)

    @property
    def url(self):
        return f"http://127.0.0.1:{self._server.server_address[1]}"

    @property
    def settings(self):
        return {
            "base_url": self.url + self.path,
            "token_url": f"{self.url}/oauth2/token",
            "client_id": "zicht",
            "client_secret": self.secret,
        }

    def __enter__(self):
        self._thread.start()
        return self

    def __exit__(self, *problem):
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    def asked(self):
        """The paths below the base, without query, in order."""
        return [urlsplit(one).path.removeprefix(self.path) for one in self.requests]


class _Server(ThreadingHTTPServer):
    def handle_error(self, *_told):
        """Who hangs up is no error here."""


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True

    def log_message(self, *parts):
        """Keeps the output of the tests clean."""

    def do_POST(self):
        player, habits = self.player, self.player.habits
        form = parse_qs(self.rfile.read(int(self.headers.get("Content-Length", 0))).decode(), keep_blank_values=True)
        player.forms.append(form)
        if urlsplit(self.path).path != "/oauth2/token":
            return self.answer(404, {})
        pair = base64.b64encode(f"zicht:{player.secret}".encode()).decode()
        as_basic = self.headers.get("Authorization") == f"Basic {pair}"
        in_body = form.get("client_id") == ["zicht"] and form.get("client_secret") == [player.secret]
        if form.get("grant_type") != ["client_credentials"] or not (as_basic if habits.basic else in_body):
            return self.answer(401, {"error": "invalid_client"})
        if "scope" in form and not habits.scopes:
            return self.answer(400, {"error": "invalid_scope"})
        token = secrets.token_urlsafe(12)
        player.tokens.add(token)
        return self.answer(200, {"access_token": token, "token_type": "Bearer", "expires_in": 3600})

    def do_GET(self):
        player, parts = self.player, urlsplit(self.path)
        query = {name: values[-1] for name, values in parse_qs(parts.query).items()}
        with player.lock:
            player.requests.append(self.path)
        if self.fails(player.habits):
            return None
        if (self.headers.get("Authorization") or "").removeprefix("Bearer ") not in player.tokens:
            return self.answer(401, status_info("unauthorisedrequest"))
        if not parts.path.startswith(player.path + "/"):
            return self.answer(404, {"message": "no route"})
        return self.list(parts.path.removeprefix(player.path + "/"), query)

    def fails(self, habits):
        with self.player.lock:
            for name in ("status_500", "status_429", "html", "error_in_200", "cut"):
                if getattr(habits, name):
                    setattr(habits, name, getattr(habits, name) - 1)
                    break
            else:
                name = "redirect" if habits.redirect_to else ""
        if name in ("status_500", "status_429"):
            self.answer(int(name[-3:]), {}, {"Retry-After": "3"})
        elif name == "html":
            self.send(200, b"<html>Onderhoud</html>", {"Content-Type": "text/html"})
        elif name == "error_in_200":
            self.answer(200, status_info("internal_server_error"))
        elif name == "redirect":
            self.send(302, b"", {"Location": habits.redirect_to})
        elif name == "cut":
            self.send_response(200)
            self.send_header("Content-Length", "5000")
            self.end_headers()
            self.wfile.write(b'{"users":[{"sourcedId":"')
            self.close_connection = True
        return bool(name)

    def list(self, path, query):
        habits = self.player.habits
        name = path.rpartition("/")[2]
        status = habits.refused.get(path) or habits.refused.get(name)
        records = self.records(path, query)
        if status or records is None:
            return self.answer(status or 404, status_info("forbidden"))
        if name in habits.empty:
            records = []
        if habits.drops_at is not None and len(self.player.requests) >= habits.drops_at:
            records = records[1:]
        start = 0 if habits.repeats or habits.ignores_paging else int(query.get("offset", 0))
        size = len(records) if habits.ignores_paging else min(int(query.get("limit", 100)), habits.most)
        page = records[start : start + size]
        headers = {"X-Total-Count": str(len(records) + habits.lies)} if habits.total else {}
        if habits.links:
            asked = {**query, "limit": size, "offset": int(query.get("offset", 0)) + size}
            is_more = asked["offset"] < len(records) or habits.repeats
            host = habits.link_host or self.player.url
            first = f'<{host}{self.player.path}/{path}?limit={size}&offset=0>; rel="first"'
            after = f'<{host}{self.player.path}/{path}?{urlencode(asked)}>; rel="next", ' if is_more else ""
            headers["Link"] = after + first
        return self.answer(200, {LISTED.get(name, name): page}, headers)

    def records(self, path, query):
        """The records of a list, None when there is no such list."""
        tables = self.player.school.tables if self.player.version == "v1p2" else self.player.school.one_one()
        parts = path.split("/")
        school = parts[1] if len(parts) == 3 and parts[0] == "schools" else None
        name = parts[-1]
        if not (len(parts) == 1 or school) or LISTED.get(name, name) not in tables or name == "roles":
            return None
        rows = list(tables[LISTED.get(name, name)].values())
        if name == "schools":
            rows = [row for row in rows if row["type"] == "school"]
        wanted = {"students": "student", "teachers": "teacher"}.get(name)
        if "filter" in query:
            wanted = query["filter"].partition("'")[2].rstrip("'")
        if wanted:
            rows = [row for row in rows if any(role == wanted for role, _org in self.roles(row))]
        if school:
            rows = [
                row
                for row in rows
                if row.get("schoolSourcedId") == school or any(org == school for _role, org in self.roles(row))
            ]
        return [self.as_json(LISTED.get(name, name), row) for row in rows]

    def roles(self, user):
        found = self.player.school["roles"].values()
        return [(one["role"], one["orgSourcedId"]) for one in found if one["userSourcedId"] == user["sourcedId"]]

    def as_json(self, table, row):
        own = [one for one in self.player.school["roles"].values() if one["userSourcedId"] == row["sourcedId"]]
        return record_of(row, own if table == "users" and self.player.version == "v1p2" else None)

    def answer(self, status, body, headers=None):
        content = json.dumps(body, ensure_ascii=False).encode()
        self.send(status, content, {"Content-Type": "application/json", **(headers or {})})

    def send(self, status, content, headers):
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)
