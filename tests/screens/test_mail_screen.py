"""Beheer > Instelling > Mails: what waits, went and failed and why, within reach; never a secret (R47, R112)."""

import pytest
import sqlalchemy as sa

from app.services.mail.reading import mail_counts
from tests.mail.outbox_world import MAILS, actor, elsewhere, here, make_mail, post, pupil_account, secret_of
from tests.screens.sync_world import other_school, text_of

__all__ = ["actor", "elsewhere", "here", "make_mail", "other_school", "post", "pupil_account"]


def test_the_list_shows_how_each_mail_stands_and_why(admin_client, pupil_account, make_mail):
    account = pupil_account(last_name="Kaya", first_name="Elif")
    make_mail(account, "failed", recipient="elif@thuis.example")
    make_mail(account, "sent", problem=None)
    make_mail(account, "waiting", attempts=2)
    words = text_of(admin_client.get(MAILS))
    assert "Mails - 1 t/m 3 (van 3)" in words
    assert "Wacht 1 Verstuurd 1 Mislukt 1 Vervallen 0" in words
    assert (
        "Kaya, Elif elif@thuis.example Gebruikersnaam gewijzigd Mislukt De mailserver weigert deze mail (550)." in words
    )
    assert "Wacht op nieuwe poging" in words


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("state=failed", 1),
        ("state=sent", 1),
        ("state=nonsense", 0),
        ("template=account-reset", 1),
        ("search=ELIF@THUIS", 1),
        ("search=kaya", 2),
        ("search=%00", 2),
        ("search=%25", 0),
        ("search=niemand", 0),
        ("page=99999999999999999999", 2),
        ("sort=state&desc=1", 2),
    ],
)
def test_filters_find_by_state_subject_address_and_name(admin_client, pupil_account, make_mail, query, found):
    account = pupil_account(last_name="Kaya", first_name="Elif", email=None)
    make_mail(account, "failed", recipient="elif@thuis.example")
    make_mail(account, "sent", template="account-reset")
    words = text_of(admin_client.get(f"{MAILS}?{query}"))
    assert f"(van {found})" in words


def test_mails_to_persons_of_other_locations_and_schools_are_nowhere_r47(
    session, admin_client, actor, pupil_account, make_person, make_account, make_mail, elsewhere, other_school
):
    far = make_mail(pupil_account(elsewhere, last_name="Merkteken"), recipient="merkteken@thuis.example")
    theirs = make_mail(
        make_account(make_person(institution_id=other_school.id, last_name="Merkteken")),
        recipient="merkteken@elders.example",
    )
    nobody = make_mail(None, institution_id=actor.institution_id, recipient="merkteken@los.example")
    for query in ("", "?state=failed", "?search=merkteken", "?everything=1", "export/csv/"):
        answer = admin_client.get(MAILS + query, buffered=True)
        words = answer.get_data(as_text=True).replace("search=merkteken", "").replace('value="merkteken"', "")
        assert "@thuis" not in words + "".join(str(one) for one in answer.headers.values())
        assert "Merkteken" not in words
        assert "@elders" not in words
        assert "@los" not in words
    assert mail_counts(session, actor)["failed"] == 0
    for mail in (far, theirs, nobody):
        assert admin_client.get(f"{MAILS}{mail.id}/").status_code == 404


def test_a_mail_out_of_reach_looks_like_one_that_does_not_exist_r52(
    admin_client, session, post, pupil_account, make_mail, elsewhere
):
    far = make_mail(pupil_account(elsewhere))
    for number in (far.id, 10**9):
        assert admin_client.get(f"{MAILS}{number}/").status_code == 404
        assert post(f"{number}/opnieuw/").status_code == 404
    post("opnieuw/", rowid=far.id)
    post("opnieuw/alle/")
    session.expire_all()
    assert far.state == "failed"


def test_one_mail_tells_about_itself_and_never_its_secret_r112(session, admin_client, pupil_account, make_mail):
    account = pupil_account(last_name="Kaya", first_name="Elif")
    secret = secret_of(session, account)
    mail = make_mail(account, template="account-new", secret_id=secret.id, attempts=3, uncertain=True)
    page = admin_client.get(f"{MAILS}{mail.id}/").get_data(as_text=True)
    for answer in (page, admin_client.get(MAILS).get_data(as_text=True)):
        assert "geheim" not in answer
    words = text_of(admin_client.get(f"{MAILS}{mail.id}/"))
    assert "Waarom de mail niet is aangekomen De mailserver weigert deze mail (550)." in words
    assert "Pogingen 3" in words
    assert "Misschien is de mail twee keer aangekomen." in words
    assert f'href="/beheer/accounts/{account.id}/"' in page


def test_a_mail_whose_words_look_like_html_stays_words_r64(admin_client, pupil_account, make_mail):
    mail = make_mail(pupil_account(), recipient="<script>x</script>@a.example", problem="<img src=x onerror=y>")
    for address in (MAILS, f"{MAILS}{mail.id}/"):
        page = admin_client.get(address).get_data(as_text=True)
        assert "<script>x" not in page
        assert "<img src=x" not in page


def test_the_list_costs_the_same_for_1_and_for_25_mails(admin_client, pupil_account, make_mail, db):
    def cost():
        seen = []
        listen = lambda *args: seen.append(args[2])  # noqa: E731
        sa.event.listen(db.engine, "before_cursor_execute", listen)
        admin_client.get(MAILS)
        sa.event.remove(db.engine, "before_cursor_execute", listen)
        return len(seen)

    make_mail(pupil_account())
    cost()
    one = cost()
    for _ in range(24):
        make_mail(pupil_account())
    assert cost() == one
