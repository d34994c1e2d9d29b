"""A file is read in a process of its own: whatever is in it, we get a roster or one sentence (R74 to R77)."""

import os
import pickle
import threading
import time
from datetime import date
from io import BytesIO
from pathlib import Path

import pytest

from app.errors import InvalidInput, RosterUnreadable
from app.roster import ABSENT, Roster, RosterPupil, confined
from app.roster.confined import ConfinedSource, _PlainValues, _received
from app.roster.edexml import EdexmlSource

TODAY = date(2026, 10, 5)
TOO_MUCH = "Het lezen van dit bestand kost te veel geheugen of tijd. Exporteer het opnieuw, of in kleinere delen."

pytestmark = pytest.mark.once


def edexml_pupils(path, count):
    """A file of so many pupils."""
    school = "<school><schooljaar>2026-2027</schooljaar><brincode>99ZZ</brincode></school>"
    name = "<achternaam>Beek</achternaam><roepnaam>Noor</roepnaam>"
    pupils = "".join(f'<leerling key="{n}">{name}<jaargroep>12</jaargroep></leerling>' for n in range(count))
    path.write_text(f"<EDEX>{school}<leerlingen>{pupils}</leerlingen></EDEX>")
    return path


@pytest.fixture
def in_dutch(app):
    return app


def source(path, **options):
    return ConfinedSource("edexml", [path], "99ZZ", TODAY, options)


def test_another_process_reads_the_very_same_roster(tmp_path):
    path = edexml_pupils(tmp_path / "edex.xml", 4_100)

    assert source(path).fetch() == EdexmlSource(path, "99ZZ", TODAY).fetch()


def test_what_is_not_told_stays_not_told_on_its_way_here():
    assert pickle.loads(pickle.dumps(ABSENT)) is ABSENT


def test_a_refusal_comes_over_as_the_same_sentence_r75(in_dutch, tmp_path):
    path = tmp_path / "edex.xml"
    path.write_text('<?xml version="1.0"?><!DOCTYPE EDEX [<!ENTITY a "b">]><EDEX>&a;</EDEX>')

    with pytest.raises(RosterUnreadable, match="DOCTYPE") as here:
        EdexmlSource(path, "99ZZ", TODAY).fetch()
    with pytest.raises(RosterUnreadable) as there:
        source(path).fetch()
    assert there.value.message == here.value.message


def test_a_file_that_needs_too_much_memory_ends_in_one_sentence_r74(in_dutch, tmp_path):
    reading = source(edexml_pupils(tmp_path / "edex.xml", 4_000))
    reading.memory = 40 << 20

    with pytest.raises(RosterUnreadable) as told:
        reading.fetch()
    assert told.value.message == TOO_MUCH


def test_a_file_that_never_ends_is_given_up_r77(in_dutch, tmp_path):
    """A pipe that nobody writes to is the slowest file there is."""
    os.mkfifo(tmp_path / "edex.xml")
    reading = source(tmp_path / "edex.xml")
    reading.seconds = 1

    with pytest.raises(RosterUnreadable):
        reading.fetch()


def test_the_reading_process_never_outlives_who_asked(tmp_path, monkeypatch):
    os.mkfifo(tmp_path / "edex.xml")
    started = []
    real = confined.subprocess.Popen
    monkeypatch.setattr(confined.subprocess, "Popen", lambda *a, **k: started.append(real(*a, **k)) or started[-1])

    def interrupt():
        while not started:
            time.sleep(0.01)
        started[0].kill()

    threading.Thread(target=interrupt).start()
    with pytest.raises(RosterUnreadable):
        source(tmp_path / "edex.xml").fetch()
    assert started[0].poll() is not None


def test_the_reading_process_knows_no_secret_of_ours(tmp_path, monkeypatch):
    monkeypatch.setenv("SECRET_KEY", "very secret")
    told = {}
    real = confined.subprocess.Popen
    monkeypatch.setattr(confined.subprocess, "Popen", lambda *a, **k: told.update(k["env"]) or real(*a, **k))

    source(edexml_pupils(tmp_path / "edex.xml", 1)).fetch()

    assert told.keys() <= {"PATH", "TZ", "PYTHONSAFEPATH"}


class Attack:
    def __reduce__(self):
        return os.system, ("true",)


@pytest.mark.parametrize("value", [Attack(), Path("x"), ("records", "pupils", [Attack()]), BytesIO()])
def test_only_values_of_a_roster_come_back(value):
    with pytest.raises(pickle.UnpicklingError):
        _PlainValues(BytesIO(pickle.dumps(value))).load()


def test_an_answer_that_breaks_off_is_no_roster():
    pupil = RosterPupil("1", "1", "Beek", 2026, None)
    with pytest.raises(RosterUnreadable):
        _received(BytesIO(pickle.dumps(("records", "pupils", [pupil]))), None)


def test_an_answer_without_end_is_given_up(monkeypatch):
    monkeypatch.setattr(confined, "MOST_SENT", 10_000)
    endless = BytesIO(pickle.dumps(("records", "pupils", [])) * 10_000)
    with pytest.raises(RosterUnreadable):
        _received(endless, None)


def test_a_mistake_of_ours_is_no_fault_of_the_file(tmp_path):
    """It is logged with an id by who asked, like any other."""
    with pytest.raises(RuntimeError):
        source(edexml_pupils(tmp_path / "edex.xml", 1), unheard_of=1).fetch()


def test_progress_and_pieces_become_one_roster():
    pupils = [RosterPupil(str(n), str(n), "Beek", 2026, None) for n in range(3)]
    whole = Roster("edexml", "99ZZ", 2026, TODAY, frozenset())
    answers = [("progress", "pupils", 2), ("records", "pupils", pupils[:2]), ("records", "pupils", pupils[2:])]
    heard = []

    stream = BytesIO(b"".join(pickle.dumps(answer) for answer in [*answers, ("roster", whole)]))
    assert _received(stream, lambda *told: heard.append(told)).pupils == tuple(pupils)
    assert heard == [("pupils", 2)]


def test_one_source_wants_one_file(in_dutch, tmp_path):
    from app.roster.sources import file_source

    for files in ([], [tmp_path / "a", tmp_path / "b"]):
        with pytest.raises(InvalidInput):
            file_source("edexml", files, "99ZZ", TODAY)
