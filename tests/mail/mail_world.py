"""The world of the mail tests: a real SMTP server with faults, and mails that wait for it."""

import itertools
import secrets
import threading
from datetime import timedelta
from email import message_from_bytes, policy

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP

from app.clock import now
from app.models import IssuedSecret, OutboxMail
from app.services.login import credentials
from app.services.mail.outbox import NewMail, queue_mails

KEY = "test-" * 10


class Postbox:
    """What the server does with a mail: keeps it, after the faults that a test planned.

    `faults`: answers for the coming mails, in order: a reply such as "451 later", or a function of the server session.
    """

    def __init__(self):
        self.mails, self.faults, self.connections = [], [], 0
        self.recipients_refused = {}
        self.lock = threading.Lock()

    async def handle_RCPT(self, server, session, envelope, address, rcpt_options):
        if address in self.recipients_refused:
            return self.recipients_refused[address]
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_EHLO(self, server, session, envelope, hostname, responses):
        self.connections += 1
        session.host_name = hostname
        return responses

    async def handle_DATA(self, server, session, envelope):
        fault = self.faults.pop(0) if self.faults else None
        if isinstance(fault, str):
            return fault
        self.mails.append((envelope.rcpt_tos, message_from_bytes(envelope.content, policy=policy.default)))
        if fault is not None:
            return await fault(server)
        return "250 OK"

    @property
    def ids(self):
        return [message["Message-ID"] for _to, message in self.mails]


async def take_and_drop(server):
    """The mail was taken, then the line dropped: nobody can know."""
    server.transport.abort()
    return "250 never seen"


class Server(Controller):
    def __init__(self, box, **how):
        self.how = how
        super().__init__(box, hostname="127.0.0.1", port=0)

    def factory(self):
        return SMTP(self.handler, enable_SMTPUTF8=True, **self.how)

    def _trigger_server(self):
        """Port 0: ask which one it became before the first connection."""
        self.port = self.server.sockets[0].getsockname()[1]
        super()._trigger_server()


def text_of(message):
    return message.get_body(("plain",)).get_content().replace("\r\n", "\n")


def html_of(message):
    return message.get_body(("html",)).get_content().replace("\r\n", "\n")


@pytest.fixture
def postbox():
    return Postbox()


@pytest.fixture
def start_server(postbox):
    running = []

    def start(**how):
        server = Server(postbox, **how)
        server.start()
        running.append(server)
        return server

    yield start
    for server in running:
        server.stop(no_assert=True)


@pytest.fixture
def post_office(app, start_server):
    """The app is connected with a well-behaved mail server."""
    use(app, start_server())


def use(app, server, **settings):
    app.config.update(MAIL_SERVER="127.0.0.1", MAIL_PORT=server.port, MAIL_TIMEOUT=5, **settings)


@pytest.fixture
def make_secret(session):
    def make(account, lifetime=timedelta(days=14), **values):
        nonce = secrets.token_urlsafe(32)
        row = IssuedSecret(
            institution_id=account.institution_id,
            account_id=account.id,
            purpose="first",
            nonce=nonce,
            password_hash="not needed here",
            token_hash=credentials.token_hash(credentials.activation_token(KEY, nonce)),
            created_at=now(),
            expires_at=now() + lifetime,
            **values,
        )
        session.add(row)
        session.commit()
        return row

    return make


@pytest.fixture
def queue(session, make_account, make_secret):
    """Queue a mail to an account of its own; returns the row."""
    count = itertools.count(1)

    def queue(template="account-new", recipient=None, account=None, secret=True, lifetime=timedelta(days=14), **more):
        account = account or make_account()
        row = make_secret(account, lifetime) if secret else None
        mail = NewMail(
            template,
            recipient or f"person{next(count)}@school.example",
            account.institution_id,
            account.id,
            row.id if row else None,
            **more,
        )
        queue_mails(session, now(), [mail])
        session.commit()
        return session.query(OutboxMail).order_by(OutboxMail.id.desc()).first()

    return queue
