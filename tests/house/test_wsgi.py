"""`python wsgi.py`: one process with web and scheduler that starts fast and stops without dropping anybody (R126)."""

import json
import os
import signal
import socket
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.request

import pytest

from app.headers import FIXED

pytestmark = pytest.mark.once

SLOW = """
import os, sys, time
import wsgi
real = wsgi.app.wsgi_app
def slow(environ, start_response):
    if environ["PATH_INFO"] == "/healthz":
        os.write(1, b"request\\n")  # one write: print makes two, and threads come between
        time.sleep(float(os.environ.get("SLOW_FOR", "1")))
    return real(environ, start_response)
wsgi.app.wsgi_app = slow
wsgi.main(sys.argv[1:])
"""


def settings_of(tmp_path, **more):
    return os.environ | {
        "DATABASE_URL": f"sqlite:///{tmp_path / 'zicht.db'}",
        "SECRET_KEY": "x" * 40,
        "PUBLIC_URL": "http://127.0.0.1",
        "PORT": "0",
        "PRACTICE": "0",
        **more,
    }


@pytest.fixture
def start(tmp_path):
    """Starts the process; gives it with its address as soon as it is ready."""
    running = []

    def start(*arguments, code=None, **settings):
        command = [sys.executable, *(["-c", code] if code else ["wsgi.py"]), *arguments]
        process = subprocess.Popen(
            command, env=settings_of(tmp_path, **settings), stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
        )
        running.append(process)
        first = process.stdout.readline()
        assert first.startswith("Zicht is klaar: http://127.0.0.1:"), process.stderr.read()
        return process, first.split()[3]

    yield start
    for process in running:
        process.kill()
        process.communicate()


def ask(address):
    with urllib.request.urlopen(address, timeout=30) as answer:  # noqa: S310 - our own server
        return answer.status, json.load(answer)


def test_it_makes_itself_ready_on_nothing_and_stops_cleanly(start, tmp_path):
    process, address = start("--make-ready")
    assert ask(f"{address}/healthz") == (200, {"ok": True})
    until = time.monotonic() + 15
    while not is_ready(address):
        assert time.monotonic() < until
        time.sleep(0.2)
    process.send_signal(signal.SIGINT)
    _out, log = process.communicate(timeout=30)
    assert process.returncode == 0
    assert "Traceback" not in log


def is_ready(address):
    """Whether all parts are well; how full this disk is, is not our subject."""
    try:
        answer = ask(f"{address}/readyz")[1]
    except urllib.error.HTTPError as red:
        answer = json.load(red)
        red.close()
    return all(part["ok"] for name, part in answer["checks"].items() if name != "disk")


def test_twenty_running_requests_finish_after_sigterm_r126(start, empty_database, tmp_path):
    """More than there are threads: those that wait in the queue are answered as well."""
    empty_database(tmp_path)
    process, address = start(code=SLOW)
    answers, failures = [], []

    def request():
        try:
            answers.append(ask(f"{address}/healthz"))
        except OSError as error:
            failures.append(error)

    requests = [threading.Thread(target=request) for _request in range(20)]
    for one in requests:
        one.start()
    for _started in range(8):
        assert process.stdout.readline() == "request\n"
    process.send_signal(signal.SIGTERM)
    for one in requests:
        one.join()
    assert failures == []
    assert answers == [(200, {"ok": True})] * 20
    assert process.wait(timeout=30) == 0


def test_after_sigterm_no_new_connection_is_taken(start, empty_database, tmp_path):
    empty_database(tmp_path)
    process, address = start(code=SLOW, SLOW_FOR="4")
    answers = []
    thread = threading.Thread(target=lambda: answers.append(ask(f"{address}/healthz")))
    thread.start()
    assert process.stdout.readline() == "request\n"
    process.send_signal(signal.SIGTERM)
    while not is_refused(int(address.rpartition(":")[2])):
        assert answers == [], "refused before the running request ends"
        time.sleep(0.1)
    thread.join()
    assert answers == [(200, {"ok": True})]
    assert process.wait(timeout=30) == 0


def is_refused(port):
    try:
        socket.create_connection(("127.0.0.1", port), timeout=2).close()
    except ConnectionRefusedError:
        return True
    except OSError:  # it was in the queue of a door that just closed
        pass
    return False


def test_a_port_that_is_taken_is_said_in_a_sentence(tmp_path):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        command, settings = [sys.executable, "wsgi.py"], settings_of(tmp_path, PORT=port)
        result = subprocess.run(command, env=settings, capture_output=True, text=True, check=False)
    assert result.returncode == 1
    assert result.stderr == f"Poort {port} is bezet. Kies een andere: PORT=8001 make run\n"


REFUSALS = {
    400: b"GET / HTTP/1.1\r\nHost: localhost\r\nContent-Length: veel\r\n\r\n",
    413: b"POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 99999999999\r\n\r\n",
    431: b"GET / HTTP/1.1\r\nHost: localhost\r\nX: ".ljust(256 * 1024 + 1, b"x"),  # no byte more, so that it reads all
}


def test_what_the_server_itself_refuses_carries_our_headers_too_r63(start):
    process, address = start("--make-ready")
    for status, request in REFUSALS.items():
        with socket.create_connection(("127.0.0.1", int(address.rpartition(":")[2])), timeout=10) as line:
            line.sendall(request)
            answer = b""
            while piece := line.recv(10_000):
                answer += piece
        text = answer.decode()
        assert text.split()[1] == str(status), text
        for name, value in FIXED.items():
            assert text.count(f"{name}: {value}\r\n") == 1, name
        assert "Content-Security-Policy: default-src 'none'" in text
        assert "waitress" not in text.casefold()
    process.terminate()
    assert process.wait(timeout=30) == 0


def test_the_answer_names_no_server_and_no_version_r63(start):
    process, address = start("--make-ready")
    with urllib.request.urlopen(f"{address}/healthz") as answer:
        assert answer.headers["Server"] is None
    process.terminate()
    assert process.wait(timeout=30) == 0
