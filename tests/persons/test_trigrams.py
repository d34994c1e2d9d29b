"""The index of parts of words finds what reading every name finds, and nothing is missed without it (Z-119)."""

import pytest
import sqlalchemy as sa

from app.models import Account, Person, PersonKind
from app.services import trigrams
from app.services.trigrams import could_contain
from tests.databases import on_postgresql

NAMES = (
    ("Özlem", None, "Adsız"),
    ("Zoë", "van den", "Berg"),
    ("Aad", "'t", "Hart"),
    ("Anna", None, 'Quo"te'),
    ("Per%cent", None, "Under_score"),
    ("Sofie", None, "van'Hof-ter Braak"),
)
WORDS = (
    "adsiz",
    "berg",
    "vandenberg",
    "'t",
    'quo"',
    '"',
    "%",
    "r_s",
    "hof-ter",
    "an",
    "school",
    "p1",
    "qqq",
    "ann",
    "é",
)


@pytest.fixture
def people(session, make_person):
    made = [make_person(first_name=first, prefix=prefix, last_name=last) for first, prefix, last in NAMES]
    session.commit()
    return made


def found(session, word, narrowed=True):
    plain = Person.search_key.contains(word, autoescape=True)
    narrow = could_contain(session, Person, [word], Person.id) if narrowed else sa.true()
    return set(session.scalars(sa.select(Person.id).where(plain, narrow)))


@pytest.mark.parametrize("word", WORDS)
def test_every_word_finds_the_same_with_and_without_the_index_z119(session, people, word):
    assert found(session, word) == found(session, word, narrowed=False)


def test_who_is_renamed_or_deleted_is_found_by_the_new_name_alone(session, make_person):
    person = make_person(PersonKind.OTHER, last_name="Vlietstra")
    assert found(session, "vliets") == {person.id}
    person.last_name = "Meeuwis"
    person.remake_keys()
    session.commit()
    assert found(session, "vliets") == set()
    assert found(session, "meeuw") == {person.id}
    session.delete(person)
    session.commit()
    assert found(session, "meeuw") == set()
    if not on_postgresql():
        chosen = sa.text("SELECT count(*) FROM person_words WHERE person_words MATCH '\"mee\"'")
        assert session.scalar(chosen) == 0


def test_usernames_are_found_whatever_their_capitals_z118(session, make_account):
    account = make_account(username="InneWit")
    name = sa.func.lower(Account.username).contains("newi", autoescape=True)
    chosen = sa.select(Account.id).where(could_contain(session, Account, ["newi"], Account.id), name)
    assert session.scalars(chosen).all() == [account.id]


def test_more_hits_than_a_few_are_read_on_and_none_is_missed(session, people, monkeypatch):
    monkeypatch.setattr(trigrams, "FEW", 2)
    assert found(session, "school") == {person.id for person in people}


@pytest.mark.once
def test_without_the_index_a_search_reads_all_names(db, session, people):
    for name in trigrams.INDEXES.values():
        for when in ("insert", "delete", "update"):
            session.execute(sa.text(f"DROP TRIGGER {name}_{when}"))
        session.execute(sa.text(f"DROP TABLE {name}"))
    session.commit()
    trigrams._SEEN.clear()
    assert len(found(session, "vandenberg")) == 1
