"""The entrance for servers: `gunicorn wsgi:app`, and `python wsgi.py` for one process with web and scheduler.

`python wsgi.py --make-ready` first brings the database up to date and fills an empty one with the practice school; that
is what `make run` starts, all in one process, so that it is up within seconds.
"""

import logging
import os
import select
import signal
import socket
import sys
import time
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from app import create_app

if TYPE_CHECKING:
    from app.scheduler import Scheduler

THREADS = 52  # more than all places of app/auth/crowd.py together: most of them wait
CONNECTIONS = 1000  # who waits for a thread is held here, not in the queue of the system
LARGEST_BODY = 64 * 1024 * 1024  # an upload of 50 MB with its form; each route sets its own, lower limit
ACCEPT_WITHIN = 2  # seconds for connections that were made before SIGTERM
FINISH_WITHIN = 30  # seconds that running requests get after SIGTERM (R126)

app = create_app()


def main(arguments: Sequence[str]) -> None:
    """Serve web and scheduler on HOST and PORT until SIGTERM or Ctrl-C."""
    from flask_babel import gettext as _

    from app.scheduler import start_in_background

    host, port = os.environ.get("HOST") or "127.0.0.1", int(os.environ.get("PORT") or 8000)
    with app.app_context():
        try:
            _check_free(host, port)
        except OSError:
            sys.exit(_("Port %(port)d is taken. Choose another one: PORT=8001 make run", port=port))
        accounts = _make_ready() if "--make-ready" in arguments else []
        server = Server(host, port)
        ready = _("Zicht is ready: %(address)s  (Ctrl-C stops it)", address=server.address)
        print(ready, *accounts, sep="\n", flush=True)
    server.run(start_in_background(app))


def _check_free(host: str, port: int) -> None:
    """Find out before the long work that somebody else has the port."""
    with socket.create_server((host, port), reuse_port=False):
        pass


def _make_ready() -> list[str]:
    """Upgrade the database when needed; load the practice school when it is empty. Needs an app context.

    Returns the lines that name the accounts of the practice school.
    """
    from app.extensions import db
    from app.services.schema import is_current

    current = is_current(db.session)
    db.session.remove()
    if not current:
        from flask_migrate import upgrade

        upgrade()
    if not app.config["PRACTICE"]:
        return []
    from app.cli.practice import practice_accounts

    return list(practice_accounts())


class Server:
    """Waitress that finishes what it began: its own loop is left at once on SIGTERM, and drops running requests."""

    def __init__(self, host: str, port: int) -> None:
        from waitress import create_server, wasyncore

        self.wasyncore = wasyncore
        logging.getLogger("waitress.queue").setLevel(logging.ERROR)  # else a line for everyone who waits a moment
        self.map: dict[int, Any] = {}
        create_server(  # registers itself in our map, once per address
            app,
            map=self.map,
            host=host,
            port=port,
            threads=THREADS,
            connection_limit=CONNECTIONS,
            ident=None,
            max_request_body_size=LARGEST_BODY,
            # Waitress would throw away the headers of our own proxy; how many we believe is PROXIES (ProxyFix).
            clear_untrusted_proxy_headers=app.config["PROXIES"] == 0,
        )
        for listener in self.listeners:
            listener.channel_class = _channels()
        self.stopping = False

    @property
    def listeners(self) -> list[Any]:
        from waitress.server import BaseWSGIServer

        return [entry for entry in self.map.values() if isinstance(entry, BaseWSGIServer)]

    @property
    def address(self) -> str:
        listener = self.listeners[0]
        host = f"[{listener.effective_host}]" if ":" in listener.effective_host else listener.effective_host
        return f"http://{host}:{listener.effective_port}"

    def run(self, scheduler: "Scheduler") -> None:
        """Serve until a signal; then finish running requests and running work. A second signal ends it at once."""
        for name in (signal.SIGTERM, signal.SIGINT):
            signal.signal(name, self._stop)
        while not self.stopping:
            self._turn(1.0)
        scheduler.stopping.set()
        self._finish_requests()
        scheduler.stop()

    def _stop(self, signal_number: int, _frame: object) -> None:
        signal.signal(signal_number, signal.SIG_DFL)
        self.stopping = True
        for listener in self.listeners:
            listener.pull_trigger()

    def _turn(self, seconds: float) -> None:
        self.wasyncore.loop(timeout=seconds, use_poll=True, map=self.map, count=1)

    def _finish_requests(self) -> None:
        listeners = self.listeners
        until = time.monotonic() + ACCEPT_WITHIN
        while _have_callers(listeners) and time.monotonic() < until:  # whom the system accepted for us already
            self._turn(0.0)
        for listener in listeners:
            self.wasyncore.dispatcher.close(listener)
        until = time.monotonic() + FINISH_WITHIN
        while any(map(_is_busy, listeners)) and time.monotonic() < until:
            self._turn(0.05)
        for listener in listeners:
            listener.task_dispatcher.shutdown(timeout=1)
        self.wasyncore.close_all(self.map)


def _have_callers(listeners: list[Any]) -> bool:
    return bool(select.select([listener.socket for listener in listeners], [], [], 0)[0])


def _channels() -> type[Any]:
    """Connections of which also the refusals that never reach the app (400, 413, 431) carry our headers (R63)."""
    from waitress.channel import HTTPChannel
    from waitress.task import ErrorTask

    from app.headers import fixed_headers

    with app.app_context():
        ours = list(fixed_headers().items())

    class Refusal(ErrorTask):  # type: ignore[misc]
        def execute(self) -> None:
            self.response_headers.extend(ours)
            super().execute()

    class Channel(HTTPChannel):  # type: ignore[misc]
        error_task_class = Refusal

    return Channel


def _is_busy(listener: Any) -> bool:
    channels = list(listener.active_channels.values())
    return any(channel.requests or channel.total_outbufs_len or channel.request for channel in channels)


if __name__ == "__main__":
    main(sys.argv[1:])
