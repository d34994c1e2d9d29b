"""What our mails say, in Dutch, as plain text and as HTML (Z-099, Z-144, Z-163)."""

import html5lib
import pytest

from app.models import Guardianship, IssuedSecret, PersonKind
from app.services.login.credentials import activation_token, readable_password
from app.services.mail.outbox import TEMPLATES, WITH_SECRET, NewMail, queue_mails
from app.work.mail.delivery import deliver
from app.work.mail.letters import LETTERS
from tests.mail import mail_world
from tests.mail.mail_world import KEY, html_of, text_of

pytestmark = pytest.mark.once

make_secret, queue = mail_world.make_secret, mail_world.queue
postbox, start_server, post_office = mail_world.postbox, mail_world.start_server, mail_world.post_office


@pytest.fixture
def delivered(app, session, queue, post_office, postbox):
    """Queue one mail, deliver it, and give (message, its row, password, token)."""

    def delivered(template="account-new", **values):
        mail = queue(template, secret=template in WITH_SECRET, **values)
        nonce = session.get(IssuedSecret, mail.secret_id).nonce if mail.secret_id else None
        deliver(app.config)
        secrets = (readable_password(KEY, nonce), activation_token(KEY, nonce)) if nonce else (None, None)
        return postbox.mails[-1][1], mail, *secrets

    return delivered


def test_every_letter_can_be_queued_and_every_queued_mail_has_a_letter():
    assert set(LETTERS) == TEMPLATES


@pytest.mark.parametrize("template", sorted(LETTERS))
def test_every_letter_is_dutch_whole_and_valid_html(delivered, template, make_account):
    details = {"reason": "De lijst is leeg.", "old": "anders"}
    message, _mail, _password, _token = delivered(template, details=details)
    text, html = text_of(message), html_of(message)
    html5lib.HTMLParser(strict=True).parse(html)
    assert message["Subject"]
    for whole in (text, html):
        assert "None" not in whole
        assert "%(" not in whole
        assert "De Zilverlinde" in whole
        assert "De school vraagt nooit om uw wachtwoord." in whole.replace("\n", " ")
    assert "\n\n\n" not in text
    assert text == text.strip() + "\n"
    assert max(len(line) for line in text.splitlines() if "http" not in line) <= 72


def test_a_new_account_brings_password_and_link_with_until_when_z099(delivered, make_account):
    account = make_account(username="i.de.wit")
    message, mail, password, token = delivered(account=account)
    for part in (text_of(message), html_of(message)):
        for wanted in ("i.de.wit", password, f"http://localhost/activeren/{token}", "De Zilverlinde (99ZZ)"):
            assert wanted in part
    assert "werken één keer, tot " in text_of(message)
    assert "alleen kleine letters" in text_of(message).replace("\n", " ")
    assert message["Subject"] == "Uw account bij De Zilverlinde"
    assert message["To"] == mail.recipient


def test_a_forgotten_password_brings_a_new_password_and_a_link_z029_z031(delivered):
    message, _mail, password, token = delivered("password-forgotten")
    for part in (text_of(message), html_of(message)):
        assert f"/activeren/{token}" in part
        assert password in part


def test_guardians_read_for_whom_their_account_is(delivered, session, make_person, make_account, make_location):
    place = make_location("Lindelaan")
    parent = make_person(PersonKind.GUARDIAN, initials="C.", prefix="van den", last_name="Berg")
    for name in ("Thijs", "Sanne"):
        child = make_person(PersonKind.PUPIL, place, first_name=name, last_name=f"Berg{name}")
        session.add(Guardianship(guardian_id=parent.id, pupil_id=child.id, institution_id=parent.institution_id))
    session.commit()
    message, *_secrets = delivered(account=make_account(parent))
    text = text_of(message).replace("\n", " ")
    assert "Beste C. van den Berg," in text
    assert "omdat u verzorger bent van Sanne en Thijs." in text


def test_pupils_read_of_which_location_they_are(delivered, make_person, make_account, make_location):
    pupil = make_person(PersonKind.PUPIL, make_location("Lindelaan"))
    message, *_secrets = delivered(account=make_account(pupil))
    assert text_of(message).startswith("De Zilverlinde, Lindelaan\n\nUW ACCOUNT IS KLAAR\n")


def test_links_come_from_the_settings_alone_r37(app, delivered):
    app.config["PUBLIC_URL"] = "https://zicht.school.example"
    message, *_secrets = delivered()
    text = text_of(message)
    assert "https://zicht.school.example/activeren/" in text
    assert "https://zicht.school.example/login" in text
    assert "http://" not in text


def test_hostile_names_are_text_in_html_r64(delivered, make_person, make_account):
    name = "<img src=x onerror=alert(1)>"
    message, *_secrets = delivered(account=make_account(make_person(PersonKind.STAFF, first_name=name)))
    assert "<img" not in html_of(message)
    assert "&lt;img" in html_of(message)
    assert name in text_of(message)


def test_a_mail_without_an_account_reads_well_too(app, session, institution, post_office, postbox):
    from app.clock import now

    queue_mails(session, now(), [NewMail("sync-held", "a@school.example", institution.id, details={"reason": "Leeg."})])
    session.commit()
    deliver(app.config)
    text = text_of(postbox.mails[0][1])
    assert "Beste" not in text
    assert "Leeg." in text
    assert "/beheer/synchronisatie/" in text
