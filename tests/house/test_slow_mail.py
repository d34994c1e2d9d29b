"""A mail server that takes the line and never speaks slows no request (R111)."""

import socket
import threading
import time

import pytest
import sqlalchemy as sa

from app.extensions import transaction
from app.models import IssuedSecret, OutboxMail
from app.work.batches import work_on_batches
from app.work.mail.delivery import deliver
from tests.conftest import token_of

FORM = {"username": "admin_bos", "first_name": "Bea", "prefix": "", "last_name": "Bos", "email": "bea@school.example"}
NEW = "/beheer/accounts/applicatiebeheerder/"


@pytest.fixture
def silent():
    """The port of a server that takes calls and says nothing, and the lines it holds."""
    server, lines = socket.create_server(("127.0.0.1", 0)), []

    def take():
        while True:
            try:
                lines.append(server.accept()[0])
            except OSError:
                return

    thread = threading.Thread(target=take)
    thread.start()
    yield server.getsockname()[1], lines
    server.shutdown(socket.SHUT_RDWR)
    server.close()
    for line in lines:
        line.close()
    thread.join()


@pytest.fixture
def app_settings(silent):
    return {"MAIL_SERVER": "127.0.0.1", "MAIL_PORT": silent[0], "MAIL_TIMEOUT": 3, "MAIL_FROM": "zicht@school.example"}


def test_a_mail_server_that_hangs_slows_no_request_r111(app, session, silent, admin_client):
    def make(username):
        form = FORM | {"username": username, "csrf_token": token_of(admin_client.get(NEW).text)}
        began = time.monotonic()
        assert admin_client.post(NEW, data=form).status_code == 303
        return time.monotonic() - began

    def carry():
        with app.app_context():
            deliver(app.config)

    make("admin_een")
    work_on_batches(app.config)
    session.rollback()
    postman = threading.Thread(target=carry)
    postman.start()
    while not silent[1]:  # the postman stands at the door
        time.sleep(0.01)
    assert max(make(f"admin_{name}") for name in ("twee", "drie", "vier")) < 1
    assert postman.is_alive()
    postman.join()
    session.rollback()
    assert session.scalars(sa.select(OutboxMail.state)).all() == ["waiting"]
    with transaction():
        assert session.scalar(sa.select(IssuedSecret.used_at)) is None
