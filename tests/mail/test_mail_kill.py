"""Workers that are killed or stopped at the worst moment: nothing is lost, and what goes twice says so (R113, R114)."""

import signal
import threading
import time
from collections import Counter

from app.models import OutboxMail
from app.services.mail.outbox import outbox_counts
from tests.mail import mail_worker, mail_world
from tests.mail.mail_world import take_and_drop
from tests.processes import Process

make_secret, queue = mail_world.make_secret, mail_world.queue
postbox, start_server = mail_world.postbox, mail_world.start_server


def start_worker(app, tmp_path, port):
    url = app.config["SQLALCHEMY_DATABASE_URI"]
    return Process(mail_worker.main, url, str(tmp_path), port)


def test_kills_and_faults_lose_nothing_and_double_only_what_nobody_can_know_r113(
    app, session, queue, start_server, postbox, tmp_path
):
    """Killed with kill -9 while the server had the mail, and just before; with lines that drop and answers of 451."""
    ids = {f"<{queue().message_id}@localhost>" for _mail in range(30)}
    session.rollback()
    server, worker = start_server(), None

    async def kill_when_taken(_server):
        worker.kill()
        return "250 OK"

    async def wait_and_take(_server):
        threading.Event().wait(0.02)
        return "250 OK"

    faults = [wait_and_take, "451 later", wait_and_take, take_and_drop, kill_when_taken]
    postbox.faults = [*faults, wait_and_take, *faults, "451 later", *faults, take_and_drop]
    kills = 0
    while outbox_counts(session, None)["waiting"]:
        session.rollback()
        worker = start_worker(app, tmp_path, server.port)
        kills += worker.end() == -signal.SIGKILL
        worker.close()
        session.rollback()
    seen = Counter(postbox.ids)
    assert set(seen) == ids  # nothing lost
    doubled = {message_id for message_id, times in seen.items() if times > 1}
    assert kills == 3
    assert sum(seen.values()) - len(ids) <= kills + 4  # a kill on the line, or a line that dropped after the mail
    uncertain = {f"<{mail.message_id}@localhost>" for mail in session.query(OutboxMail).filter_by(uncertain=True)}
    assert doubled <= uncertain
    assert outbox_counts(session, None)["sent"] == 30


def test_a_worker_that_stood_still_beyond_its_lease_does_not_send_afterwards_r114(
    app, session, queue, start_server, postbox, tmp_path
):
    ids = [f"<{queue().message_id}@localhost>" for _mail in range(2)]
    session.rollback()
    stopped = threading.Event()

    async def stop_the_worker(_server):
        first.pause()
        stopped.set()
        return "250 OK"

    server = start_server()
    postbox.faults = [stop_the_worker]
    first = start_worker(app, tmp_path, server.port)
    assert stopped.wait(30)
    second = start_worker(app, tmp_path, server.port)
    assert second.end() == 0
    sent = list(postbox.ids)
    first.go_on()
    assert first.end() == 0
    time.sleep(0.1)
    for worker in (first, second):
        worker.close()
    assert postbox.ids == sent  # the first one sent nothing more
    assert Counter(sent) == {ids[0]: 2, ids[1]: 1}  # whether the first got through, nobody could know
    session.rollback()
    assert session.query(OutboxMail).order_by(OutboxMail.id).first().uncertain
