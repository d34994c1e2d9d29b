"""Delivery to a real SMTP server that has faults; nothing is lost, nothing goes twice without need (R113 to R115)."""

import socket
import stat
import threading
import time
from datetime import timedelta
from email import message_from_bytes, policy

import pytest

from app.clock import now
from app.extensions import db, transaction
from app.models import IssuedSecret, OutboxMail
from app.services.mail import delivery as outbox_delivery
from app.work.mail.delivery import Delivered, deliver
from tests.mail import mail_world
from tests.mail.mail_world import take_and_drop, text_of

make_secret, queue = mail_world.make_secret, mail_world.queue
postbox, start_server, post_office = mail_world.postbox, mail_world.start_server, mail_world.post_office


def test_the_mails_of_a_round_go_over_one_connection_oldest_first(app, queue, post_office, postbox):
    mails = [queue() for _mail in range(5)]
    assert deliver(app.config) == Delivered(sent=5, deferred=0, failed=0, waiting=0)
    assert postbox.connections == 1
    assert [to for to, _message in postbox.mails] == [[mail.recipient] for mail in mails]
    assert postbox.ids == [f"<{mail.message_id}@localhost>" for mail in mails]


def test_somebody_who_waits_for_a_link_goes_before_a_thousand_others(app, queue, post_office, postbox):
    queue()
    queue("password-forgotten", "urgent@school.example")
    deliver(app.config, limit=1)
    assert postbox.mails[0][0] == ["urgent@school.example"]


def test_refused_for_good_stops_that_one_mail_and_is_shown_r115(app, session, queue, post_office, postbox):
    mails = [queue() for _mail in range(5)]
    postbox.recipients_refused[mails[2].recipient] = "550 5.1.1 no such user here"
    assert deliver(app.config) == Delivered(sent=4, deferred=0, failed=1, waiting=0)
    session.refresh(mails[2])
    assert (mails[2].state, mails[2].problem) == ("failed", "De mailserver weigert deze e-mail (550).")
    assert session.get(IssuedSecret, mails[2].secret_id).nonce  # it can be sent again
    assert postbox.connections == 1


def test_not_now_is_tried_again_later_with_the_same_id_and_the_same_secret_r113(
    app, session, queue, post_office, postbox
):
    mail = queue()
    postbox.faults = ["451 4.3.0 later please"]
    assert deliver(app.config) == Delivered(sent=0, deferred=1, failed=0, waiting=1)
    session.refresh(mail)
    assert mail.problem == "De mailserver neemt deze e-mail nog niet aan (451)."
    assert timedelta(seconds=50) < mail.next_at - now() < timedelta(seconds=80)
    assert deliver(app.config).sent == 0  # its time has not come
    assert deliver(app.config, at_once=True).sent == 1
    assert postbox.ids == [f"<{mail.message_id}@localhost>"]
    session.refresh(mail)
    assert (mail.problem, mail.attempts, mail.uncertain) == (None, 2, False)


def test_taken_and_then_silence_is_sent_again_and_marked_uncertain_r113(app, session, queue, post_office, postbox):
    mail, next_one = queue(), queue()
    postbox.faults = [take_and_drop]
    assert deliver(app.config) == Delivered(sent=1, deferred=1, failed=0, waiting=1)
    session.refresh(mail)
    assert (mail.state, mail.uncertain) == ("waiting", True)
    deliver(app.config, at_once=True)
    first, second, third = postbox.mails
    assert first[1]["Message-ID"] == third[1]["Message-ID"] != second[1]["Message-ID"]
    assert text_of(first[1]) == text_of(third[1])
    assert first[1]["Date"] == third[1]["Date"]
    session.refresh(next_one)
    assert (next_one.state, next_one.uncertain) == ("sent", False)


def test_after_48_hours_of_trying_it_has_failed_r115(app, session, queue, post_office, postbox):
    mail = queue()
    postbox.faults = ["451 later"] * 40
    while mail.state == "waiting":
        deliver(app.config, at_once=True)
        session.refresh(mail)
    assert (mail.state, mail.attempts) == ("failed", 16)
    assert postbox.mails == []


def test_a_server_that_is_away_costs_one_attempt_to_connect_for_all_mails(app, session, queue):
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port = probe.getsockname()[1]
    app.config.update(MAIL_SERVER="127.0.0.1", MAIL_PORT=port)
    for _mail in range(3):
        queue()
    assert deliver(app.config) == Delivered(sent=0, deferred=3, failed=0, waiting=3)
    assert {mail.problem for mail in session.query(OutboxMail)} == {"De mailserver antwoordt niet."}
    assert {mail.attempts for mail in session.query(OutboxMail)} == {1}


