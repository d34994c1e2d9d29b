"""The outbox: rows that commit with their cause, who may see them, and what may be tried again (R111 to R117)."""

from datetime import timedelta

import pytest

from app.clock import now
from app.errors import Conflict, UnknownName
from app.extensions import transaction
from app.models import AuditLine, IssuedSecret, OutboxMail, PersonKind
from app.services.access import Actor
from app.services.mail.delivery import wait_after
from app.services.mail.outbox import NewMail, can_be_mailed, mails_in_reach, outbox_counts, queue_mails, resend
from app.work.mail.delivery import deliver
from tests.mail import mail_world

make_secret, queue = mail_world.make_secret, mail_world.queue
MACHINE = Actor("test")
HOSTILE = [
    "noor@school.example\r\nBcc: everybody@evil.example",
    "noor@school.example\nBcc: everybody@evil.example",
    "noor@school.example,other@evil.example",
    "noor@school.example;other@evil.example",
    "<noor@school.example> other@evil.example",
    '"a b"@school.example',
    "a@b@school.example",
    "noor@school.example\x00",
    "noor @school.example",
    "noor@school..example",
    "noor@-school.example",
    "noor@school",
    "nöör@school.example",
    "x" * 300 + "@school.example",
    "noor@" + "s" * 64 + ".example",
    "@school.example",
    "noor@",
    "",
    None,
]


def test_a_mail_that_was_rolled_back_never_existed_r111(app, session, institution):
    def cause():
        with transaction():
            queue_mails(session, now(), [NewMail("sync-held", "a@school.example", institution.id)])
            raise Conflict("the cause of the mail fails")

    with pytest.raises(Conflict):
        cause()
    assert session.query(OutboxMail).count() == 0


@pytest.mark.parametrize("address", HOSTILE)
def test_an_address_that_is_not_exactly_one_address_cannot_be_mailed_r117(address):
    assert not can_be_mailed(address)


@pytest.mark.parametrize(
    "address", ["noor@school.example", "n.o'or+tag@mail.school.example", "noor@schöner-schule.example"]
)
def test_a_normal_address_can_be_mailed_also_with_another_script_in_its_domain_z100(address):
    assert can_be_mailed(address)


def test_a_bad_address_makes_that_one_mail_fail_and_is_shown_r117(app, session, institution):
    bad = NewMail("sync-held", HOSTILE[0], institution.id)
    good = NewMail("sync-held", "a@school.example", institution.id)
    with transaction():
        queue_mails(session, now(), [bad, good])
    first, second = session.query(OutboxMail).order_by(OutboxMail.id)
    assert (first.state, first.problem) == ("failed", "Dit is geen geldig e-mailadres.")
    assert "\n" not in first.recipient
    assert second.state == "waiting"
    assert outbox_counts(session, institution.id) == {
        "waiting": 1,
        "sent": 0,
        "failed": 1,
        "dropped": 0,
        "uncertain": 0,
    }


def test_an_unknown_letter_is_a_bug_and_is_found_when_it_is_queued(app, session, institution):
    with pytest.raises(ValueError, match="no such mail"):
        queue_mails(session, now(), [NewMail("acount-new", "a@school.example", institution.id)])


def test_the_waits_grow_to_four_hours_and_end_after_48_hours_r115():
    waits = []
    while (wait := wait_after(len(waits) + 1)) is not None:
        waits.append(wait)
    ladder = [1, 5, 15, 60, 240]
    for wait, minutes in zip(waits, ladder + [240] * 40, strict=False):
        assert timedelta(minutes=minutes) <= wait <= timedelta(minutes=minutes * 1.2)
    assert timedelta(hours=44) < sum(waits, timedelta()) < timedelta(hours=58)


def test_somebody_without_sight_of_the_person_does_not_see_the_mail_r52(
    session, make_person, make_location, administrator, queue, make_account
):
    here = administrator_of(session, administrator)
    elsewhere = make_location("Elders")
    queue(account=make_account(make_person(PersonKind.PUPIL, elsewhere)))
    mine = queue(account=make_account(make_person(PersonKind.PUPIL, location_of(session, here))))
    assert [mail.id for mail in session.query(OutboxMail).filter(mails_in_reach(here))] == [mine.id]


def test_a_mail_out_of_reach_looks_like_one_that_does_not_exist_r52(
    session, make_person, make_location, administrator, queue, make_account
):
    here = administrator_of(session, administrator)
    hidden = queue(account=make_account(make_person(PersonKind.PUPIL, make_location("Elders"))))
    for number in (hidden.id, 999_999):
        with pytest.raises(UnknownName):
            resend(session, now(), here, number)


def test_a_failed_mail_is_tried_again_from_the_first_step_and_that_is_recorded_r115(app, session, queue):
    mail = queue()
    mail.state, mail.attempts, mail.problem = "failed", 16, "De mailserver antwoordt niet."
    session.commit()
    with transaction():
        resend(session, now(), MACHINE, mail.id)
    session.refresh(mail)
    assert (mail.state, mail.attempts, mail.problem) == ("waiting", 0, None)
    assert session.query(AuditLine).filter_by(action="mail-resend", subject_id=mail.id).count() == 1


def test_what_went_out_or_holds_a_lapsed_password_is_not_sent_again_r115(app, session, queue):
    sent = queue()
    deliver(app.config)
    expired = queue(lifetime=timedelta(seconds=-1))
    expired.state = "failed"
    session.commit()
    for mail in (sent, expired):
        with pytest.raises(Conflict):
            resend(session, now(), MACHINE, mail.id)


def test_after_it_was_sent_the_password_cannot_be_made_again_r112(app, session, queue):
    mail = queue()
    deliver(app.config)
    assert session.get(IssuedSecret, mail.secret_id).nonce is None


@pytest.mark.parametrize("why", ["expired", "used", "deleted account"])
def test_a_mail_whose_password_is_no_longer_any_good_is_dropped_r115(app, session, tmp_path, queue, why):
    mail = queue(lifetime=timedelta(seconds=-1 if why == "expired" else 600))
    if why == "used":
        session.get(IssuedSecret, mail.secret_id).used_at = now()
    if why == "deleted account":
        mail.account_id = None
    session.commit()
    assert deliver(app.config).sent == 0
    session.refresh(mail)
    assert mail.state == "dropped"
    assert mail.problem.endswith("voordat deze e-mail kon worden verstuurd.")
    assert not (tmp_path / "mail").exists()


def administrator_of(session, account):
    from app.models import Role
    from app.services.reach import locations_of

    reach = locations_of(session, account)
    return Actor(account.username, account.id, account.institution_id, Role.ADMINISTRATOR, reach)


def location_of(session, actor):
    from app.models import Location

    return session.get(Location, min(actor.locations))
