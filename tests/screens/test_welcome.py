"""The welcome screen: cards by role, and what asks an administrator for attention, within reach (Z-032 to Z-040)."""

from datetime import UTC, date, datetime, timedelta

import pytest
import sqlalchemy as sa

from app.models import (
    Institution,
    Location,
    NewsItem,
    OutboxMail,
    Person,
    PersonKind,
    Role,
)

NOW = datetime.now(UTC)
BEHEER = (
    "Wanneer je er rechten toe hebt, beheer accounts, medewerkers, verzorgers, leerlingen en overige betrokkenen. "
    "Hier kan je ook gegevens importeren uit niet-SOMtoday systemen."
)
USED = {"password_hash": "unused", "activated_at": NOW}
NOT_OURS = ("Vragenlijst", "Cockpit", "Rapporten")  # Z-039: of another product


@pytest.fixture
def lindelaan(administrator, session):
    return session.scalar(sa.select(Location).where(Location.name == "Lindelaan"))


@pytest.fixture
def make_mail(session, institution):
    def make(account, state="failed"):
        number = session.scalar(sa.select(sa.func.count()).select_from(OutboxMail))
        times = {"created_at": NOW, "next_at": NOW}
        about = {"template": "account-new", "recipient": "p@school.example", "details": {}, "message_id": str(number)}
        session.add(OutboxMail(institution_id=institution.id, account_id=account.id, state=state, **about, **times))
        session.commit()

    return make


def welcome(client):
    answer = client.get("/")
    assert answer.status_code == 200
    return answer.get_data(as_text=True)


def widget(page, name):
    """The text of one widget."""
    return page.split(f'id="{name}"')[1].split("</section>")[0]


def test_a_stranger_goes_to_the_login_z032(client):
    assert client.get("/").headers["Location"].startswith("/login")


def test_the_green_card_has_the_words_of_the_manual_z034(admin_client):
    page = welcome(admin_client)
    assert BEHEER in page
    assert "Ga naar beheer" in page
    assert 'href="/beheer/"' in page


def test_the_status_line_names_the_page_z037(admin_client):
    page = welcome(admin_client)
    assert "admin_vanderwal" in page
    assert "(applicatiebeheerder)" in page
    assert "De Zilverlinde" in page
    assert "HomePage" in page


def test_the_blue_card_carries_the_newest_news_z035_z036(admin_client, session, institution):
    for title, days in (("Oud nieuws", 9), ("Handreiking monitor sociale veiligheid", 1), ("Nog niet bekend", -1)):
        told = {"title": title, "body": "Tekst", "published_at": NOW - timedelta(days=days)}
        session.add(NewsItem(institution_id=institution.id, **told))
    session.commit()
    page = welcome(admin_client)
    assert "Achtergrondinformatie" in page
    assert "Ga naar informatief" in page
    assert "Handreiking monitor sociale veiligheid" in page
    assert "Oud nieuws" not in page
    assert "Nog niet bekend" not in page


def test_an_administrator_has_beheer_and_informatief_only_z038(admin_client):
    page = welcome(admin_client)
    assert not [word for word in NOT_OURS if word in page]


@pytest.mark.parametrize("role", [Role.STAFF, Role.CARE_MANAGER])
def test_staff_always_see_informatief_and_never_beheer_z039_z040(make_account, log_in, role):
    page = welcome(log_in(make_account(role=role, **USED)))
    assert "Ga naar informatief" in page
    assert "Ga naar beheer" not in page
    assert "Uw account" in page
    assert not [word for word in NOT_OURS if word in page]


@pytest.mark.parametrize("kind", [PersonKind.PUPIL, PersonKind.GUARDIAN, PersonKind.OTHER])
def test_others_see_their_own_account_and_how_to_change_the_password(make_person, make_account, log_in, kind):
    account = make_account(make_person(kind, email=None), username="innewit", **USED)
    page = welcome(log_in(account))
    assert "innewit" in page
    assert "Zonder e-mailadres kunt u niet zelf een nieuw wachtwoord aanvragen" in page
    assert "/wachtwoord/wijzigen" in page
    assert "Ga naar informatief" not in page
    assert "Ga naar beheer" not in page


def test_an_empty_school_gets_the_steps_to_begin(make_account, log_in):
    page = welcome(log_in(make_account(role=Role.ADMINISTRATOR, **USED)))
    assert "Uw school is nog leeg" in page
    assert "Naar synchronisatie" in page
    assert "Niets te doen" not in page


def test_an_administrator_without_location_is_told_how_to_couple_z189(make_account, make_location, log_in):
    make_location("Lindelaan")
    page = welcome(log_in(make_account(role=Role.ADMINISTRATOR, **USED)))
    assert "U bent nog niet gekoppeld aan een vestiging" in page
    assert "Niets te doen" not in page  # who sees nobody is not told that all is well


def test_new_people_are_counted_within_reach_z186(admin_client, lindelaan, make_person, make_location, make_account):
    for _number in range(3):
        make_person(PersonKind.PUPIL, lindelaan)
    make_person(PersonKind.PUPIL, make_location("Oost"))
    make_account(make_person(PersonKind.PUPIL, lindelaan))
    text = widget(welcome(admin_client), "w-new")
    assert "Leerlingen: 3" in text


def test_leavers_with_an_active_account_are_counted(admin_client, session, lindelaan, make_person, make_account):
    for day, active in ((date(2026, 10, 31), True), (date(2026, 11, 2), True), (date(2026, 10, 1), False)):
        person = make_person(PersonKind.PUPIL, lindelaan)
        make_account(person, active=active)
        person.left_on = day
    session.commit()
    text = widget(welcome(admin_client), "w-left")
    assert ">2</p>" in text
    assert "31-10-2026" in text


def test_failed_mails_are_counted_within_reach(
    admin_client, lindelaan, make_person, make_account, make_location, make_mail
):
    here = make_account(make_person(PersonKind.PUPIL, lindelaan))
    make_mail(here)
    make_mail(here, "waiting")
    make_mail(here, "sent")
    make_mail(make_account(make_person(PersonKind.PUPIL, make_location("Oost"))))
    text = widget(welcome(admin_client), "w-mail")
    assert ">1</p>" in text
    assert "1 mail wacht op verzending" in text


def test_activated_accounts_are_real_numbers(admin_client, lindelaan, make_person, make_account):
    make_account(make_person(PersonKind.PUPIL, lindelaan), activated_at=NOW)
    make_account(make_person(PersonKind.PUPIL, lindelaan))
    text = widget(welcome(admin_client), "w-active")
    assert "<b>1</b>" in text
    assert "van 2" in text


def test_a_hostile_name_is_shown_as_text_r64(admin_client, session, administrator):
    own = sa.update(Person).where(Person.id == administrator.person_id)
    session.execute(own.values(first_name="<script>x</script>"))
    session.execute(sa.update(Institution).values(name="<b>School</b>"))
    session.commit()
    page = welcome(admin_client)
    assert "<script>x" not in page
    assert "<b>School" not in page


def test_the_page_costs_the_same_for_one_and_for_thirty_persons(admin_client, db, lindelaan, make_person, make_account):
    def queries():
        counted = []
        listen = lambda *details: counted.append(details[2])  # noqa: E731
        sa.event.listen(db.engine, "before_cursor_execute", listen)
        welcome(admin_client)
        sa.event.remove(db.engine, "before_cursor_execute", listen)
        return len([sql for sql in counted if sql.lstrip().upper().startswith("SELECT")])

    welcome(admin_client)
    few = queries()
    for _number in range(30):
        make_account(make_person(PersonKind.PUPIL, lindelaan))
    assert queries() == few
