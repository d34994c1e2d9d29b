"""The database of the machine: runs, decisions by hand, and reading what is known in the words of the model."""

from contextlib import closing, contextmanager
from datetime import UTC, datetime, timedelta

import sqlalchemy as sa

from app.extensions import Base, transaction
from app.models import AccessBlock, Account, AuditLine, Institution, Merge, Person, Pin, Role, Seat, SyncRun
from app.services.access import ROLE_OF_KIND, Actor
from app.services.corrections.blocking import block_access, lift_block
from app.services.corrections.blocks import Why
from app.services.corrections.pinning import lift_pin, set_pin
from app.services.duplicates.merge import merge
from app.services.duplicates.split import split
from app.services.history.table_rows import TABLES
from app.services.history.undo_run import Wanted, conclude_undo, request_undo, why_no_undo
from app.services.runs.outcome import conclude
from app.services.runs.requests import request_run
from app.services.runs.work import take_run
from tests.exchange.machine_school import School, Somebody
from tests.roster.roster_world import TODAY

START = datetime(2026, 10, 5, 8, 0, tzinfo=UTC)
DERIVED = {"version", "place_set_id", "route_id"}
COMPARED = (*TABLES, "person_location", "access_block", "merge", "account")
WRITES = ("INSERT", "UPDATE", "DELETE")
KEYS = "SELECT kind, key, person_id, absorbed FROM person_key WHERE source = 'somtoday' ORDER BY id"
PEOPLE = "SELECT id, number, last_name, email, left_on FROM person WHERE institution_id IS NOT NULL"
SPOTS = "SELECT person_id, code FROM person_location JOIN location ON location.id = location_id"
PLACES = "SELECT person_id, code FROM enrolment JOIN location ON location.id = location_id"
MEMBERS = "SELECT person_id, source_key FROM {} JOIN school_group ON school_group.id = group_id"


class Crash(Exception):
    """The process dies here."""


