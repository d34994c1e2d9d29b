"""Somtoday for many schools at once, as cheap as it can be: one made-up school, told under every school's own code."""

import json
import sys
from functools import cache
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlsplit
from uuid import UUID

from app.clock import today
from tests.sources.somtoday.somtoday_player import LISTS
from tests.sources.somtoday.somtoday_school import make_school


def organisation(number: int) -> str:
    """The organisation of a school."""
    return str(UUID(int=number + (1 << 96)))


def brin(number: int) -> str:
    """The code of a school: '00AA' to '99ZZ'."""
    rest, digits = divmod(number, 100)
    return f"{digits:02}{chr(65 + rest // 26 % 26)}{chr(65 + rest % 26)}"


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    school = None

    def log_message(self, *parts):
        """Says nothing."""

    def do_POST(self):
        self.rfile.read(int(self.headers.get("Content-Length", 0)))
        token = parse_qs(urlsplit(self.path).query)["organisation"][0]
        self.send(json.dumps({"access_token": token, "expires_in": 3600}).encode())

    def do_GET(self):
        token = self.headers["Authorization"].removeprefix("Bearer ")
        body = answer(self.path).replace(b"ORGANISATION", token.encode())
        self.send(body.replace(b"99ZZ", brin(UUID(token).int - (1 << 96)).encode()))

    def send(self, body):
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)


@cache
def answer(address):
    """The body of an answer, for every school the same."""
    parts, school = urlsplit(address), Handler.school
    query = {name: values[-1] for name, values in parse_qs(parts.query).items()}
    path = parts.path.removeprefix("/rest/v1/connect/")
    if path == "instelling":
        told = {"instellingen": [{"uuid": "ORGANISATION", "naam": "School", "brins": ["99ZZ"]}]}
    elif path == "vestiging":
        told = {"vestigingen": school.vestigingen}
    else:
        _vestiging, place, name = path.split("/", 2)
        wrapper, field = LISTS[name]
        start, amount = int(query.get("offset", 0)), int(query["amount"])
        told = {wrapper: school.at(place, getattr(school, field))[start : start + amount], "veldpermissies": {}}
    return json.dumps(told).encode()


def main(pupils):
    Handler.school = make_school(pupils, pupils * 8 // 5, pupils // 10, 1, today())
    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    print(server.server_address[1], flush=True)
    server.serve_forever()


if __name__ == "__main__":
    main(int(sys.argv[1]))
