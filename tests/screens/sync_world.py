"""Runs, messages and mails for the tests of the synchronisation and mail screens; and reading pages as people do."""

import itertools
import re
from datetime import UTC, datetime, timedelta
from html import unescape

import pytest

from app.models import Institution, SourceConnection, SyncMessage, SyncRun
from tests.conftest import token_of

SYNC = "/beheer/synchronisatie/"
NOW = datetime.now(UTC)
COUNTS = {"seen": 0, "new": 0, "changed": 0, "unchanged": 0, "gone": 0, "skipped": 0}
names = itertools.count(1)


def counts(**kinds):
    """counts(pupils={"seen": 3}) with zero for the rest."""
    return {kind: COUNTS | kinds.get(kind, {}) for kind in ("pupils", "guardians", "staff", "groups", "locations")}


@pytest.fixture
def make_run(session, institution):
    def make(status="applied", **values):
        standard = {
            "institution_id": institution.id,
            "source": "edexml",
            "trigger": "weekly",
            "slot": f"test:{next(names)}",
            "created_at": NOW,
            "started_at": NOW,
            "finished_at": None if status in ("waiting", "running") else NOW + timedelta(seconds=4),
        }
        run = SyncRun(status=status, **standard | values)
        session.add(run)
        session.commit()
        return run

    return make


@pytest.fixture
def say(session):
    """A message of a run: say(run, "000001", code="last-name-missing")."""

    def say(run, key, kind="pupil", severity="error", code="last-name-missing", **details):
        session.add(
            SyncMessage(
                institution_id=run.institution_id,
                run_id=run.id,
                severity=severity,
                kind=kind,
                key=key,
                code=code,
                details=details,
            )
        )
        session.commit()

    return say


@pytest.fixture
def other_school(session):
    school = Institution(brin="98YY", name="De Wilgenhof", created_at=NOW)
    session.add(school)
    session.commit()
    return school


def text_of(response):
    """The page as words, one space between them."""
    page = response.get_data(as_text=True)
    return re.sub(r"\s+", " ", unescape(re.sub(r"<[^>]+>", " ", page))).strip()


def form_of(client, address, **values):
    """What the form on this page sends, with the token and the key it was given."""
    page = client.get(address).get_data(as_text=True)
    key = re.search(r'name="form_key" value="([^"]+)"', page)
    return {"csrf_token": token_of(page)} | ({"form_key": key.group(1)} if key else {}) | values


def page(client, run, query=""):
    """The page of a run as words."""
    return text_of(client.get(f"{SYNC}{run.id}/{query}"))


def connect(session, institution):
    """A service source that is connected, though nobody answers there."""
    session.add(SourceConnection(institution_id=institution.id, source="somtoday", settings={}, changed_at=NOW))
    session.commit()
