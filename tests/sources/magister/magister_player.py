"""A real HTTP server on loopback that plays the webservices of Magister for a made-up school, with faults to set."""

import secrets
import threading
from dataclasses import dataclass, field
from datetime import date
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qsl, urlsplit
from xml.sax.saxutils import escape

from tests.sources.magister.magister_school import make_school

RECORDS = {
    "getactivestudents": ("Leerlingen", "Leerling"),
    "getactiveempoyees": ("Personeelsleden", "Personeelslid"),
    "getleerlinggroepen": ("vakken", "vak"),
    "getpersoneelgroepvakken": ("Lessen", "Les"),
    "getpersoneelklasvakken": ("Lessen", "Les"),
}
HTML = b"<!DOCTYPE html><html><body>Onderhoud</body></html>"


@dataclass
class Faults:
    """What goes wrong. Numbers count down, over all requests but the login."""

    status_500: int = 0
    status_429: int = 0
    cut: int = 0
    html: int = 0
    redirect_to: str | None = None
    login_status: int | None = None
    forbidden: set[str] = field(default_factory=set)  # functions and layouts: an exception
    failing: dict[str, int] = field(default_factory=dict)  # (function/number): an exception so many times
    dead: set[str] = field(default_factory=set)  # function/number: always 500
    token_requests: int | None = None  # a session ends after so many requests
    only_pair: bool = False  # Data takes no token, only name;password
    only_form: str | None = None  # of the lists: CSV, TAB or XML
    encoding: str = "cp1252"
    empty: set[str] = field(default_factory=set)  # functions and layouts
    repeat_header: bool = False


class Player:
    """The server. `school` and `faults` may change at any moment; `requests` lists what was asked, without secrets."""

    def __init__(self, pupils: int = 60, guardians: int = 90, staff: int = 8, seed: int = 1) -> None:
        self.today = date(2026, 10, 5)
        self.school = make_school(pupils, guardians, staff, seed, self.today)
        self.faults = Faults()
        self.requests: list[str] = []
        self.logins = 0
        self.username, self.password = "ws;zicht", " ge&heim%é "
        self.tokens: dict[str, int] = {}
        self._server = _Server(("127.0.0.1", 0), type("Handler", (_Handler,), {"player": self}))
        self._server.daemon_threads = True
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._server.server_address[1]}"

    @property
    def settings(self) -> dict[str, str]:
        return {"base_url": self.url, "username": self.username, "password": self.password}

    def __enter__(self) -> "Player":
        self._thread.start()
        return self

    def __exit__(self, *problem: object) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()


