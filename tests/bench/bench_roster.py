"""A first import of 50,000 persons beside the same rows inserted raw, and a second run beside parsing and reading.

The file is EDEXML as a large school board would export it; the whole of a run is measured, from the file to the log.
"""

import os
import sqlite3
import subprocess
import sys
import tempfile
from pathlib import Path
from xml.sax.saxutils import escape

import sqlalchemy as sa
from flask_migrate import upgrade

from app.clock import now, school_year_name, today
from app.extensions import db, transaction
from app.models import Institution, SyncRun
from app.roster import Roster
from app.roster.edexml import EdexmlSource
from app.roster.practice import make_practice_school
from app.services.access import Actor
from app.services.runs.requests import request_run, store_upload
from app.work.runs import do_run
from tests.bench.rows import Row, compared, seconds
from tests.databases import make_app

PERSONS, TURNS = int(os.environ.get("BENCH_PERSONS", "50000")), 5
FIRST_LIMIT, SECOND_LIMIT, MEMORY_LIMIT = 4.0, 2.0, 400.0
TABLES = (
    *(
        "location",
        "location_key",
        "school_group",
        "place_set",
        "place_set_location",
        "route",
        "route_year",
        "person",
        "person_key",
        "enrolment",
    ),
    *("group_pupil", "group_staff", "mentor", "guardianship", "person_location", "audit_line"),
)


