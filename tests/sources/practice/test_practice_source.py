"""The made-up school, the register of sources and the sentences of messages (contract.md: roster sources, connect)."""

import ast
import re
from collections import Counter
from datetime import date
from pathlib import Path

import pytest

import app.roster as roster_package
from app.errors import InvalidInput, UnknownName
from app.roster import Kind, RosterMessage
from app.roster.confined import ConfinedSource
from app.roster.field_names import FIELDS
from app.roster.messages import MESSAGES, message_text
from app.roster.practice import PracticeSource, make_practice_school
from app.roster.reading.values import is_email
from app.roster.sources import SOURCES, file_source, service_source

TODAY = date(2026, 10, 5)
SETTINGS = {
    "base_url": "https://api.somtoday.example/rest/v1",
    "token_url": "https://inloggen.somtoday.example/oauth2/token",
    "client_id": "zicht",
    "client_secret": "geheim",
    "organisation": "6f0c0f6e-0000-4000-8000-99aa00bb11cc",
}


@pytest.fixture(scope="module")
def school():
    return make_practice_school("99ZZ", 1500, 1, 2026, TODAY)


def test_the_same_seed_makes_the_same_school_and_another_seed_another(school):
    assert make_practice_school("99ZZ", 1500, 1, 2026, TODAY) == school
    assert make_practice_school("99ZZ", 1500, 2, 2026, TODAY).pupils != school.pupils


def test_the_school_is_believable(school):
    sizes = Counter(pupil.group_key for pupil in school.pupils)
    assert all(24 <= size <= 30 for size in sizes.values())
    assert {pupil.year_of_study for pupil in school.pupils} == {1, 2, 3, 4, 5, 6}
    assert [location.name for location in school.locations] == ["Lindelaan", "Havenkwartier", "Praktijkschool Oost"]
    assert (len(school.pupils), len(school.guardians), len(school.staff)) == (1500, 2400, 150)
    for people in (school.pupils, school.guardians):
        without = sum(person.email is None for person in people) / len(people)
        assert 0.02 < without < 0.09
    names = Counter((pupil.first_name, pupil.prefix, pupil.last_name) for pupil in school.pupils)
    assert max(names.values()) > 1
    mails = Counter(guardian.email for guardian in school.guardians if guardian.email)
    assert max(mails.values()) == 2
    pairs = Counter(pair.guardian_key for pair in school.guardianships)
    assert max(pairs.values()) > 1
    last = {pupil.last_name for pupil in school.pupils}
    assert {"Adsız", "Hart", "Berg", "Đặng", "Bouzidi"} <= last


def test_every_key_is_unique_and_every_reference_leads_somewhere(school):
    keys = {}
    for kind in ("locations", "groups", "pupils", "guardians", "staff"):
        keys[kind] = {record.key for record in getattr(school, kind)}
        assert len(keys[kind]) == len(getattr(school, kind))
    for people in (school.pupils, school.guardians, school.staff):
        assert len({person.number for person in people}) == len(people)
        assert all(is_email(person.email) and person.email.endswith(".example") for person in people if person.email)
    for pupil in school.pupils:
        assert pupil.location_key in keys["locations"]
        assert {pupil.group_key, *pupil.group_keys} <= keys["groups"]
        assert set(pupil.mentor_keys) <= keys["staff"]
    assert {pair.pupil_key for pair in school.guardianships} == keys["pupils"]
    assert {pair.guardian_key for pair in school.guardianships} == keys["guardians"]
    assert all(set(member.group_keys) <= keys["groups"] for member in school.staff)
    assert len({(pair.guardian_key, pair.pupil_key) for pair in school.guardianships}) == len(school.guardianships)


@pytest.mark.parametrize("pupils", [0, 1, 2, 7, 60])
def test_small_schools_too(pupils):
    school = make_practice_school("99ZZ", pupils, 1, 2026, TODAY)

    assert len(school.pupils) == pupils
    assert len(school.guardians) == round(pupils * 1.6)


def test_the_register_opens_files_and_services():
    assert file_source("practice", [], "99ZZ", TODAY).fetch().source == "practice"
    assert isinstance(file_source("practice", [], "99ZZ", TODAY), PracticeSource)
    assert isinstance(file_source("edexml", [Path("EDEX.XML")], "99ZZ", TODAY), ConfinedSource)
    assert service_source("somtoday", SETTINGS, "99ZZ", TODAY, switched_off=frozenset({"99ZZ01"}))
    assert {id: kind.kind for id, kind in SOURCES.items()}["somtoday"] == "service"
    assert set(SOURCES["somtoday"].delivers) == set(Kind)
    assert Kind.GUARDIANS not in SOURCES["edexml"].delivers
    assert [setting.name for setting in SOURCES["somtoday"].settings if setting.secret] == ["client_secret"]


def test_an_unknown_source_is_refused_and_the_known_ones_are_named():
    with pytest.raises(UnknownName, match=r"edexml.*practice.*somtoday"):
        file_source("edex", [], "99ZZ", TODAY)


@pytest.mark.parametrize(
    ("changed", "named"),
    [({"sleutel": "x"}, "sleutel"), ({"client_id": ""}, "client_id"), ({"organisation": None}, "organisation")],
)
def test_wrong_settings_are_refused_and_the_wanted_ones_are_named(changed, named):
    with pytest.raises(InvalidInput) as refusal:
        service_source("somtoday", {**SETTINGS, **changed}, "99ZZ", TODAY)

    assert named in refusal.value.message
    assert "base_url, token_url, client_id, client_secret, organisation" in refusal.value.message
    assert "geheim" not in refusal.value.message


@pytest.mark.parametrize("address", ["http://api.somtoday.example", "api.somtoday.example", "file:///etc/passwd"])
def test_an_address_that_is_not_https_is_refused_r71(address):
    with pytest.raises(InvalidInput):
        service_source("somtoday", {**SETTINGS, "base_url": address}, "99ZZ", TODAY)


def test_files_and_services_are_not_mixed_up():
    with pytest.raises(InvalidInput):
        file_source("somtoday", [Path("x")], "99ZZ", TODAY)
    with pytest.raises(InvalidInput):
        service_source("edexml", {}, "99ZZ", TODAY)
    with pytest.raises(InvalidInput):
        file_source("edexml", [Path("a"), Path("b")], "99ZZ", TODAY)


def test_every_message_is_a_sentence_even_without_its_values():
    for code in MESSAGES:
        text = message_text(RosterMessage("error", "pupil", "1", code))
        assert re.fullmatch(r"[a-z]+(-[a-z]+)*", code)
        assert "%" not in text
        assert text.endswith(".")


def test_fields_in_messages_are_named_in_words():
    text = message_text(RosterMessage("warning", "pupil", "1", "date-unreadable", {"field": "birth_date"}))

    assert str(FIELDS["birth_date"]) in text
    assert "birth_date" not in text
    assert message_text(RosterMessage("info", "pupil", "1", "of-a-later-build")) == "of-a-later-build"


def test_every_code_that_an_adapter_uses_has_a_sentence():
    used = set()
    for path in Path(roster_package.__file__).parent.rglob("*.py"):
        for call in ast.walk(ast.parse(path.read_text())):
            if isinstance(call, ast.Call) and getattr(call.func, "attr", "") in ("error", "warning", "info"):
                used |= {part.value for part in call.args[2:3] if isinstance(part, ast.Constant)}

    assert len(used) > 20
    assert used <= set(MESSAGES)
