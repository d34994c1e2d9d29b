"""MAIL_PER_MINUTE: no faster than the mail server wants (R116)."""

import threading
from datetime import timedelta

import pytest
import sqlalchemy as sa

from app.extensions import transaction
from app.models import OutboxMail
from app.work.mail.delivery import deliver
from tests.mail import mail_world
from tests.mail.mail_world import use

make_secret, queue = mail_world.make_secret, mail_world.queue
postbox, start_server, post_office = mail_world.postbox, mail_world.start_server, mail_world.post_office


@pytest.fixture
def many(queue, make_account, session):
    account = make_account()
    for _mail in range(12):
        queue("password-changed", account=account, secret=False)
    session.rollback()  # an open read would make the writers wait


def a_minute_later(session):
    """The mails were sent a minute longer ago."""
    with transaction():
        for mail in session.scalars(sa.select(OutboxMail).where(OutboxMail.sent_at.is_not(None))):
            mail.sent_at -= timedelta(minutes=1)


def test_the_rest_waits_for_the_next_minute_r116(app, session, many, start_server, postbox):
    use(app, start_server(), MAIL_PER_MINUTE=5)
    assert deliver(app.config).sent == 5
    assert deliver(app.config, at_once=True).sent == 0
    a_minute_later(session)
    assert deliver(app.config).sent == 5
    a_minute_later(session)
    assert deliver(app.config).sent == 2
    assert len(postbox.mails) == 12


def test_waiting_for_the_next_minute_is_no_try(app, session, many, start_server):
    use(app, start_server(), MAIL_PER_MINUTE=5)
    deliver(app.config)
    left = session.execute(
        sa.select(OutboxMail.attempts, OutboxMail.problem, OutboxMail.lease_until).where(OutboxMail.state == "waiting")
    ).all()
    assert left == [(0, None, None)] * 7


def test_workers_at_once_keep_to_it_together_r114_r116(app, many, start_server, postbox):
    use(app, start_server(), MAIL_PER_MINUTE=6)

    def work():
        with app.app_context():
            deliver(app.config)

    workers = [threading.Thread(target=work) for _worker in range(4)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    assert len(postbox.mails) <= 6


def test_without_the_setting_there_is_no_limit(app, many, post_office, postbox):
    deliver(app.config)
    assert len(postbox.mails) == 12
