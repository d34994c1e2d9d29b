"""A real browser against a real server: the app on a free loopback port with its scheduler, mail at a real SMTP server.

With ZICHT_SCREENSHOTS=folder every step of a story leaves its picture there, at 1280 and at 390 pixels.
"""

import os
import shutil
import threading
from pathlib import Path

import pytest
from flask_migrate import upgrade
from playwright.sync_api import sync_playwright
from werkzeug.serving import make_server

from app.extensions import db as database
from app.scheduler import start_in_background
from tests.databases import make_app
from tests.mail.mail_world import Postbox, Server

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
QUIET = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update"]
WIDE, NARROW = {"width": 1280, "height": 900}, {"width": 390, "height": 844}


@pytest.fixture
def postbox():
    box = Postbox()
    server = Server(box)
    server.start()
    box.port = server.port
    yield box
    server.stop(no_assert=True)


@pytest.fixture
def site(tmp_path, postbox):
    """The app on a port of its own, with web and scheduler as `make run` starts them; `site.url` is its address."""
    server = make_server("127.0.0.1", 0, None, threaded=True)
    url = f"http://127.0.0.1:{server.port}"
    app = make_app(
        f"sqlite:///{tmp_path / 'zicht.db'}",
        tmp_path,
        PUBLIC_URL=url,
        TRUSTED_HOSTS=["127.0.0.1"],
        MAIL_SERVER="127.0.0.1",
        MAIL_PORT=postbox.port,
    )
    with app.app_context():
        upgrade()
        database.engine.dispose()
    server.app = app
    app.url = url
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    scheduler = start_in_background(app)
    yield app
    scheduler.stop()
    server.shutdown()
    thread.join()
    server.server_close()
    with app.app_context():
        database.session.remove()
        database.engine.dispose()


@pytest.fixture
def browser():
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=QUIET)
        yield browser
        browser.close()


@pytest.fixture
def open_page(browser, site):
    """Opens a page for somebody with an empty browser; `page.complaints` must be empty at the end (R61)."""
    pages = []

    def open_page(viewport=WIDE):
        page = browser.new_context(base_url=site.url, viewport=viewport, locale="nl-NL").new_page()
        page.complaints = []
        page.on("console", lambda said: page.complaints.append(said.text) if said.type == "error" else None)
        page.on("pageerror", lambda error: page.complaints.append(str(error)))
        pages.append(page)
        return page

    yield open_page
    assert [page.complaints for page in pages if page.complaints] == []


@pytest.fixture
def picture():
    """Keeps a picture of a step when ZICHT_SCREENSHOTS names a folder, in both widths."""
    folder = os.environ.get("ZICHT_SCREENSHOTS")

    def picture(page, name):
        if not folder:
            return
        Path(folder).mkdir(parents=True, exist_ok=True)
        for size in (NARROW, WIDE):
            page.set_viewport_size(size)
            page.screenshot(path=Path(folder) / f"{name}-{size['width']}.png", full_page=True)

    return picture
