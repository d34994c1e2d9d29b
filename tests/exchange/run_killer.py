"""A process that carries out runs in children of its own, and kills each with kill -9 at the moment it is told."""

import os
import random
import signal
import time
import traceback
from datetime import date
from pathlib import Path

import sqlalchemy as sa

from app.extensions import db
from app.work import runs
from tests.lending import make_careless_app
from tests.processes import Process
from tests.roster.roster_world import GROUP, guardian, pair, pupil, roster, staff

NEVER = 10**9
PUPILS = 30
GROUPS = tuple(GROUP._replace(key=f"g{n}", name=f"2{'ABCD'[n]}", location_key=f"L{1 + n % 2}") for n in range(4))


class Killer(Process):
    """Ready made; every child starts from it, so it costs a fork."""

    def __init__(self, url, instance):
        super().__init__(_work, url, instance)

    def warm_up(self, run_id, roster):
        """Does a run itself, so that every child has its statements compiled."""
        self.line.send((run_id, roster, 0, NEVER))
        return self.line.recv()

    def carry_out(self, run_id, roster, statements=NEVER, seconds=NEVER):
        """(whether the child was killed, statements that it had begun, seconds that it lived)."""
        self.line.send((run_id, roster, statements, seconds))
        return self.line.recv()


class Given:
    """A source that has its roster already."""

    def __init__(self, roster):
        self.roster = roster

    def fetch(self, _progress=None):
        return self.roster


def _work(line, url, instance):
    app = make_careless_app(url, Path(instance))
    while True:
        try:
            run_id, told, statements, seconds = line.recv()
        except EOFError:
            return
        if not statements:
            _do(app, run_id, told)
            line.send("warm")
            continue
        count, counted = os.pipe()
        begin = time.monotonic()
        child = os.fork()
        if not child:
            _run(app, run_id, told, statements, counted)
        os.close(counted)
        status = _waited(child, begin + seconds)
        line.send((os.WIFSIGNALED(status), int(os.read(count, 16) or 0), time.monotonic() - begin))
        os.close(count)


def _waited(child, end):
    """Its exit status; killed when it still lives at that moment."""
    while True:
        pid, status = os.waitpid(child, os.WNOHANG)
        if pid:
            return status
        if time.monotonic() >= end:
            os.kill(child, signal.SIGKILL)
            return os.waitpid(child, 0)[1]
        time.sleep(0.001)


def _do(app, run_id, told):
    with app.app_context():
        runs.open_source = lambda *_about: Given(told)
        runs.do_run(run_id)
        db.session.remove()
        db.engine.dispose()


def _run(app, run_id, told, statements, counted):
    """The child: carries out the run and dies at the given statement, before or after the database did it."""
    begun = 0

    def see(*_about):
        nonlocal begun
        begun += 1
        if begun == statements:
            os.kill(os.getpid(), signal.SIGKILL)

    try:
        with app.app_context():
            sa.event.listen(db.engine, "before_cursor_execute", see)
            sa.event.listen(db.engine, "commit", see)
        _do(app, run_id, told)
        os.write(counted, str(begun).encode())
    except BaseException:
        traceback.print_exc()
    finally:
        os._exit(0)


def some_school(seed):
    """A school of which about one in six is away, and much else is different, for every seed."""
    dice = random.Random(seed)
    here = [n for n in range(PUPILS) if dice.random() < 0.85]
    people = []
    for n in here:
        group = dice.choice(GROUPS)
        about = {"location_key": group.location_key, "group_key": group.key, "mentor_keys": (f"m{dice.randrange(4)}",)}
        born = date(2012, 1 + n % 12, 1 + n % 28)
        people.append(pupil(f"{1000 + n}", last_name=f"Berg{n}{dice.choice('ab')}", birth_date=born, **about))
        people.append(guardian(f"{7000 + n}", last_name=f"Beek{n}", email=f"{dice.choice('xy')}{n}@thuis.example"))
        people.append(pair(f"{7000 + n}", f"{1000 + n}", relation=dice.choice(("vader", "moeder"))))
    people += [staff(f"{n}", group_keys=(dice.choice(GROUPS).key,)) for n in range(4)]
    return roster(*people, groups=GROUPS)
