"""The journal of a run: kept in parts, read back as it was, wiped after 180 days; the log names its run."""

from datetime import date, timedelta

import sqlalchemy as sa

from app.extensions import transaction
from app.models import AuditLine, RunJournal
from app.roster.practice import make_practice_school
from app.services.history.journal import PART, read_journal
from app.services.history.past import past_of
from app.services.housekeeping import JOURNALS_LIVE, tidy
from tests.history.history_world import FIRST, GROUPS, first, history, second
from tests.roster.roster_world import TODAY, YEAR, pupil, roster

__all__ = ["history"]


def test_a_journal_holds_old_and_new_values_by_row(history, session):
    history.run(first())
    run = history.run(second())
    past = past_of(read_journal(session, run))

    sanne = (history.person("100001").id,)
    assert past.changed["person"][sanne] == {
        "email": ("100001@leerling.example", "nieuw@leerling.example"),
        "last_name": ("Berg", "Bergman"),
    }
    assert [row["last_name"] for row in past.new["person"].values()] == ["Nieuw", "Nieuw"]
    assert past.new["person"][history.person("100004").id,]["birth_date"] == date(2012, 3, 4)
    assert {row["name"] for row in past.gone["school_group"].values()} == {"wi1"}
    assert {"left_on": (None, TODAY)} in past.changed["person"].values()


def test_a_school_is_kept_in_parts(history, session):
    run = history.run(make_practice_school("99ZZ", 1500, 1, YEAR, TODAY))
    parts = session.scalars(sa.select(RunJournal.part).where(RunJournal.run_id == run).order_by(RunJournal.part)).all()
    rows = sum(len(section.rows) for section in read_journal(session, run))

    assert parts == list(range(len(parts)))
    assert rows / (2 * PART) <= len(parts) <= rows / PART + 1
    assert len(parts) > 1
    size = session.scalar(sa.select(sa.func.sum(sa.func.length(RunJournal.packed))).where(RunJournal.run_id == run))
    assert size < 60 * rows  # bytes


def test_a_run_that_changes_nothing_keeps_nothing_r105(history, session):
    history.run(first())
    before = session.scalar(sa.select(sa.func.count(RunJournal.id)))
    history.run(first())
    assert session.scalar(sa.select(sa.func.count(RunJournal.id))) == before


def test_every_line_of_the_log_names_its_run_r89(history, session):
    runs = [history.run(first()), history.run(second())]
    undo = history.undo(runs[1])
    found = session.execute(
        sa.select(AuditLine.run_id, sa.func.count()).where(AuditLine.action.like("roster-%")).group_by(AuditLine.run_id)
    ).all()
    assert {run for run, _count in found} == {*runs, undo}
    ended = sa.select(AuditLine.subject_id, AuditLine.details, AuditLine.run_id)
    assert tuple(session.execute(ended.where(AuditLine.action == "roster-undone")).one()) == (
        runs[1],
        {"run": undo},
        undo,
    )


def test_journals_go_after_180_days_and_not_a_day_before(history, session):
    run = history.run(first())
    made = session.scalar(sa.select(RunJournal.created_at).where(RunJournal.run_id == run))
    for moment, kept in ((made + JOURNALS_LIVE, True), (made + JOURNALS_LIVE + timedelta(seconds=1), False)):
        with transaction():
            tidy(session, moment)
        assert bool(session.scalar(sa.select(RunJournal.id).limit(1))) is kept
    assert timedelta(days=180) == JOURNALS_LIVE


def test_what_the_database_deletes_along_is_noted_too(history, session):
    history.run(first())
    before = history.whole()
    run = history.run(roster(*FIRST[:3], *FIRST[3:7], pupil("100009"), groups=GROUPS[1:]))  # 2A is told no more
    assert history.whole() != before
    history.undo(run)
    assert history.whole() == before