class _Server(ThreadingHTTPServer):
    def handle_error(self, *_told: object) -> None:
        """Who hangs up on us is no error here."""


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    player: Player

    def log_message(self, *parts) -> None:
        """Keeps the output of the tests clean."""

    def do_GET(self) -> None:
        parts = urlsplit(self.path)
        query = {name.lower(): value for name, value in parse_qsl(parts.query, keep_blank_values=True)}
        player, faults = self.player, self.player.faults
        if parts.path != "/doc":
            return self.send(404, b"")
        function = query.get("function", "").lower()
        player.requests.append("/".join(filter(None, (function, query.get("layout"), query.get("stamnr")))))
        if function == "login":
            return self.login(query)
        if self.fails(faults, player.requests[-1]):
            return None
        if not self.knows(query.get("sessiontoken", ""), function):
            return self.exception()
        if function == "getdata":
            return self.layout(query)
        return self.function(function, query)

    def login(self, query) -> None:
        player = self.player
        player.logins += 1
        if player.faults.login_status:
            return self.send(player.faults.login_status, HTML)
        if (query.get("username"), query.get("password")) != (player.username, player.password):
            words = f"{player.username} onbekend"
            return self.xml(f"<Result>False</Result><ResultMessage>{escape(words)}</ResultMessage>")
        token = secrets.token_hex(16)
        player.tokens = {token: 0}
        return self.xml(f"<Result>True</Result><SessionToken>{token}</SessionToken>")

    def fails(self, faults: Faults, asked: str) -> bool:
        for name in ("status_500", "status_429", "cut", "html"):
            if getattr(faults, name):
                setattr(faults, name, getattr(faults, name) - 1)
                break
        else:
            name = "redirect" if faults.redirect_to else "status_500" if asked in faults.dead else ""
        if name == "status_500":
            self.send(500, b"")
        elif name == "status_429":
            self.send(429, b"", {"Retry-After": "1"})
        elif name == "html":
            self.send(200, HTML)
        elif name == "redirect":
            self.send(302, b"", {"Location": faults.redirect_to})
        elif name == "cut":
            self.send_response(200)
            self.send_header("Content-Length", "5000")
            self.end_headers()
            self.wfile.write(b"<Response><Data><Leerlingen><Leerling>")
            self.close_connection = True
        return bool(name)

    def knows(self, token: str, function: str) -> bool:
        player, faults = self.player, self.player.faults
        if token == f"{player.username};{player.password}":
            return True
        if token not in player.tokens or (function == "getdata" and faults.only_pair):
            return False
        player.tokens[token] += 1
        return faults.token_requests is None or player.tokens[token] <= faults.token_requests

    def function(self, function: str, query) -> None:
        school, faults = self.player.school, self.player.faults
        number = query.get("stamnr")
        asked = f"{function}/{number}"
        if faults.failing.get(asked):
            faults.failing[asked] -= 1
            return self.exception()
        if function in faults.forbidden or function not in RECORDS:
            return self.exception()
        per_person = {
            "getleerlinggroepen": school.leerling_groepen,
            "getpersoneelgroepvakken": school.groep_vakken,
            "getpersoneelklasvakken": school.klas_vakken,
        }
        if function in per_person:
            records = per_person[function].get(number, [])
        else:
            records = school.leerlingen if function == "getactivestudents" else school.personeel
        around, name = RECORDS[function]
        found = "".join(element(name, one) for one in ([] if function in faults.empty else records))
        return self.xml(f"<Data><{around}>{found}</{around}></Data>")

    def layout(self, query) -> None:
        faults, name = self.player.faults, query.get("layout")
        form = query.get("type", "").upper()
        if name in faults.forbidden or name not in self.player.school.layouts:
            return self.exception()
        if faults.only_form not in (None, form):
            return self.exception()
        rows = self.player.school.layouts[name]
        columns = list(dict.fromkeys(column for row in rows for column in row))
        rows = [] if name in faults.empty else rows
        if form == "XML":
            return self.xml("<Data>" + "".join(element("Row", row) for row in rows) + "</Data>")
        sign = "\t" if form == "TAB" else ";"
        lines = [columns] + [columns] * faults.repeat_header + [[row.get(c, "") for c in columns] for row in rows]
        text = "".join(sign.join(quoted(cell, sign) for cell in line) + "\r\n" for line in lines)
        return self.send(200, text.encode(faults.encoding, "replace"), {"Content-Type": "text/plain"})

    def exception(self) -> None:
        words = f"Gebruiker {self.player.username} met wachtwoord {self.player.password} mag dit niet"
        self.xml(f"<Exception>EAccess</Exception><ExceptionMsg>{escape(words)}</ExceptionMsg>")

    def xml(self, inner: str) -> None:
        body = f'<?xml version="1.0" encoding="utf-8"?><Response>{inner}</Response>'
        self.send(200, body.encode(), {"Content-Type": "text/xml"})

    def send(self, status: int, content: bytes, headers: dict[str, str] | None = None) -> None:
        self.send_response(status)
        for name, value in (headers or {}).items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)


def element(name: str, record: dict) -> str:
    inner = "".join(f"<{key}>{escape(str(value))}</{key}>" for key, value in record.items())
    return f"<{name}>{inner}</{name}>"


def quoted(cell: str, sign: str) -> str:
    return '"' + cell.replace('"', '""') + '"' if sign in cell or '"' in cell else cell