def test_a_server_that_hangs_is_left_in_time_r115(app, session, queue):
    """It says hello and then nothing more; a second one sends a byte now and then, which no socket timeout ends."""
    for reply in (b"", b"2"):
        with socket.create_server(("127.0.0.1", 0)) as listener:
            threading.Thread(target=_hang, args=(listener, reply), daemon=True).start()
            app.config.update(MAIL_SERVER="127.0.0.1", MAIL_PORT=listener.getsockname()[1], MAIL_TIMEOUT=0.4)
            queue()
            began = time.monotonic()
            assert deliver(app.config, at_once=True).sent == 0
            assert time.monotonic() - began < 6


def _hang(listener, reply):
    while True:
        try:
            line, _address = listener.accept()
        except OSError:
            return
        threading.Thread(target=_drip, args=(line, reply), daemon=True).start()


def _drip(line, reply):
    with line:
        line.sendall(b"220 hello\r\n")
        if reply:
            line.recv(1000)
            line.sendall(b"250 hello\r\n")
            line.recv(1000)
        try:
            for _byte in range(200):
                time.sleep(0.1)
                line.sendall(reply)
        except OSError:
            pass


def test_a_mail_that_cannot_be_made_does_not_stop_the_others(app, session, queue, post_office, postbox):
    poison, good = queue(), queue()
    poison.template = "no-such-letter"
    session.commit()
    assert deliver(app.config) == Delivered(sent=1, deferred=1, failed=0, waiting=1)
    assert postbox.ids == [f"<{good.message_id}@localhost>"]


def test_three_workers_at_once_send_each_mail_once_r113(app, session, queue, post_office, postbox):
    ids = [f"<{queue().message_id}@localhost>" for _mail in range(12)]
    session.rollback()

    def work():
        with app.app_context():
            deliver(app.config)

    workers = [threading.Thread(target=work) for _worker in range(3)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    assert sorted(postbox.ids) == sorted(ids)


def test_who_held_a_mail_too_long_may_not_write_any_more_r114(app, session, queue):
    mail, length = queue(), timedelta(minutes=4)
    mail.next_at = long_ago = now() - timedelta(minutes=10)
    session.commit()
    due = outbox_delivery.due_mails(session, now())
    with transaction():
        old, _ours = outbox_delivery.hold(session, long_ago, due, length)
    with transaction():
        new, (again,) = outbox_delivery.hold(session, now(), due, length)
        assert outbox_delivery.hold(session, now(), due, length)[1] == []  # it is taken
    with transaction():
        assert outbox_delivery.finish(session, old, [again.id], state="failed", problem="late") == 0
        assert outbox_delivery.finish(session, new, [again.id], state="sent", sent_at=now(), problem=None) == 1
    session.refresh(mail)
    assert (mail.state, mail.uncertain, mail.attempts) == ("sent", True, 2)


def test_what_was_taken_but_not_tried_is_given_back_untouched(app, session, queue, post_office, postbox):
    mails = [queue() for _mail in range(3)]
    deliver(app.config, going=lambda: not postbox.mails)
    for mail in mails[1:]:
        session.refresh(mail)
        assert (mail.state, mail.attempts, mail.lease_until, mail.uncertain) == ("waiting", 0, None, False)


def test_without_a_mail_server_mails_are_files_that_only_the_owner_reads(app, queue, tmp_path):
    mail = queue()
    assert deliver(app.config).sent == 1
    folder = tmp_path / "mail"
    (file,) = folder.iterdir()
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert file.name.endswith(f"-{mail.id:06}-account-new.eml")
    message = message_from_bytes(file.read_bytes(), policy=policy.default)
    assert message["To"] == mail.recipient
    assert "http://localhost/activeren/" in text_of(message)


@pytest.mark.parametrize("how", ["limit", "stop"])
def test_a_round_ends_when_it_is_told_to(app, queue, post_office, postbox, how):
    for _mail in range(3):
        queue()
    if how == "limit":
        assert deliver(app.config, limit=2).waiting == 1
    else:
        assert deliver(app.config, going=lambda: not postbox.mails).waiting == 2
    db.session.rollback()
