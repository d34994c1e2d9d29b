"""The administrator's panel in a real browser, straight to the page, with nothing in the background."""

import threading
from types import SimpleNamespace
from urllib.parse import urlsplit

import pytest
from werkzeug.serving import make_server

from app.auth.sessions import cookie_name
from tests.visiting import with_session

WATCH = """window.broken = [];
addEventListener("securitypolicyviolation", (event) => window.broken.push(event.blockedURI + " " + event.sourceFile))"""


@pytest.fixture
def served(app):
    """The address of the app, on a free port of this machine."""
    server = make_server("127.0.0.1", 0, app, threaded=True)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.port}"
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture
def open_panel(app, served, browser, administrator):
    """Opens a page as the administrator. `page.seen` counts what must not be: dialogs, requests abroad, complaints."""

    def open_panel(**settings):
        context = browser.new_context(base_url=served, locale="nl-NL", **settings)
        cookie = with_session(app, administrator).get_cookie(cookie_name(app))
        context.add_cookies([{"name": cookie.key, "value": cookie.value, "url": served}])
        if settings.get("java_script_enabled", True):
            context.add_init_script(WATCH)
        page = context.new_page()
        page.seen = SimpleNamespace(dialogs=[], abroad=[], complaints=[], posts=[])
        page.on("dialog", lambda asked: (page.seen.dialogs.append(asked.message), asked.dismiss()))
        page.on("console", lambda said: page.seen.complaints.append(said.text) if said.type == "error" else None)
        page.on("pageerror", lambda error: page.seen.complaints.append(str(error)))
        page.on("request", lambda sent: _note(page.seen, sent, served))
        return page

    return open_panel


def _note(seen, sent, served):
    if urlsplit(sent.url).scheme in ("http", "https", "ws") and not sent.url.startswith(served):
        seen.abroad.append(sent.url)
    if sent.method == "POST":
        seen.posts.append(urlsplit(sent.url).path)


def broken(page):
    """What this page did that it may not do; [] when all is well (R61, R64)."""
    seen = page.seen
    return [*seen.dialogs, *seen.abroad, *seen.complaints, *page.evaluate("window.broken")]
