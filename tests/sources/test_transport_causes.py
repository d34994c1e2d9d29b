"""Why a service cannot be reached, in words that say where to look (R71, R110)."""

import errno
import socket
import ssl

import httpx
import pytest

from app.roster.reading import transport
from app.roster.reading.transport import Transport, Waits
from app.roster.reading.unreachable import Page, Unreachable, cause_of


def caused_by(problem):
    try:
        raise httpx.ConnectError("x") from problem
    except httpx.ConnectError as error:
        return error


def alert():
    problem = ssl.SSLError(1, "geheim")
    problem.reason = "TLSV13_ALERT_CERTIFICATE_REQUIRED"
    return problem


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
        (Page(), "form"),
        (caused_by(alert()), "alert"),
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


@pytest.mark.parametrize("is_reset", [False, True])
def test_who_hangs_up_before_the_answer_is_called_dropped(is_reset):
    def hang_up(request):
        raise httpx.ReadError("geheim") if is_reset else httpx.RemoteProtocolError("geheim")

    told = httpx.MockTransport(hang_up)
    with pytest.raises(Unreachable) as refusal:
        Transport(sleep=lambda seconds: None, transport=told).ask("GET", "http://127.0.0.1:1/")

    assert refusal.value.cause == "dropped"


@pytest.mark.parametrize(("body", "cause"), [(b" <!DOCTYPE html><p>", "form"), (b"{", "answer"), (b"", "answer")])
def test_a_web_page_where_data_should_be_is_told_as_such(body, cause):
    told = httpx.MockTransport(lambda request: httpx.Response(200, stream=httpx.ByteStream(body)))
    with pytest.raises(Unreachable) as refusal:
        Transport(sleep=lambda seconds: None, transport=told).ask("GET", "http://127.0.0.1:1/")

    assert refusal.value.cause == cause


@pytest.mark.parametrize(("waits", "asked"), [(Waits(1, 10), 4), (Waits(1, 10, slow_tries=2), 2)])
def test_an_answer_that_drips_for_too_long_is_called_slow_and_not_asked_for_ever(waits, asked):
    moments, questions = iter(range(0, 10_000, 50)), []

    def drip(request):
        questions.append(request)
        return httpx.Response(200, stream=httpx.ByteStream(b"[1]"))

    told = httpx.MockTransport(drip)
    with pytest.raises(Unreachable) as refusal:
        Transport(lambda seconds: None, lambda: next(moments), waits, transport=told).ask("GET", "http://127.0.0.1:1/")

    assert (refusal.value.cause, len(questions)) == ("slow", asked)
