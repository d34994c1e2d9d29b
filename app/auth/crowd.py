"""Not too many at the forms that cost a hash, so that the rest of the site keeps its threads (R2).

Each form has places to work and places to wait. Who finds both taken is asked to come back, before anything was read or
looked up: that takes a fraction of a millisecond, and a flood of logins cannot fill the threads that serve the pages.
All places together are fewer than the threads of our servers (wsgi.py, docs/systemd).
"""

import threading
from collections.abc import Callable, Iterable
from typing import Any

from flask import Flask
from flask_babel import gettext as _

from app.headers import fixed_headers

PATIENCE = 5.0  # seconds that one waits for a place to work
COME_BACK_IN = 5  # seconds
Start = Callable[..., Any]
Inner = Callable[[dict[str, Any], Start], Iterable[bytes]]


class Places:
    """So many at once in one process: some work, the others wait: a class that begins a lesson logs in together."""

    def __init__(self, working: int, waiting: int) -> None:
        self.total = working + waiting
        self._room = threading.BoundedSemaphore(working + waiting)
        self._work = threading.BoundedSemaphore(working)

    def take(self) -> bool:
        """Whether there is a place to work, now or soon; give it back afterwards."""
        if not self._room.acquire(blocking=False):
            return False
        if self._work.acquire(timeout=PATIENCE):
            return True
        self._room.release()
        return False

    def give_back(self) -> None:
        self._work.release()
        self._room.release()


def all_places() -> dict[str, Places]:
    """The places of each form. Those that nobody floods do not suffer from those that somebody does."""
    own_password = Places(working=2, waiting=18)
    return {
        "/login": Places(working=4, waiting=16),
        "/wachtwoord/vergeten": Places(working=2, waiting=2),  # they wait for the beat
        "/wachtwoord/wijzigen": own_password,
        "/activeren/": own_password,
    }


class Crowd:
    """Goes before the app: lets in, or answers 503 by itself."""

    def __init__(self, app: Flask, inner: Inner) -> None:
        self.inner, self.places = inner, all_places()
        with app.app_context():
            text, again = _("It is very busy now. Wait a moment and try again."), _("Back to the form")
            self._headers = [("Content-Type", "text/html; charset=utf-8"), ("Retry-After", str(COME_BACK_IN))]
            self._headers += fixed_headers().items()
        head = f'<!doctype html><html lang="nl"><meta charset="utf-8"><title>Zicht</title><h1>{text}</h1>'
        self._pages = {path: f'{head}<p><a href="{path}">{again}</a></p></html>'.encode() for path in self.places}

    def __call__(self, environ: dict[str, Any], start_response: Start) -> Iterable[bytes]:
        path = environ.get("PATH_INFO", "")
        places = self.places.get(path) if environ["REQUEST_METHOD"] == "POST" else None
        if places is None:
            return self.inner(environ, start_response)
        if not places.take():
            page = self._pages[path]
            start_response("503 Service Unavailable", [*self._headers, ("Content-Length", str(len(page)))])
            return [page]
        try:
            return self.inner(environ, start_response)
        finally:
            places.give_back()
