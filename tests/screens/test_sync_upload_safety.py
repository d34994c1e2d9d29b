"""Hostile, wrong and far too large files: refused with a sentence, and nothing is left behind (R67, R77)."""

import re
import stat
from pathlib import Path

import pytest

from app.models import SyncRun, Upload
from tests.screens.sync_world import SYNC, form_of, text_of
from tests.screens.upload_world import FEED, UPLOAD, files, people, post_file, send

__all__ = ["files", "send"]
MEGABYTE = 1024 * 1024


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"<!DOCTYPE x [<!ENTITY a 'b'>]><EDEX>&a;</EDEX>", None),
        (b"<html><body>nee</body></html>", None),
        (b"PK\x03\x04 geen xml", None),
        (b"<EDEX><school>", None),
        (b"\x00" * 2000, None),
        (re.sub(rb"<brincode>[^<]*</brincode>", b"<brincode>98YY</brincode>", FEED), "98YY"),
    ],
    ids=["doctype", "html", "zip", "broken", "zeros", "other school"],
)
def test_a_hostile_or_wrong_file_fails_with_a_sentence_and_changes_nothing_r77(
    admin_client, session, send, files, content, said
):
    before = people(session)
    answer = send(content)
    run = session.query(SyncRun).one()
    words = text_of(admin_client.get(answer.headers["Location"]))
    assert run.status == "failed"
    assert run.reason in words
    assert "Waarom deze run niet is toegepast" in words
    assert said is None or said in words
    assert people(session) == before
    assert files() == []
    assert "Nee" in text_of(admin_client.get(SYNC))


@pytest.mark.parametrize(
    "name", ["../../x", "C:\\x.xml", "a\0.xml", "n" * 300 + ".xml", "\u202elmx.exe", "<script>alert(1)</script>.xml"]
)
def test_the_name_of_a_file_is_never_believed_r77(app, admin_client, session, send, files, name):
    answer = send(name=name, work=False)
    assert answer.status_code == 302
    (stored,) = files()
    upload = session.query(Upload).one()
    assert re.fullmatch(r"[0-9a-f]{32}", stored.name)
    assert stat.S_IMODE(stored.stat().st_mode) == 0o600
    assert stored.parent == Path(app.config["INSTANCE"]) / "uploads"
    assert len(upload.shown_as) <= 200
    assert upload.shown_as.isprintable()
    assert "<script>alert" not in admin_client.get(answer.headers["Location"]).get_data(as_text=True)


@pytest.mark.parametrize(("name", "said"), [("", "Kies eerst een bestand."), ("leeg.xml", "Dit bestand is leeg.")])
def test_no_file_or_an_empty_one_is_said_beside_the_field(admin_client, session, send, name, said):
    answer = send(b"", name, work=False)
    assert answer.status_code == 400
    assert said in text_of(answer)
    assert session.query(SyncRun).count() == 0


@pytest.mark.parametrize("source", ["somtoday", "practice", "nonsense", ""])
def test_only_a_source_that_reads_files_may_be_named(session, send, source):
    assert send(work=False, source=source).status_code == 400
    assert session.query(SyncRun).count() == 0


def test_a_form_without_its_key_or_token_does_nothing_r59(admin_client, session, send):
    form = form_of(admin_client, UPLOAD, source="edexml")
    assert send(form=form | {"form_key": "kort"}).status_code == 400
    assert send(form=form | {"csrf_token": "x"}).status_code == 400
    assert admin_client.post(UPLOAD, data=form, headers={"Origin": "https://evil.example"}).status_code == 403
    assert session.query(SyncRun).count() == 0


def test_three_megabytes_may_come_in_here_and_nowhere_else_r67(admin_client, session, send):
    heavy = FEED.replace(b"</EDEX>", b"<!--" + b"x" * 3 * MEGABYTE + b"--></EDEX>")
    assert send(heavy, work=False).status_code == 302
    form = form_of(admin_client, SYNC)
    answer = admin_client.post(f"{SYNC}vestigingen/", data=form | {"on": "1" * 3 * MEGABYTE})
    assert answer.status_code == 413


def test_fifty_one_megabytes_are_refused_and_leave_nothing_r67(admin_client, session, send, files):
    answer = send(b"<EDEX>" + b" " * 51 * MEGABYTE, work=False)
    assert answer.status_code == 413
    assert "50 MB" in text_of(answer)
    assert (session.query(Upload).count(), files()) == (0, [])


def test_a_stranger_may_not_send_in_more_than_any_form_r67(client, session):
    answer = post_file(client, {}, b"x" * 3 * MEGABYTE, "x.xml")
    assert answer.status_code in (302, 413)  # to the login, before anybody looked at the file
    assert session.query(Upload).count() == 0
