"""A preview of 50,000 persons, and applying them with everything kept for an undo, beside django-import-export.

Ours writes the rows of all tables, their journal and the audit log. The peer reads the rows of the persons, in its bulk
mode, as its manual advises for speed: one table, no links, no history. Both are counted per row.
"""

import os
import subprocess
import sys
import tempfile
from pathlib import Path
from time import perf_counter

from flask_migrate import upgrade

from app.clock import now, today
from app.extensions import db, transaction
from app.models import Institution
from app.roster import Roster
from app.roster.practice import make_practice_school
from app.services.access import Actor
from app.services.roster.apply import apply_plan
from app.services.roster.plan import plan_roster
from app.services.roster.rows.read import read_known
from app.services.runs.outcome import foresee
from app.services.runs.requests import request_run
from tests.bench.rows import Row, compared, seconds
from tests.databases import make_app

PERSONS, TURNS = int(os.environ.get("BENCH_PERSONS", "50000")), 5
PEER_PERSONS = PERSONS // 5  # it needs minutes for all of them
PREVIEW_SECONDS, MEMORY_LIMIT, ROWS_A_SECOND, TIMES_THE_PEER = 10.0, 400.0, 5_000, 5.0


def measure() -> list[Row]:
    """Preview in seconds, seconds per row of an apply, and the same beside the peer."""
    roster = make_practice_school("99ZZ", PERSONS * 10 // 11, staff=PERSONS // 11, guardians=1)
    people = len(roster.pupils) + len(roster.guardians) + len(roster.staff)
    turns = [_turn(roster) for _ in range(TURNS)]
    previews, per_row, peer = (list(times) for times in zip(*turns, strict=True))
    peak = _peak()
    return [
        compared(f"exchange: preview of {people} persons (s) / 10 s", previews, [PREVIEW_SECONDS] * TURNS, 1.0),
        Row("exchange: peak memory of a preview (MB)", peak, MEMORY_LIMIT, peak / MEMORY_LIMIT, 1.0),
        compared("exchange: apply with journal, s a row / 1/5000", per_row, [1 / ROWS_A_SECOND] * TURNS, 1.0),
        compared("exchange: apply, s a row / django-import-export", per_row, peer, 1 / TIMES_THE_PEER),
    ]


def _turn(roster: Roster) -> tuple[float, float, float]:
    """(preview, apply per row, the peer per row), in a fresh database."""
    with tempfile.TemporaryDirectory() as folder:
        app = make_app(f"sqlite:///{folder}/zicht.db", Path(folder))
        with app.app_context():
            upgrade()
            school = _school()
            preview = seconds(lambda: _preview(school, roster))
            applied, rows = _apply(school, roster)
            db.session.remove()
            db.engine.dispose()
        peer = _peer(Path(folder), roster)
    return preview, applied / rows, peer


def _school() -> int:
    with transaction():
        school = Institution(brin="99ZZ", name="De Zilverlinde", created_at=now())
        db.session.add(school)
        db.session.flush()
        return school.id


def _preview(school: int, roster: Roster) -> None:
    foresee(db.session, db.session.get_one(Institution, school), roster.source, roster, today())
    db.session.rollback()


def _apply(school: int, roster: Roster) -> tuple[float, int]:
    """(seconds from the plan until all of it is committed, rows of the plan)."""
    actor = Actor("bench", institution_id=school)
    with transaction():
        run = request_run(db.session, now(), actor, school, roster.source, "file")
        run_id = run.id if run else 0
    with transaction():
        known = read_known(db.session, db.session.get_one(Institution, school), roster.source, roster.school_year)
        plan = plan_roster(known, roster, today())
        begun = perf_counter()
        apply_plan(db.session, now(), actor, known, plan, roster.school_year, run_id)
    took = perf_counter() - begun
    rows = sum(len(of.new) + len(of.changed) + len(of.gone) for of in plan.rows.values())
    return took, rows


def _peer(folder: Path, roster: Roster) -> float:
    """Seconds per row of django-import-export, in a process of its own; only its own import is measured."""
    lines = ["number,first_name,initials,prefix,last_name,birth_date,email"]
    lines += [
        ",".join(str(value or "") for value in (p.number, p.first_name, p.initials, p.prefix, p.last_name))
        + f",{p.birth_date},{p.email or ''}"
        for p in roster.pupils[:PEER_PERSONS]
    ]
    (folder / "people.csv").write_text("\n".join(lines))
    command = [sys.executable, "-m", "tests.bench.peer_import", str(folder)]
    told = subprocess.run(command, capture_output=True, text=True, check=True, cwd=Path(__file__).parents[2])
    return float(told.stdout.split()[-1]) / (len(lines) - 1)


def _peak() -> float:
    """The most memory, in MB, of a process of its own that makes a preview."""
    command = [sys.executable, "-m", "tests.bench.bench_exchange"]
    told = subprocess.run(command, capture_output=True, text=True, check=True, cwd=Path(__file__).parents[2])
    return float(told.stdout.split()[-1])


def _only_preview() -> None:
    roster = make_practice_school("99ZZ", PERSONS * 10 // 11, staff=PERSONS // 11, guardians=1)
    with tempfile.TemporaryDirectory() as folder:
        app = make_app(f"sqlite:///{folder}/zicht.db", Path(folder))
        with app.app_context():
            upgrade()
            _preview(_school(), roster)
    status = Path("/proc/self/status").read_text().split()
    print(int(status[status.index("VmHWM:") + 1]) / 1024)


if __name__ == "__main__":
    _only_preview()
