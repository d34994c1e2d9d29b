"""Accountinstellingen: the first login and the letters, on screen; and letters from the list to the file."""

import io
from datetime import date

import pypdfium2
import pytest
import sqlalchemy as sa
from PIL import Image

from app.extensions import db
from app.models import Institution, OutboxMail
from app.services.accounts.delivery import Channel, SignIn, delivery_of
from tests.accounts.accounts_world import work
from tests.screens.account_screens_world import ACCOUNTS, here, page, post, pupil, text_of, valid

__all__ = ["here", "pupil"]  # fixtures
SETTINGS = "/beheer/instellingen/"
FIRST, LETTERS = f"{SETTINGS}eerste-keer-inloggen/", f"{SETTINGS}brieven/"
WAYS = {"pupil": "link", "guardian": "password", "staff": "elsewhere", "other": "password"}


def test_the_first_login_is_chosen_per_kind_of_person(admin_client, institution):
    assert "Eerste keer inloggen" in page(admin_client, SETTINGS)
    page(admin_client, FIRST)
    answer = post(admin_client, FIRST, FIRST, without_email="letter", **WAYS)
    assert "Opgeslagen." in page(admin_client, answer.location)
    chosen = delivery_of(db.session, institution.id)
    assert {kind.value: way.value for kind, way in chosen.sign_in.items()} == WAYS
    assert chosen.without_email is Channel.LETTER
    assert chosen.form(list(chosen.sign_in)[0]) in SignIn


@pytest.mark.parametrize("wrong", [{"pupil": "sso"}, {"without_email": "mail"}, {"staff": ""}])
def test_a_choice_that_does_not_exist_is_refused(admin_client, institution, wrong):
    assert post(admin_client, FIRST, FIRST, **WAYS | {"without_email": "screen"} | wrong).status_code == 400
    assert db.session.get(Institution, institution.id).accounts is None


def test_words_and_logo_of_the_letters_are_kept_and_shown_in_the_example(admin_client):
    file = io.BytesIO()
    Image.new("RGB", (40, 40), "red").save(file, "PNG")
    file.seek(0)
    words = {"layout": "2", "opening": "Welkom bij De Zilverlinde.", "active": "", "closing": "Vraag de balie."}
    answer = post(admin_client, LETTERS, LETTERS, logo=(file, "logo.png"), **words)
    assert "Er is een logo" in page(admin_client, answer.location)
    example = admin_client.get(f"{LETTERS}voorbeeld.pdf")
    said = pypdfium2.PdfDocument(example.data)[0].get_textpage().get_text_range()
    assert "Welkom bij De Zilverlinde." in said
    assert example.headers["Cache-Control"] == "no-store"
    post(admin_client, LETTERS, LETTERS, without_logo="1", **words)
    assert "Er is nog geen logo." in page(admin_client, LETTERS)


@pytest.mark.parametrize(
    "wrong", [{"layout": "3"}, {"opening": "x" * 601}, {"logo": (io.BytesIO(b"no picture"), "logo.png")}]
)
def test_wrong_letters_are_refused_and_nothing_typed_is_lost(admin_client, wrong):
    words = {"layout": "1", "opening": "Welkom.", "active": "", "closing": "Vraag de balie."}
    answer = post(admin_client, LETTERS, LETTERS, **words | wrong)
    assert answer.status_code == 400
    assert "Vraag de balie." in text_of(answer)
    assert db.session.scalar(sa.select(Institution.logo)) is None


def test_letters_go_from_the_list_to_one_file_and_are_gone_then_z102(app, admin_client, pupil, make_account):
    account = make_account(pupil, username="ozlem")
    address = post(admin_client, f"{ACCOUNTS}check/", task="print", rowid=account.id).location.partition("?")[0]
    assert "1 brief maken" in page(admin_client, address)
    post(admin_client, f"{address}start/", address)
    work(app)
    assert "1 brief is klaar om af te drukken" in page(admin_client, address)

    file = post(admin_client, f"{address}brieven.pdf", address, layout="8")
    assert file.mimetype == "application/pdf"
    assert file.headers["Cache-Control"] == "no-store"
    assert "ozlem" in pypdfium2.PdfDocument(file.data)[0].get_textpage().get_text_range()

    again = post(admin_client, f"{address}brieven.pdf", address, layout="8")
    assert "De brieven zijn al gemaakt" in page(admin_client, again.location)
    new = post(admin_client, f"{address}nieuwe-brieven/", address)
    assert "1 brief maken" in page(admin_client, new.location)
    assert db.session.scalar(sa.select(OutboxMail)) is None


def test_a_username_scheme_shows_what_it_makes_of_real_people_before_it_is_kept_z135(admin_client, pupil, institution):
    address = f"{SETTINGS}gebruikersnamen/"
    assert "Adsiz, Özlem" in page(admin_client, address)
    shown = post(admin_client, address, address, pupil="{voornaam:1}-{achternaam}", preview="1")
    valid(shown)
    assert "o-adsiz" in text_of(shown)
    assert db.session.get(Institution, institution.id).accounts is None
    kept = post(admin_client, address, address, pupil="{voornaam:1}-{achternaam}")
    assert 'value="{voornaam:1}-{achternaam}"' in admin_client.get(kept.location).text
    wrong = post(admin_client, address, address, pupil="{onzin}")
    assert wrong.status_code == 400
    assert "minstens één van" in text_of(wrong)
    assert 'value="{onzin}"' in wrong.text


def test_every_number_of_the_handing_out_leads_to_whom_it_counts(app, admin_client, pupil, make_account):
    account = make_account(pupil, username="ozlem")
    address = post(admin_client, f"{ACCOUNTS}check/", task="reset", rowid=account.id).location.partition("?")[0]
    post(admin_client, f"{address}start/", address)
    work(app)
    words = page(admin_client, "/beheer/uitreiking/")
    assert "Per soort persoon" in words
    assert "Mail wacht" in words
    listed = page(admin_client, f"{ACCOUNTS}?arrival=queued&role=pupil")
    assert "ozlem" in listed
    assert "ozlem" not in page(admin_client, f"{ACCOUNTS}?arrival=sent&role=pupil")
    assert "ozlem" in page(admin_client, f"{ACCOUNTS}?arrival=open")


def test_who_comes_and_goes_is_chosen_and_the_planner_shows_who_is_next(admin_client, session, pupil, make_account):
    make_account(pupil, username="ozlem")
    address = f"{SETTINGS}komen-en-gaan/"
    page(admin_client, address)
    kinds = ("pupil", "guardian", "staff")
    typed = {f"{kind}-{name}": value for kind in kinds for name, value in (("arriving", "ask"), ("leaving", "ask"))}
    typed |= {f"{kind}-days": "30" for kind in kinds} | {"pupil-leaving": "deactivate"}
    assert "Opgeslagen." in page(admin_client, post(admin_client, address, address, **typed).location)
    assert "Er is niets gepland" in page(admin_client, f"{SETTINGS}planner/")
    pupil.left_on = date(2026, 11, 1)
    session.commit()
    planned = page(admin_client, f"{SETTINGS}planner/")
    assert "Adsiz, Özlem" in planned
    assert "ozlem" in planned
    wrong = post(admin_client, address, address, **typed | {"staff-days": "999"})
    assert wrong.status_code == 400
    assert "van 0 tot 365" in text_of(wrong)
