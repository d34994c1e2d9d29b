"""A flood at the forms that cost a hash leaves threads for everybody else, and is asked to come back (R2)."""

import re
import threading

import pytest

from app.auth import crowd
from app.auth.crowd import COME_BACK_IN, Crowd, Places, all_places
from config import ROOT
from tests.login.auth_world import is_welcome, try_login

pytestmark = pytest.mark.once


@pytest.fixture
def gate(app):
    """The crowd control of this app, which stands somewhere before it."""
    found = app.wsgi_app
    while not isinstance(found, Crowd):
        found = found.inner
    return found


@pytest.fixture
def full(gate, monkeypatch):
    """All places of the login are taken by others, and nobody waits long."""
    monkeypatch.setattr(crowd, "PATIENCE", 0.01)
    places = gate.places["/login"]
    for _place in range(places.total):
        places._room.acquire()
    yield
    for _place in range(places.total):
        places._room.release()


def test_who_finds_no_place_is_asked_to_come_back_before_anything_was_looked_up_r2(client, owner, full, monkeypatch):
    monkeypatch.setattr("app.auth.sessions.StoredSessions.open_session", None)  # it would be an error to come so far
    answer = client.post("/login", data={"username": "Jdevries"})
    assert (answer.status_code, answer.headers["Retry-After"]) == (503, str(COME_BACK_IN))
    assert "Het is nu erg druk. Wacht even en probeer het opnieuw." in answer.text
    assert '<a href="/login">Terug naar het formulier</a>' in answer.text
    for name in ("X-Content-Type-Options", "Referrer-Policy", "X-Frame-Options"):
        assert answer.headers.getlist(name) == [answer.headers[name]]
    assert answer.headers["Cache-Control"] == "no-store"
    assert "default-src 'none'" in answer.headers["Content-Security-Policy"]


def test_pages_and_the_other_forms_go_on_meanwhile_r2(client, log_in, owner, full):
    assert client.get("/login").status_code == 200
    assert log_in(owner).get("/").status_code == 200
    assert client.post("/wachtwoord/vergeten", data={}).status_code == 400, "its token is missing, nothing else"


def test_a_place_is_free_again_after_each_answer_whatever_it_was_r2(app, client, owner, gate, monkeypatch):
    for _time in range(2 * gate.places["/login"].total):
        assert client.post("/login", data={}).status_code == 400
    with monkeypatch.context() as broken:
        broken.setattr(gate, "inner", lambda *_request: 1 / 0)
        for _time in range(gate.places["/login"].total):
            with pytest.raises(ZeroDivisionError):
                gate({"REQUEST_METHOD": "POST", "PATH_INFO": "/login"}, None)
    assert is_welcome(try_login(client))


def test_who_waits_gets_the_place_that_comes_free_and_the_next_is_sent_away_r2(monkeypatch):
    monkeypatch.setattr(crowd, "PATIENCE", 30.0)
    places, got = Places(working=1, waiting=1), []
    assert places.take()
    waiting = threading.Thread(target=lambda: got.append(places.take()))
    waiting.start()
    while places._room._value:
        pass
    assert not places.take(), "one works, one waits"
    places.give_back()
    waiting.join()
    assert got == [True]
    monkeypatch.setattr(crowd, "PATIENCE", 0.01)
    assert not places.take(), "it waited in vain"
    places.give_back()
    assert places.take()


def test_our_servers_have_more_threads_than_there_are_places_r2():
    places = sum(each.total for each in {id(each): each for each in all_places().values()}.values())
    served = {"wsgi.py": r"THREADS = (\d+)", "docs/systemd/zicht-web.service": r"--threads (\d+)"}
    threads = {int(re.search(pattern, (ROOT / file).read_text())[1]) for file, pattern in served.items()}
    assert len(threads) == 1
    assert threads.pop() >= places + 8, "for pages"
