"""The six counts of a run (contract.md): every record that was sent is seen, and is one of the other four."""

from app.roster import RosterMessage
from tests.roster.roster_world import counts, plan, pupil, roster


def test_whom_the_source_left_out_itself_is_seen_and_skipped_once():
    told = [("error", "pupil", "100002", "last-name-missing"), ("info", "pupil", "100003", "begins-later")]
    told += [("info", "staff", "50009", "left-service"), ("error", "pupil", "", "key-missing")] * 2
    told += [("warning", "pupil", "100001", "date-unreadable"), ("error", "roster", "", "edex-line-shifted")]
    first = plan(roster(pupil(), messages=tuple(RosterMessage(*one) for one in told)))

    assert counts(first, "pupils") == {"seen": 5, "new": 1, "skipped": 4}
    assert counts(first, "staff") == {"seen": 1, "skipped": 1}
