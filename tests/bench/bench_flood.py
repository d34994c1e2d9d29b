"""200 wrong logins at a time for 10 seconds, against the server of `python wsgi.py` in a process of its own (R2).

Meanwhile somebody who is logged in looks at a list over and over, on a new connection each time as a visitor behind
nginx has. Rows: the 95th percentile of that page in seconds (at most 1), what memory the server gained in MiB (at most
100), and answers that are neither a refusal (401) nor a request to come back (429, 503 with Retry-After): none.
"""

import asyncio
import os
import signal
import subprocess
import sys
import tempfile
import time
from collections import Counter
from dataclasses import dataclass, field
from http.client import HTTPConnection
from pathlib import Path
from statistics import quantiles
from urllib.parse import urlencode

from flask_migrate import upgrade

from app.auth.sessions import cookie_name
from app.extensions import db
from tests.bench.bench_lists import log_in
from tests.bench.rows import Row
from tests.conftest import token_of
from tests.databases import make_app
from tests.screens.lists_world import make_administrator, make_school

CALLERS, SECONDS, PUPILS = 200, 10.0, 475
SLOWEST, MOST_MEMORY = 1.0, 100.0  # seconds, MiB
LIST = "/beheer/leerlingen/"
KEY = "flood-" * 10
COME_BACK = {429, 503}


@dataclass
class Seen:
    """What the callers and the reader of the list were answered."""

    answers: Counter[int] = field(default_factory=Counter)
    wrong: Counter[str] = field(default_factory=Counter)
    pages: list[float] = field(default_factory=list)
    memory: list[float] = field(default_factory=list)


def measure(callers: int = CALLERS, span: float = SECONDS, pupils: int = PUPILS) -> list[Row]:
    """The three rows of one flood."""
    with tempfile.TemporaryDirectory() as folder:
        url = f"sqlite:///{Path(folder) / 'zicht.db'}"
        cookie = make_ready(url, Path(folder), pupils)
        server, port = start(url, folder)
        try:
            warm(port, cookie)
            before = memory_of(server.pid)
            seen = asyncio.run(flood(port, cookie, callers, span, server.pid))
        finally:
            server.send_signal(signal.SIGTERM)
            server.communicate(timeout=60)
    print(dict(seen.answers), dict(seen.wrong), f"{len(seen.pages)} pages", file=sys.stderr)
    gained, slow = max(seen.memory) - before, quantiles(seen.pages, n=20)[-1]
    wrong, answers = float(seen.wrong.total()), float(seen.answers.total())
    return [
        Row(f"flood of {callers} logins at a time: list page, p95 / 1 s", slow, SLOWEST, slow / SLOWEST, 1.0),
        Row("flood: memory gained / 100 MiB", gained, MOST_MEMORY, gained / MOST_MEMORY, 1.0),
        Row("flood: answers that were wrong / all", wrong, answers, wrong / max(1.0, answers), 0.0),
    ]


def make_ready(url: str, folder: Path, pupils: int) -> str:
    """A school with an administrator who is logged in: the cookie."""
    app = make_app(url, folder, SECRET_KEY=KEY)
    with app.app_context():
        upgrade()
        account = make_administrator(db.session, make_school(db.session, pupils))
        cookie = f"{cookie_name(app)}={log_in(account)}"
        db.session.remove()
        db.engine.dispose()
    return cookie


def start(url: str, folder: str) -> tuple[subprocess.Popen[str], int]:
    """The server as a school starts it, on a free port."""
    settings = {"DATABASE_URL": url, "SECRET_KEY": KEY, "PUBLIC_URL": "http://127.0.0.1", "PORT": "0", "PRACTICE": "0"}
    log = (Path(folder) / "log").open("w")
    server = subprocess.Popen(
        [sys.executable, "wsgi.py"], env=os.environ | settings, stdout=subprocess.PIPE, stderr=log, text=True
    )
    return server, int(server.stdout.readline().split()[3].rpartition(":")[2])


def memory_of(process: int) -> float:
    """What it holds, in MiB."""
    lines = Path(f"/proc/{process}/status").read_text().splitlines()
    return next(int(line.split()[1]) / 1024 for line in lines if line.startswith("VmRSS:"))


async def flood(port: int, cookie: str, callers: int, span: float, process: int) -> Seen:
    seen = Seen()
    requests = [await wrong_login(port, number) for number in range(callers)]
    until = time.monotonic() + span
    await asyncio.gather(
        *(call(port, request, until, seen) for request in requests), read(port, cookie, until, seen, process)
    )
    return seen


async def wrong_login(port: int, number: int) -> bytes:
    """The form of one caller, with the session and the token of a login page of its own."""
    head, page = await ask(port, b"GET /login HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n")
    cookie = next(line for line in head.split(b"\r\n") if line.lower().startswith(b"set-cookie: zicht=")).split()[1]
    form = {"csrf_token": token_of(page.decode()), "username": f"leerling{number}", "password": f"verkeerd {number}"}
    body = urlencode(form | {"institution": "99ZZ"}).encode()
    start = b"POST /login HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\nCookie: " + cookie
    kind = b"\r\nContent-Type: application/x-www-form-urlencoded\r\nContent-Length: %d\r\n\r\n" % len(body)
    return start + kind + body


async def call(port: int, request: bytes, until: float, seen: Seen) -> None:
    """One caller: the same form again and again without a pause, whatever is answered."""
    while time.monotonic() < until:
        try:
            head, _page = await ask(port, request)
        except OSError as error:
            seen.wrong[type(error).__name__] += 1
            continue
        status = int(head.split(b" ", 2)[1]) if head else 0
        seen.answers[status] += 1
        if status != 401 and not (status in COME_BACK and b"\r\nretry-after:" in head.lower()):
            seen.wrong[str(status)] += 1


async def ask(port: int, request: bytes) -> tuple[bytes, bytes]:
    """(head, body) of the answer."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    try:
        writer.write(request)
        answer = await reader.read()
    finally:
        writer.close()
    return answer.partition(b"\r\n\r\n")[::2]


async def read(port: int, cookie: str, until: float, seen: Seen, process: int) -> None:
    request = f"GET {LIST} HTTP/1.1\r\nHost: 127.0.0.1\r\nCookie: {cookie}\r\nConnection: close\r\n\r\n".encode()
    while time.monotonic() < until:
        began = time.perf_counter()
        head, page = await ask(port, request)
        seen.pages.append(time.perf_counter() - began)
        if not head.startswith(b"HTTP/1.1 200") or page.count(b'name="rowid"') != 25:
            seen.wrong[f"list: {head[:12].decode()}"] += 1
        seen.memory.append(memory_of(process))
        await asyncio.sleep(0.05)


def warm(port: int, cookie: str) -> None:
    """Look a few times, so that what is made once is there."""
    connection = HTTPConnection("127.0.0.1", port, timeout=60)
    for _time in range(5):
        connection.request("GET", LIST, headers={"Cookie": cookie})
        assert connection.getresponse().read().count(b'name="rowid"') == 25
    connection.close()
