"""500 mails to a local SMTP server, beside a bare smtplib loop over one connection that sends the same texts.

The bare loop is the one of Python's manual: an EmailMessage with plain text and HTML, and send_message. It writes no
letters, derives no secrets, keeps no outbox. The server is a process of its own; both talk to it, in turns.
"""

import secrets
import smtplib
import subprocess
import sys
import tempfile
from datetime import timedelta
from email.message import EmailMessage
from pathlib import Path

from flask_migrate import upgrade

from app.clock import now
from app.extensions import db, transaction
from app.models import Account, Institution, IssuedSecret, OutboxMail, Person, PersonKind, Role, Seat
from app.services.mail import delivery as outbox
from app.services.mail.outbox import NewMail, queue_mails
from app.work.mail.delivery import deliver
from app.work.mail.letter import House
from app.work.mail.message import compose
from tests.bench.rows import Row, compared, seconds
from tests.databases import make_app

MAILS, TURNS, LIMIT = 500, 5, 1.5
SERVER = """
import asyncio, sys
from aiosmtpd.controller import Controller
class Sink:
    async def handle_DATA(self, server, session, envelope):
        return "250 OK"
class Open(Controller):
    def _trigger_server(self):
        self.port = self.server.sockets[0].getsockname()[1]
        super()._trigger_server()
controller = Open(Sink(), hostname="127.0.0.1", port=0)
controller.start()
print(controller.port, flush=True)
sys.stdin.read()
"""


def measure() -> list[Row]:
    """The one row: delivering through the outbox against bare smtplib."""
    server = subprocess.Popen([sys.executable, "-c", SERVER], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    try:
        port = int(server.stdout.readline())
        with tempfile.TemporaryDirectory() as folder:
            return [_compare(Path(folder), port)]
    finally:
        server.communicate("")


def _compare(folder: Path, port: int) -> Row:
    app = make_app(f"sqlite:///{folder / 'mail.db'}", folder, MAIL_SERVER="127.0.0.1", MAIL_PORT=port)
    ours, floor = [], []
    with app.app_context():
        upgrade()
        accounts = _accounts()
        for _turn in range(TURNS + 1):  # the first turn warms both up
            _queue(accounts)
            letters = _letters(app)
            floor.append(seconds(lambda letters=letters: _bare(port, letters)))
            ours.append(seconds(lambda: deliver(app.config)))
            assert db.session.query(OutboxMail).filter_by(state="waiting").count() == 0
            db.session.remove()
        db.engine.dispose()
    return compared(f"mail: {MAILS} account mails, outbox / bare smtplib", ours[1:], floor[1:], LIMIT)


def _bare(port: int, letters: list[tuple[str, str, str, str]]) -> None:
    with smtplib.SMTP("127.0.0.1", port, local_hostname="localhost") as line:
        for recipient, subject, text, html in letters:
            message = EmailMessage()
            message["From"], message["To"], message["Subject"] = "zicht@localhost", recipient, subject
            message.set_content(text)
            message.add_alternative(html, subtype="html")
            line.send_message(message)


def _letters(app) -> list[tuple[str, str, str, str]]:
    """The texts of the mails that wait: the bare loop need not write them."""
    house = House(app.config["PUBLIC_URL"], app.config["SECRET_KEY"], "")
    due = outbox.due_mails(db.session, now(), MAILS)
    family = outbox.family_of(db.session, due)
    found = [compose(mail, family, house, app.config) for mail in due]
    db.session.rollback()
    return [(message.recipients[0], message.subject, message.body, message.html) for message in found]


def _accounts() -> list[int]:
    school = Institution(brin="99ZZ", name="De Zilverlinde", created_at=now())
    db.session.add(school)
    db.session.flush()
    for number in range(MAILS):
        person = Person(
            institution_id=school.id,
            kind=PersonKind.PUPIL,
            number=str(number),
            first_name="Noor",
            last_name=f"Linde{number}",
            created_at=now(),
        )
        person.remake_keys()
        db.session.add(person)
        db.session.flush()
        db.session.add(
            Account(
                institution_id=school.id,
                person_id=person.id,
                seat=Seat.OWN,
                role=Role.PUPIL,
                username=f"noorlinde{number}",
                created_at=now(),
            )
        )
    db.session.commit()
    return [account.id for account in db.session.query(Account).order_by(Account.id)]


def _queue(accounts: list[int]) -> None:
    with transaction():
        school = db.session.query(Institution).one()
        fresh = [
            IssuedSecret(
                institution_id=school.id,
                account_id=account_id,
                purpose="first",
                nonce=secrets.token_urlsafe(32),
                password_hash="-",
                token_hash=secrets.token_hex(32),
                created_at=now(),
                expires_at=now() + timedelta(days=14),
            )
            for account_id in accounts
        ]
        db.session.add_all(fresh)
        db.session.flush()
        queue_mails(
            db.session,
            now(),
            [
                NewMail("account-new", f"p{secret.account_id}@school.example", school.id, secret.account_id, secret.id)
                for secret in fresh
            ],
        )
