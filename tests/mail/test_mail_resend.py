"""Sending mails again from the screen: one, the ticked ones, or all that failed in reach (R115, R124)."""

import pytest

from app.errors import NotAllowed
from app.models import AuditLine, OutboxMail, Role
from app.services.access import Actor
from app.services.mail.reading import Resent, mail_counts, resend_many
from tests.mail.outbox_world import MAILS, elsewhere, here, make_mail, post, pupil_account, secret_of
from tests.screens.sync_world import NOW, text_of

__all__ = ["elsewhere", "here", "make_mail", "post", "pupil_account"]


def test_one_failed_mail_is_sent_again_and_the_log_says_who(session, administrator, post, pupil_account, make_mail):
    mail = make_mail(pupil_account(), attempts=9)
    words = text_of(post(f"{mail.id}/opnieuw/"))
    session.expire_all()
    assert "De mail wacht en wordt binnen enkele minuten verstuurd." in words
    assert (mail.state, mail.attempts, mail.problem) == ("waiting", 0, None)
    line = session.query(AuditLine).filter_by(action="mail-resend").one()
    assert (line.subject_id, line.actor_id) == (mail.id, administrator.id)


def test_a_mail_that_went_out_is_not_sent_twice_r124(session, post, pupil_account, make_mail):
    mail = make_mail(pupil_account(), "sent", sent_at=NOW)
    words = text_of(post(f"{mail.id}/opnieuw/"))
    session.expire_all()
    assert mail.state == "sent"
    assert "Verstuurd" in words
    assert session.query(AuditLine).count() == 0


def test_all_failed_mails_in_reach_go_again_with_one_button(session, post, pupil_account, make_mail, elsewhere):
    near = [make_mail(pupil_account()) for _ in range(3)]
    far = make_mail(pupil_account(elsewhere))
    assert "3 mails worden opnieuw verstuurd." in text_of(post("opnieuw/alle/"))
    session.expire_all()
    assert {mail.state for mail in near} == {"waiting"}
    assert far.state == "failed"
    assert "Er is niets gekozen." in text_of(post("opnieuw/alle/"))


def test_ticked_mails_go_again_and_the_others_are_explained(session, post, pupil_account, make_mail):
    account, old = pupil_account(), pupil_account()
    lapsed = secret_of(session, old, nonce=None)
    mails = [
        make_mail(account),
        make_mail(account, recipient="geen adres"),
        make_mail(old, template="account-new", secret_id=lapsed.id),
        make_mail(account, "sent"),
    ]
    words = text_of(post("opnieuw/", rowid=[mail.id for mail in mails]))
    for said in (
        "1 mail wordt opnieuw verstuurd.",
        "1 mail bevat een wachtwoord dat niet meer geldig is.",
        "1 mail heeft een ongeldig adres.",
        "1 mail was niet mislukt.",
    ):
        assert said in words
    session.expire_all()
    assert [mail.state for mail in mails] == ["waiting", "failed", "failed", "sent"]


def test_everything_the_filter_finds_goes_again_over_all_pages(session, post, pupil_account, make_mail):
    account = pupil_account()
    for _ in range(30):
        make_mail(account)
    kept = make_mail(account, template="password-changed")
    post("opnieuw/", everything="1", query="template=username-changed")
    session.expire_all()
    assert session.query(OutboxMail).filter_by(state="waiting").count() == 30
    assert kept.state == "failed"


@pytest.mark.parametrize("typed", ["abc", "1,2", "99999999999999999999", "-1", ""])
def test_a_strange_id_is_no_error_and_does_nothing(post, typed):
    assert "Er is niets gekozen." in text_of(post("opnieuw/", rowid=typed))


@pytest.mark.parametrize("address", ["opnieuw/", "opnieuw/alle/", "{id}/opnieuw/"])
def test_sending_again_wants_a_post_with_a_token_r59(session, admin_client, pupil_account, make_mail, address):
    mail = make_mail(pupil_account())
    address = MAILS + address.format(id=mail.id)
    assert admin_client.get(address).status_code == 405
    assert admin_client.post(address, data={"rowid": mail.id}).status_code == 400
    session.expire_all()
    assert mail.state == "failed"


def test_only_an_administrator_may_send_again_r46(session, log_in, make_account, here):
    with pytest.raises(NotAllowed):
        resend_many(session, NOW, Actor("x", 5, here.institution_id, Role.STAFF, frozenset({here.id})), [1])
    client = log_in(make_account(role=Role.CARE_MANAGER, locations=[here], password_hash="x", activated_at=NOW))
    assert client.get(MAILS).status_code == 403


def test_an_administrator_without_locations_reaches_the_own_mail_alone(session, make_account, make_mail, pupil_account):
    lonely = make_account(role=Role.ADMINISTRATOR)
    own, other = make_mail(lonely), make_mail(pupil_account())
    actor = Actor("x", lonely.id, lonely.institution_id, Role.ADMINISTRATOR, frozenset())
    assert resend_many(session, NOW, actor, [own.id, other.id]) == Resent(again=1, not_failed=1)
    assert mail_counts(session, actor)["waiting"] == 1
