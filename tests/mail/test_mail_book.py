"""The book that a killed worker leaves: the next one reads which mails went out (R113)."""

import os
import stat
import subprocess
import sys
from datetime import timedelta

from app.clock import now
from app.extensions import transaction
from app.services.mail import delivery as outbox_delivery
from app.work.mail.book import BEGUN, ENDED, SENT, Book, left_books
from app.work.mail.delivery import deliver, has_left_books, read_left_books
from tests.mail import mail_world

make_secret, queue = mail_world.make_secret, mail_world.queue
postbox, start_server, post_office = mail_world.postbox, mail_world.start_server, mail_world.post_office
DIES = """
import os, sys
from datetime import datetime
from pathlib import Path
from app.work.mail.book import Book
book = Book(Path(sys.argv[1]))
book.hold(datetime.fromisoformat(sys.argv[2]), [1, 2, 3, 4, 5])
for what, number in (("begun", 1), ("sent", 1), ("begun", 2), ("ended", 2), ("begun", 3)):
    book.note(what, number)
os.kill(os.getpid(), 9)
"""


def test_a_killed_worker_leaves_what_it_did_and_the_next_one_saves_it_r113(app, session, queue, tmp_path):
    mails = [queue() for _mail in range(5)]
    assert [mail.id for mail in mails] == [1, 2, 3, 4, 5]
    with transaction():
        page = outbox_delivery.due_mails(session, now())
        token, _ours = outbox_delivery.hold(session, now(), page, timedelta(minutes=4))
    subprocess.run([sys.executable, "-c", DIES, str(tmp_path / "mail-books"), token.isoformat()], check=False)
    assert has_left_books(app.config)
    read_left_books(app.config)
    assert not has_left_books(app.config)
    session.expire_all()
    told = [(mail.state, mail.attempts, mail.uncertain, mail.lease_until) for mail in mails]
    assert told == [
        ("sent", 1, False, None),
        ("waiting", 1, False, None),  # it ended without being taken
        ("waiting", 1, True, None),  # it was on the line
        ("waiting", 0, False, None),  # not begun: free again at once
        ("waiting", 0, False, None),
    ]


def test_the_book_of_a_worker_that_lives_is_left_alone(tmp_path):
    mine = Book(tmp_path / "books")
    mine.hold(now(), [7])
    assert list(left_books(tmp_path / "books")) == []
    assert stat.S_IMODE(mine.path.stat().st_mode) == 0o600
    mine.close()
    assert list((tmp_path / "books").iterdir()) == []


def test_a_book_that_nobody_holds_any_more_in_the_database_changes_nothing_r114(app, session, queue, tmp_path):
    mail = queue()
    book = Book(tmp_path / "mail-books")
    book.hold(now() + timedelta(minutes=4), [mail.id])
    book.note(BEGUN, mail.id)
    book.note(SENT, mail.id)
    os.close(book.file)
    read_left_books(app.config)
    session.refresh(mail)
    assert (mail.state, mail.attempts) == ("waiting", 0)


def test_a_torn_book_is_read_as_far_as_it_goes(tmp_path):
    folder = tmp_path / "books"
    folder.mkdir()
    (folder / "torn").write_text(f"held {now().isoformat()} 1 2\nbegun 1\n{ENDED}")
    (groups,) = left_books(folder)
    assert groups[0].came_to == {1: BEGUN, 2: "held"}


def test_when_all_is_saved_no_book_is_left(app, queue, post_office, tmp_path):
    queue()
    deliver(app.config)
    assert list((tmp_path / "mail-books").iterdir()) == []
