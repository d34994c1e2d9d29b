"""Wrong feeds (R103): none of them changes the school, and each is answered with one sentence that says why."""

import pytest
import sqlalchemy as sa

from app.clock import now, today
from app.extensions import transaction
from app.models import (
    Account,
    Enrolment,
    Group,
    GroupPupil,
    Location,
    OutboxMail,
    Person,
    PersonKey,
    PersonKind,
    Role,
    SyncRun,
)
from app.roster.edexml import EdexmlSource
from app.services.runs.outcome import conclude
from app.services.runs.work import take_run
from tests.runs import wrong_feeds as feeds
from tests.runs.run_world import ask, command
from tests.runs.wrong_feeds import changed, edexml, pupils, rotated, squeezed, table, zipped

__all__ = ["ask", "command"]

SCHOOL = edexml()
OTHERS = pupils(start=700_001)[::-1]
HELD, FAILED = "held", "failed"
ONE_ROSTER = "manifest__csv"
WRONG = {  # what is wrong: (source, file, what becomes of the run, part of the sentence)
    # not a roster at all
    "an empty file": ("edexml", b"", FAILED, "leeg"),
    "only spaces": ("edexml", b"   \n\n", FAILED, ""),
    "text of somebody": ("edexml", b"Beste school, hierbij de leerlingen.", FAILED, "XML"),
    "an error page": ("edexml", b"<!DOCTYPE html><html><body>500</body></html>", FAILED, "DOCTYPE"),
    "HTML without a DOCTYPE": ("edexml", b"<html><body>Log in</body></html>", FAILED, ""),
    "JSON": ("edexml", b'{"leerlingen": []}', FAILED, ""),
    "XML of another schema": ("edexml", b"<rss><channel><title>Nieuws</title></channel></rss>", FAILED, ""),
    "a truncated file": ("edexml", SCHOOL[: len(SCHOOL) // 2], FAILED, ""),
    "a file without its last byte": ("edexml", SCHOOL[:-1], FAILED, ""),
    "a compressed file": ("edexml", squeezed(SCHOOL), FAILED, ""),
    "a truncated compressed file": ("edexml", squeezed(SCHOOL)[:200], FAILED, ""),
    "a picture": ("edexml", b"\x89PNG\r\n\x1a\n" + bytes(500), FAILED, ""),
    "a program": ("edexml", b"MZ" + bytes(500), FAILED, ""),
    "entities": ("edexml", b'<!DOCTYPE E [<!ENTITY a "b">]><EDEX>&a;</EDEX>', FAILED, "DOCTYPE"),
    "an unknown encoding": ("edexml", b'<?xml version="1.0" encoding="UTF-7"?><EDEX/>', FAILED, "tekencodering"),
    "letters that are not UTF-8": ("edexml", SCHOOL.replace("Ö".encode(), b"\xd6"), FAILED, ""),
    "an element inside an element without end": ("edexml", b"<EDEX>" + b"<a>" * 100_000, FAILED, ""),
    # a roster, but not this one
    "another school": ("edexml", edexml(brin="11AA", places=("11AA01", "11AA02")), FAILED, "11AA"),
    "last year's": ("edexml", edexml(year="2025-2026"), HELD, "2025/2026"),
    "next year's": ("edexml", edexml(year="2027-2028"), HELD, "2027/2028"),
    "yesterday's": ("edexml", edexml(pupils()[1:], made="2026-10-04T08:00:00"), HELD, "04-10-2026"),
    # a roster with less in it
    "nobody": ("edexml", edexml([]), HELD, "geen actieve leerlingen"),
    "half of them": ("edexml", edexml(pupils()[:30]), HELD, "30 van de 60"),
    "the other half": ("edexml", edexml(pupils()[30:]), HELD, "30 van de 60"),
    "one location": ("edexml", edexml([one for one in pupils() if one.place == "99ZZ01"]), HELD, "30"),
    "three pupils": ("edexml", edexml(pupils()[:3]), HELD, "57 van de 60"),
    "all at one location": ("edexml", changed(place="99ZZ01"), HELD, "99ZZ02"),
    "classes that are not there": ("edexml", changed(group="g9"), HELD, "klas"),
    # a roster with other things in it
    "other last names": ("edexml", changed(last=lambda one: one.key), HELD, "andere naam"),
    "names of the next row": ("edexml", rotated("last"), HELD, "andere naam"),
    "first names of the next row": ("edexml", rotated("first"), HELD, "andere naam"),
    "dates of birth of the next row": ("edexml", rotated("born"), HELD, "andere naam of geboortedatum"),
    "first and last names swapped": (
        "edexml",
        edexml([feeds.replace(one, first=one.last, last=one.first) for one in pupils()]),
        HELD,
        "andere naam",
    ),
    "one e-mail address for all": ("edexml", changed(email="school@school.example"), HELD, "hetzelfde e-mailadres"),
    "keys of the next row": ("edexml", rotated("key"), HELD, ""),
    "keys used again for others": (
        "edexml",
        edexml(
            [feeds.replace(new, key=old.key) for old, new in zip(pupils(), pupils(start=700_001)[::-1], strict=True)]
        ),
        HELD,
        "",
    ),
    "other keys for everybody": ("edexml", edexml(pupils(start=900_001)), HELD, ""),
    "ten times as many": ("edexml", edexml([*pupils(), *pupils(600, start=500_001)]), HELD, ""),
    # tables
    "a table without a header": ("table", table(header="1;2;3;4;5;6;7"), FAILED, ""),
    "a header alone": ("table", table([]), FAILED, ""),
    "a table with scientific numbers": (
        "table",
        table([feeds.replace(one, key="1,23E+05") for one in pupils()]),
        FAILED,
        "",
    ),
    "a table with zero bytes": ("table", table().replace(b"Beek", b"Be\0k"), FAILED, ""),
    "an old Excel file": ("table", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600), FAILED, "xls"),
    "a zip that is none": ("table", b"PK\x03\x04" + bytes(300), FAILED, ""),
    "a zip with a path outside": ("oneroster-csv", zipped(**{"../../users__csv": "a"}), FAILED, ""),
    "a package without a manifest": (
        "oneroster-csv",
        zipped(users__csv="sourcedId,givenName,familyName\n1,Noor,Beek\n"),
        FAILED,
        "",
    ),
    "a package with an empty manifest": ("oneroster-csv", zipped(**{ONE_ROSTER: "propertyName,value\n"}), FAILED, ""),
    "headers alone": ("sds-csv", zipped(Student__csv="SIS ID,School SIS ID,Username\n"), FAILED, ""),
    "fixed columns that shifted": ("edex2000", b"x" * 37 + b"\r\n" + b"y" * 12, FAILED, ""),
    "a package of nothing": ("edex2000", zipped(), FAILED, ""),
}


@pytest.fixture
def bring_in(command, tmp_path, institution):
    """Reads a file in; gives the exit code and the answer."""
    institution_brin = institution.brin

    def bring_in(source, content):
        path = tmp_path / "feed"
        path.write_bytes(content)
        return command("roster", "import", path, "--source", source, "--institution", institution_brin)

    return bring_in


@pytest.fixture
def in_place(session, ask, tmp_path, institution):
    """The school has been read in, by a run that is over."""
    path = tmp_path / "first"
    path.write_bytes(SCHOOL)
    roster = EdexmlSource(path, institution.brin, today()).fetch()
    run_id = ask("edexml")
    with transaction():
        conclude(session, now(), take_run(session, now(), run_id), roster, today())


def everything(session):
    """All rows of people, as they are."""
    tables = (Person, PersonKey, Enrolment, Group, GroupPupil, Location, Account)
    return {table.__tablename__: sorted(map(tuple, session.execute(sa.select(table.__table__)))) for table in tables}


def test_there_are_at_least_forty_of_them():
    assert len(WRONG) >= 40


@pytest.mark.parametrize("wrong", WRONG)
def test_a_wrong_feed_changes_nothing_and_is_told_in_words_r103(
    wrong, bring_in, in_place, session, make_person, make_account
):
    """Nobody stands at a screen, so the administrators get a mail."""
    source, content, status, words = WRONG[wrong]
    boss = make_account(make_person(PersonKind.STAFF, email="boss@school.example"), Role.ADMINISTRATOR).id
    before = everything(session)
    session.rollback()

    code, answer = bring_in(source, content)

    assert everything(session) == before
    if "status" in answer:
        assert answer["status"] == status
    sentence = answer.get("reason") or answer["error"]
    assert words in sentence
    assert sentence.endswith(".")
    assert len(sentence) > 20
    assert code == (1 if status == HELD or wrong == "another school" else 2)  # contract.md
    mails = session.execute(sa.select(OutboxMail.template, OutboxMail.account_id, OutboxMail.details)).all()
    if "status" in answer:
        ((template, account, details),) = mails
        assert (template, account, details["reason"]) == (f"sync-{status}", boss, sentence)


def test_the_right_feed_after_a_wrong_one_is_simply_applied_r103(bring_in, session):
    bring_in("edexml", SCHOOL)
    assert bring_in("edexml", edexml(pupils()[:3]))[1]["status"] == HELD

    code, answer = bring_in("edexml", edexml(pupils(61)))

    assert (code, answer["status"], answer["counts"]["pupils"]["new"]) == (0, "applied", 1)
    assert session.scalar(sa.select(sa.func.count()).where(SyncRun.status == HELD)) == 0  # overtaken