def measure() -> list[Row]:
    """First run, unchanged run, and the peak of memory of a process that does both."""
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "EDEX.XML"
        file.write_text(edexml(make_practice_school("99ZZ", PERSONS * 10 // 11, staff=PERSONS // 11, guardians=1)))
        turns = [_turn(Path(folder), file, number) for number in range(TURNS)]
        peak = _peak(Path(folder), file)
    first, raw, second, floor = (list(times) for times in zip(*turns, strict=True))
    return [
        compared(f"roster: first import of {PERSONS} persons / raw executemany", first, raw, FIRST_LIMIT),
        compared("roster: unchanged run / parsing and one read of all rows", second, floor, SECOND_LIMIT),
        Row("roster: peak memory of a first and an unchanged run (MB)", peak, MEMORY_LIMIT, peak / MEMORY_LIMIT, 1.0),
    ]


def edexml(school: Roster) -> str:
    """The school as an EDEXML file: pupils, groups, locations and staff; there are no guardians in EDEXML."""
    year = school_year_name(school.school_year).replace("/", "-")
    parts = [f"<EDEX><school><schooljaar>{year}</schooljaar><brincode>{school.brin}</brincode></school><vestigingen>"]
    parts += [f'<vestiging key="{one.code}"><naam>{one.name}</naam></vestiging>' for one in school.locations]
    codes = {one.key: one.code for one in school.locations}
    parts.append("</vestigingen><groepen>")
    for group in school.groups:
        tag = "groep" if group.is_home else "samengestelde_groep"
        year_group = f"<jaargroep>{10 + (group.year_of_study or 1)}</jaargroep>" if group.is_home else ""
        parts.append(f'<{tag} key="{group.key}"><naam>{group.name}</naam>{year_group}</{tag}>')
    parts.append("</groepen><leerlingen>")
    for one in school.pupils:
        teaching = "".join(f'<samengestelde_groep key="{key}"/>' for key in one.group_keys or ())
        parts.append(
            f'<leerling key="{one.number}">{_names(one)}<geboortedatum>{one.birth_date}</geboortedatum>'
            f"<geslacht>{'2' if one.gender == 'female' else '1'}</geslacht><jaargroep>{10 + (one.year_of_study or 1)}"
            f'</jaargroep><groep key="{one.group_key}"/><samengestelde_groepen>{teaching}</samengestelde_groepen>'
            f'<vestiging key="{codes[one.location_key or ""]}"/>{_email(one)}</leerling>'
        )
    parts.append("</leerlingen><leerkrachten>")
    for member in school.staff:
        groups = "".join(f'<groep key="{key}"/>' for key in member.group_keys or (school.groups[0].key,))
        parts.append(
            f'<leerkracht key="{member.number}">{_names(member)}{_email(member)}'
            f"<groepen>{groups}</groepen></leerkracht>"
        )
    return "".join((*parts, "</leerkrachten></EDEX>"))


def _names(one: object) -> str:
    prefix = getattr(one, "prefix", None)
    return (
        f"<achternaam>{escape(one.last_name)}</achternaam>"  # type: ignore[attr-defined]
        + (f"<voorvoegsel>{escape(prefix)}</voorvoegsel>" if prefix else "")
        + f"<voorletters-1>{one.initials}</voorletters-1><roepnaam>{escape(one.first_name)}</roepnaam>"  # type: ignore[attr-defined]
    )


def _email(one: object) -> str:
    email = getattr(one, "email", None)
    return f"<emailadres>{email}</emailadres>" if email else ""


def _turn(folder: Path, file: Path, number: int) -> tuple[float, float, float, float]:
    """(first run, raw insert, second run, parse and read), in a fresh database."""
    path = folder / f"{number}.db"
    app = make_app(f"sqlite:///{path}", folder)
    with app.app_context():
        upgrade()
        school = _school()
        empty = folder / f"raw{number}.db"
        db.engine.dispose()
        empty.write_bytes(path.read_bytes())
        first = seconds(lambda: _run(school, file, folder))
        second = seconds(lambda: _run(school, file, folder))
        floor = seconds(lambda: (EdexmlSource(file, "99ZZ", today()).fetch(), _read(path)))
        rows = _read(path)
        raw = seconds(lambda: _insert(empty, rows))
        db.session.remove()
        db.engine.dispose()
    return first, raw, second, floor


def _school() -> int:
    with transaction():
        school = Institution(brin="99ZZ", name="De Zilverlinde", created_at=now())
        db.session.add(school)
        db.session.flush()
        return school.id


def _run(school: int, file: Path, folder: Path) -> None:
    with transaction(), file.open("rb") as stream:
        upload = store_upload(db.session, now(), school, folder / "uploads", file.name, stream)
        run = request_run(db.session, now(), Actor("bench"), school, "edexml", "file", upload_id=upload.id)
        run_id = run.id if run else 0
    do_run(run_id)
    assert db.session.scalar(sa.select(SyncRun.status).where(SyncRun.id == run_id)) == "applied"
    db.session.rollback()


def _read(path: Path) -> dict[str, list[tuple[object, ...]]]:
    with sqlite3.connect(path) as connection:
        return {table: connection.execute(f"SELECT * FROM {table}").fetchall() for table in TABLES}


def _insert(path: Path, rows: dict[str, list[tuple[object, ...]]]) -> None:
    connection = sqlite3.connect(path, isolation_level=None)
    for pragma in ("foreign_keys = ON", "synchronous = FULL", "cache_spill = OFF", "cache_size = -16384"):
        connection.execute(f"PRAGMA {pragma}")
    connection.execute("BEGIN IMMEDIATE")
    for table, lines in rows.items():
        if lines:
            connection.executemany(f"INSERT INTO {table} VALUES ({', '.join('?' * len(lines[0]))})", lines)
    connection.execute("COMMIT")
    connection.close()


def _peak(folder: Path, file: Path) -> float:
    """The most memory, in MB, of a process of its own that does a first and an unchanged run."""
    command = [sys.executable, "-m", "tests.bench.bench_roster", str(folder), str(file)]
    told = subprocess.run(command, capture_output=True, text=True, check=True, cwd=Path(__file__).parents[2])
    return float(told.stdout.split()[-1])


def _only_run(folder: Path, file: Path) -> None:
    app = make_app(f"sqlite:///{folder / 'peak.db'}", folder)
    with app.app_context():
        upgrade()
        school = _school()
        _run(school, file, folder)
        _run(school, file, folder)
    # VmHWM is of this process alone; ru_maxrss would still remember the one that started it.
    status = Path("/proc/self/status").read_text().split()
    print(int(status[status.index("VmHWM:") + 1]) / 1024)


if __name__ == "__main__":
    _only_run(Path(sys.argv[1]), Path(sys.argv[2]))
