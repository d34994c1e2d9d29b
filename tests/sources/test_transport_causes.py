"""Why a service cannot be reached, in words that say where to look (R71, R110)."""

import errno
import socket
import ssl

import httpx
import pytest

from app.roster.reading import transport
from app.roster.reading.transport import Transport, Unreachable, cause_of


def caused_by(problem):
    try:
        raise httpx.ConnectError("x") from problem
    except httpx.ConnectError as error:
        return error


@pytest.mark.parametrize(
    ("problem", "cause"),
    [
        (caused_by(ssl.SSLCertVerificationError("geheim")), "tls"),
        (caused_by(ConnectionRefusedError()), "refused"),
        (caused_by(socket.gaierror()), "host"),
        (caused_by(OSError(errno.EHOSTUNREACH, "")), "host"),
        (caused_by(OSError(errno.EPIPE, "")), "answer"),
        (httpx.ConnectTimeout("x"), "slow"),
        (httpx.ReadTimeout("x"), "slow"),
        (httpx.RemoteProtocolError("x"), "answer"),
        (ValueError("x"), "answer"),
    ],
)
def test_the_cause_is_known_by_the_kind_of_error(problem, cause):
    assert cause_of(problem) == cause


def test_a_port_where_nobody_listens_is_called_refused():
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        address = f"http://127.0.0.1:{taken.getsockname()[1]}/"
        with pytest.raises(Unreachable) as refusal:
            Transport(sleep=lambda seconds: None).ask("GET", address)

    assert refusal.value.cause == "refused"


def test_a_name_that_does_not_exist_is_called_so(monkeypatch):
    def unknown(*parts, **more):
        raise socket.gaierror

    monkeypatch.setattr(transport.socket, "getaddrinfo", unknown)
    with pytest.raises(Unreachable) as refusal:
        Transport(sleep=lambda seconds: None).ask("GET", "https://bestaat.niet.example/")

    assert refusal.value.cause == "host"


def test_a_service_that_says_nothing_is_called_slow(monkeypatch):
    monkeypatch.setattr(transport, "TIMEOUT", httpx.Timeout(0.05))
    with socket.create_server(("127.0.0.1", 0)) as silent, pytest.raises(Unreachable) as refusal:
        Transport(sleep=lambda seconds: None).ask("GET", f"http://127.0.0.1:{silent.getsockname()[1]}/")

    assert refusal.value.cause == "slow"
