"""A real HTTP server on loopback that plays Presentis for a made-up school, with faults to set."""

import json
import secrets
import threading
from dataclasses import dataclass, field
from datetime import date
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlsplit

from tests.sources.presentis.presentis_school import make_school

HTML = b"<html><body>Onderhoud</body></html>"


@dataclass
class Faults:
    """What goes wrong. Numbers count down, over all requests for data."""

    status_500: int = 0
    status_429: int = 0
    cut: int = 0
    html: int = 0
    refuse_tokens: int | None = None  # the status of the token endpoint
    token_name: str = "acces_token"  # noqa: S105 - a name
    token_requests: int | None = None
    redirect_to: str | None = None
    forbidden: set[str] = field(default_factory=set)  # resource, or resource/location: 403
    dead: set[str] = field(default_factory=set)  # resource/pupil: always 500
    repeat_page: bool = False
    empty: set[str] = field(default_factory=set)
    answers: dict[str, object] = field(default_factory=dict)  # resource: the whole body


class Player:
    """The server. `school` and `faults` may change at any moment; `requests` lists the paths that were asked."""

    def __init__(self, pupils: int = 60, staff: int = 8, seed: int = 1) -> None:
        self.today = date(2026, 10, 5)
        self.school = make_school(pupils, staff, seed, self.today)
        self.faults = Faults()
        self.requests: list[str] = []
        self.token_count = 0
        self.client_secret = "geheim=é;x"  # noqa: S105
        self.tokens: dict[str, int] = {}
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
        }

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

    def do_POST(self) -> None:
        player = self.player
        length = int(self.headers.get("Content-Length") or 0)
        body = self.rfile.read(length)
        told = [self.headers.get(name) for name in ("grant_type", "client_id", "content-type")]
        secret = (self.headers.get("client_secret") or "").encode("latin-1").decode()
        if self.path != "/oauth2/token" or body:
            return self.send(404, {})
        if player.faults.refuse_tokens:
            return self.send(player.faults.refuse_tokens, {})
        if told != ["CLIENT_CREDENTIALS", "zicht", "application/json"] or secret != player.client_secret:
            return self.send(401, {"error": "invalid_client"})
        token = secrets.token_urlsafe(16)
        player.token_count += 1
        player.tokens = {token: 0}
        return self.send(200, {player.faults.token_name: token, "expires_in": 3600})

    def do_GET(self) -> None:
        parts = urlsplit(self.path)
        query = {name: values[-1] for name, values in parse_qs(parts.query).items()}
        resource = parts.path.removeprefix("/rest/v1/")
        player, faults = self.player, self.player.faults
        about = query.get("leerlingid") or query.get("schoollocatie")
        player.requests.append(f"{resource}/{about}" if about else resource)
        if self.fails(faults, player.requests[-1]):
            return None
        if not self.knows_token():
            return self.send(401, {})
        if not faults.forbidden.isdisjoint((resource, player.requests[-1])):
            return self.send(403, {})
        if resource in faults.answers:
            return self.send(200, faults.answers[resource])
        found = getattr(player.school, resource, None)
        if found is None or not parts.path.startswith("/rest/v1/"):
            return self.send(404, {})
        is_of_pupil = resource in ("leerlingklassen", "leerlingcursussen")
        if is_of_pupil and query.get("peildatum") != f"{player.today:%Y%m%d}":
            return self.send(400, {})
        records = found.get(int(about), []) if isinstance(found, dict) else found
        skip, limit = int(query["skip"]), int(query["limit"])
        records = [] if resource in faults.empty else records
        return self.send(200, {resource: records[0 if faults.repeat_page else skip :][: min(limit, 400)]})

    def fails(self, faults: Faults, asked: str) -> bool:
        for name in ("status_500", "status_429", "cut", "html"):
            if getattr(faults, name):
                setattr(faults, name, getattr(faults, name) - 1)
                break
        else:
            name = "redirect" if faults.redirect_to else "status_500" if asked in faults.dead else ""
        if name == "cut":
            self.send_response(200)
            self.send_header("Content-Length", "5000")
            self.end_headers()
            self.wfile.write(b'{"schoollocaties":[{"schoollocatieid":1')
            self.close_connection = True
        elif name == "html":
            self.send(200, HTML)
        elif name:
            status = {"status_500": 500, "status_429": 429, "redirect": 302}[name]
            self.send(status, {}, {"Retry-After": "1"} if status == 429 else {"Location": faults.redirect_to or ""})
        return bool(name)

    def knows_token(self) -> bool:
        player = self.player
        token = (self.headers.get("Authorization") or "").removeprefix("Bearer ")
        if token not in player.tokens:
            return False
        player.tokens[token] += 1
        limit = player.faults.token_requests
        return limit is None or player.tokens[token] <= limit

    def send(self, status: int, body: object, headers: dict[str, str] | None = None) -> None:
        content = body if isinstance(body, bytes) else json.dumps(body, ensure_ascii=False).encode()
        self.send_response(status)
        for name, value in (headers or {}).items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)