class World:
    """One empty school; everything happens a minute after what was before."""

    def __init__(self, session):
        self.session, self.moment = session, START
        self.engine = session.get_bind()
        with transaction():
            for table in reversed(Base.metadata.sorted_tables):
                session.connection().exec_driver_sql(f"DELETE FROM {table.name}")
            school = Institution(brin="99ZZ", name="De Zilverlinde", created_at=START)
            session.add(school)
            session.flush()
            self.school = school.id
        self.actor = Actor("command", institution_id=self.school)

    def later(self, minutes=2):
        self.moment += timedelta(minutes=minutes)
        return self.moment

    def run(self, roster, approved=True):
        """A run of this roster from asking to the end; its id."""
        return self._ended(self.asked(roster, approved), lambda hold: self._concluded(hold, roster))

    def crash(self, roster, writes):
        """A run that dies at so many writes, if it makes so many; the next worker does it."""
        run_id = self.asked(roster, True)
        before, crashed = self.whole(), False
        try:
            with self._dying(writes):
                self._ended(run_id, lambda hold: self._concluded(hold, roster))
        except Crash:
            crashed = True
        if crashed:
            assert self.whole() == before, "a crash leaves nothing behind"
            self._ended(run_id, lambda hold: self._concluded(hold, roster))
        return run_id

    def undo(self, run_id):
        with transaction():
            undo_id = request_undo(self.session, self.later(), self.actor, run_id, Wanted()).id
        return self._ended(undo_id, lambda hold: conclude_undo(self.session, self.later(), hold, TODAY))

    def may_undo(self, run_id):
        is_no = why_no_undo(self.session, self.session.get_one(SyncRun, run_id, populate_existing=True))
        self.session.rollback()
        return is_no is None

    def asked(self, roster, approved=True):
        """A run of this roster that waits; its id."""
        with transaction():
            asked = (self.session, self.later(), self.actor, self.school, roster.source, "file")
            return request_run(*asked, approved=approved).id

    def _concluded(self, hold, roster):
        return conclude(self.session, self.later(), hold, roster, TODAY)

    def _ended(self, run_id, work):
        with transaction():
            hold = take_run(self.session, self.later(), run_id)
        with transaction():
            work(hold)
        return run_id

    @contextmanager
    def _dying(self, writes):
        left = [writes]

        def see(_connection, _cursor, statement, *_more):
            if statement.startswith(WRITES):
                left[0] -= 1
                if not left[0]:
                    raise Crash

        sa.event.listen(self.engine, "before_cursor_execute", see)
        try:
            yield
        finally:
            sa.event.remove(self.engine, "before_cursor_execute", see)

    def status(self, run_id):
        return self.session.scalar(sa.select(SyncRun.status).where(SyncRun.id == run_id))

    def version(self, person_id):
        return self.session.scalar(sa.select(Person.version).where(Person.id == person_id))

    def pin(self, person_id, value):
        with transaction():
            about = {"value": value, "reason": "gebeld"}
            set_pin(self.session, self.later(), TODAY, self.actor, person_id, self.version(person_id), **about)

    def unpin(self, person_id):
        with transaction():
            pin = self.session.scalar(sa.select(Pin.id).where(Pin.person_id == person_id))
            lift_pin(self.session, self.later(), self.actor, pin, self.version(person_id))

    def block(self, guardian, pupil):
        with transaction():
            asked = (self.session, self.later(), TODAY, self.actor, guardian, pupil, self.version(guardian))
            block_access(*asked, why=Why("court"))

    def unblock(self, guardian, pupil):
        with transaction():
            both = AccessBlock.guardian_id == guardian, AccessBlock.pupil_id == pupil
            block = self.session.scalar(sa.select(AccessBlock.id).where(*both))
            lift_block(self.session, self.later(), self.actor, block, self.version(guardian))

    def merge(self, kept, other):
        with transaction():
            versions = {id: self.version(id) for id in (kept, other)}
            return merge(self.session, self.later(), self.actor, kept, other, versions).id

    def split(self, merge_id):
        with transaction():
            return split(self.session, self.later(), self.actor, merge_id)

    def give_account(self, person_id, username):
        with transaction():
            role = ROLE_OF_KIND[self.session.scalar(sa.select(Person.kind).where(Person.id == person_id))]
            values = {"username": username, "role": Role(role), "seat": Seat.of(role), "created_at": self.later()}
            self.session.add(Account(institution_id=self.school, person_id=person_id, **values))

    def whole(self):
        """All rows, by table, in no order."""
        told = {}
        tables = Base.metadata.tables
        for name in COMPARED:
            columns = [column.name for column in tables[name].columns if column.name not in DERIVED]
            told[name] = sorted(self._rows(f"SELECT {', '.join(columns)} FROM {name}"), key=repr)
        self.session.rollback()
        return told

    def _rows(self, statement):
        """Straight from the driver: the machine reads the whole school after each step."""
        with closing(self.session.connection().connection.cursor()) as cursor:
            return cursor.execute(statement).fetchall()

    def ids(self):
        """(kind, key): the person who has that key."""
        return {(kind, key): person for kind, key, person, _absorbed in self._rows(KEYS)}

    def read(self):
        """What is known, in the words of the model."""
        school, marks, ids = School(), {}, {}
        for kind, key, person, absorbed in self._rows(KEYS):
            ids[kind, key] = person
            if not absorbed:
                assert person not in marks, "one key for each person"
                marks[person] = kind, key
        school.absorbed = {mark: marks[person] for mark, person in ids.items() if marks[person] != mark}
        spots, places = {}, dict(self._rows(PLACES))
        for person, code in self._rows(SPOTS):
            spots.setdefault(person, set()).add(code)
        for person, *about, left_on in self._rows(PEOPLE):
            here = left_on is None
            seen = frozenset(spots.get(person, ()))
            school.people[marks[person]] = Somebody(*about, here, places.get(person), seen)
        pairs = self._rows("SELECT guardian_id, pupil_id, relation FROM guardianship")
        school.pairs = {(marks[guardian], marks[pupil]): how for guardian, pupil, how in pairs}
        for table in ("group_pupil", "group_staff"):
            school.groups |= {(marks[person], group) for person, group in self._rows(MEMBERS.format(table))}
        mentors = self._rows("SELECT pupil_id, staff_id FROM mentor")
        school.mentors = {(marks[pupil], marks[member]) for pupil, member in mentors}
        school.pins = {marks[person]: value for person, value in self._rows("SELECT person_id, value FROM pin")}
        blocks = self._rows("SELECT guardian_id, pupil_id FROM access_block")
        school.blocks = {(marks[guardian], marks[pupil]) for guardian, pupil in blocks}
        accounts = self._rows("SELECT username, person_id FROM account WHERE active AND NOT blocked")
        school.accounts = {name: marks[person] for name, person in accounts}
        self.session.rollback()
        return school

    def log(self, run_id):
        """What the log tells of persons in this run: (kind, key): [(action, fields)]."""
        marks = {person: (kind, key) for kind, key, person, absorbed in self._rows(KEYS) if not absorbed}
        lines = sa.select(AuditLine.subject_id, AuditLine.action, AuditLine.details)
        found = {}
        for person, action, fields in self.session.execute(
            lines.where(AuditLine.run_id == run_id, AuditLine.subject_kind == "person")
        ):
            if action.startswith("roster-"):
                found.setdefault(marks.get(person, person), []).append((action, fields))
        self.session.rollback()
        return found

    def merges(self):
        return {kept: merge for merge, kept in self.session.execute(sa.select(Merge.id, Merge.kept_id))}
