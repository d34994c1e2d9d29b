"""A worker as a process of its own, to be killed by the tests."""

import time
from pathlib import Path

from app.extensions import db
from app.services.mail.outbox import outbox_counts
from app.work.mail.delivery import deliver
from tests.databases import make_app

PATIENCE = 0.4  # seconds; leases are four times as long


def main(_line, url, instance, port):
    app = make_app(url, Path(instance), MAIL_SERVER="127.0.0.1", MAIL_PORT=port, MAIL_TIMEOUT=PATIENCE)
    with app.app_context():
        while outbox_counts(db.session, None)["waiting"]:
            deliver(app.config, at_once=True)
            time.sleep(0.05)
