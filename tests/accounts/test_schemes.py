"""Username schemes that a school chooses per kind of person (Z-135): what they make, and what cannot be one."""

import pytest
import sqlalchemy as sa

from app.errors import InvalidInput
from app.extensions import transaction
from app.models import Account, Location, PersonKind
from app.services.accounts.changes import change_account, delete_account
from app.services.accounts.rules import check_username
from app.services.accounts.schemes import choose_schemes, parse_scheme, schemes_of, shown_scheme, typed_scheme
from app.services.accounts.usernames import Named, choose_username
from tests.accounts.accounts_world import NOW, actor_of, made

PUPIL, STAFF = PersonKind.PUPIL, PersonKind.STAFF
SANNE = Named(PUPIL, "Berg", "Sanne", "S.A.", "van den", "001234", "s.berg@school.example", 2026)


@pytest.fixture
def actor(administrator):
    return actor_of(administrator)


@pytest.mark.parametrize(
    ("pattern", "wanted"),
    [
        ("{first_name}{prefix}{last_name}", "sannevandenberg"),
        ("{first_name:1}.{prefix}{last_name}", "s.vandenberg"),
        ("{last_name}-{initials}", "berg-sa"),
        ("l{number}", "l001234"),
        ("{email}", "s.berg"),
        ("{year}{first_name:3}{last_name:4}", "26sanberg"),
    ],
)
def test_a_pattern_makes_a_username(pattern, wanted):
    assert choose_username(SANNE, set(), scheme=parse_scheme(pattern)).username == wanted


def test_an_empty_prefix_leaves_no_double_sign():
    scheme = parse_scheme("{first_name}.{prefix}.{last_name}")
    assert choose_username(Named(PUPIL, "Wit", "Inne"), set(), scheme=scheme).username == "inne.wit"


def test_who_has_nothing_for_a_token_that_counts_gets_the_default():
    assert choose_username(Named(PUPIL, "Wit", "Inne"), set(), scheme=parse_scheme("{number}")).username == "innewit"


def test_namesakes_get_more_of_the_first_name_and_then_a_number_part7_nr21():
    scheme, taken, made_ = parse_scheme("{first_name:1}{last_name}"), set(), []
    for _person in range(6):
        made_.append(choose_username(Named(PUPIL, "Wit", "Inne"), taken, scheme=scheme).username)
        taken.add(made_[-1])
    assert made_ == ["iwit", "inwit", "innwit", "innewit", "iwit2", "iwit3"]


@pytest.mark.parametrize(
    "bad", ["", "abc", "{wat}", "{first_name", "first_name}", "{first_name:0}", "{a}{b}", "Hallo {number}", "{number}é"]
)
def test_what_is_no_pattern_is_refused(bad):
    with pytest.raises(ValueError, match=r".*"):
        parse_scheme(bad)


def test_people_type_and_read_the_tokens_in_dutch(app):
    stored = typed_scheme(" {Voornaam:1}.{ tussenvoegsel }{achternaam} ")
    assert stored == "{first_name:1}.{prefix}{last_name}"
    assert shown_scheme(stored) == "{voornaam:1}.{tussenvoegsel}{achternaam}"
    with pytest.raises(InvalidInput, match="minstens één van"):
        typed_scheme("leerling")


def test_a_scheme_is_chosen_per_kind_and_used_from_then_on(app, session, actor, make_person):
    with transaction():
        choose_schemes(session, NOW, actor, {PUPIL: "{achternaam}.{voornaam:1}", STAFF: ""})
    assert list(schemes_of(session, actor.institution_id)) == [PUPIL]
    pupil = make_person(location=session.scalar(sa.select(Location)), first_name="Özlem", last_name="Adsız")
    made(app, actor, "create", "pupil", [pupil.id])
    assert session.scalar(sa.select(Account.username).where(Account.person_id == pupil.id)) == "adsiz.o"


def test_a_wrong_pattern_names_its_kind_and_changes_nothing(session, actor):
    with pytest.raises(InvalidInput) as refused:
        choose_schemes(session, NOW, actor, {PUPIL: "{achternaam}", STAFF: "{onzin}"})
    assert refused.value.field == "staff"


def test_a_username_that_somebody_had_is_nobody_elses_but_may_come_back_to_them(app, session, actor, make_person):
    here = session.scalar(sa.select(Location))
    first = make_person(location=here, first_name="Inne", last_name="Wit", initials=None)
    second = make_person(location=here, first_name="Inne", last_name="Wit", initials=None)
    made(app, actor, "create", "pupil", [first.id])
    account = session.scalar(sa.select(Account).where(Account.person_id == first.id))
    with transaction():
        change_account(session, NOW, actor, account.id, account.version, username="inne.wit")
    made(app, actor, "create", "pupil", [second.id])
    assert session.scalar(sa.select(Account.username).where(Account.person_id == second.id)) == "innewit2"
    with pytest.raises(InvalidInput, match="in gebruik"):
        check_username(session, "innewit")

    account = session.scalar(sa.select(Account).where(Account.person_id == first.id))
    with transaction():
        change_account(session, NOW, actor, account.id, account.version, username="innewit")
    with transaction():
        delete_account(session, NOW, actor, account.id, account.version)
    made(app, actor, "create", "pupil", [first.id])
    assert session.scalar(sa.select(Account.username).where(Account.person_id == first.id)) == "innewit"
