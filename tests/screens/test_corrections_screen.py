"""Corrections on screen: pin an e-mail address, block access, and see them all in one place."""

import re

import pytest
import sqlalchemy as sa

from app.models import AccessBlock, Guardianship, Person, Pin
from tests.conftest import token_of
from tests.screens.screens_world import MARKER, elsewhere, here, lindelaan

__all__ = ["elsewhere", "here", "lindelaan"]  # fixtures
LIST = "/beheer/correcties/"


@pytest.fixture
def page(admin_client):
    """The text of a page."""

    def page(address, status=200):
        response = admin_client.get(address)
        assert response.status_code == status
        return response.text

    return page


@pytest.fixture
def send(admin_client):
    """Fills in a form as its page gives it, and follows where it leads; gives (status, text)."""

    def send(address, **values):
        form = admin_client.get(address).text
        given = {"csrf_token": token_of(form), "version": re.search(r'name="version" value="(\d+)"', form)[1]}
        response = admin_client.post(address, data=given | values, follow_redirects=True)
        return response.status_code, response.text

    return send


def pin_address(here, kind="pupils"):
    return f"{LIST}vastzetten/{here[kind]}/"


def block_address(here):
    return f"{LIST}blokkeren/{here['guardians']}/{here['pupils']}/"


PIN = {"value": "goed@thuis.example", "reason": "Tikfout in de bron"}


@pytest.mark.parametrize(
    ("kind", "url"), [("pupils", "leerlingen"), ("guardians", "verzorgers"), ("staff", "medewerkers")]
)
def test_an_address_is_pinned_after_a_look_and_shown_at_the_person(session, here, page, send, kind, url):
    person = f"/beheer/{url}/{here[kind]}/"
    assert "E-mailadres vastzetten…" in page(person)
    status, check = send(pin_address(here, kind), **PIN)
    assert status == 200
    assert "Er is nog niets gewijzigd." in check
    assert "goed@thuis.example" in check
    assert session.scalar(sa.select(Pin.id)) is None
    session.rollback()
    status, shown = send(pin_address(here, kind), **PIN, sure="1")
    assert status == 200
    assert "is vastgezet." in shown
    assert session.get_one(Person, here[kind]).email == "goed@thuis.example"
    shown = page(person)
    assert "Vastgezet" in shown
    assert "Tikfout in de bron" in shown
    assert "Niet langer vastzetten…" in shown


def test_a_pin_is_listed_with_what_the_source_says_and_lifted_from_there(session, here, page, send):
    old = session.get_one(Person, here["pupils"]).email
    session.rollback()
    send(pin_address(here), **PIN, until="2099-12-31", sure="1")
    listed = page(LIST)
    for text in (
        "goed@thuis.example",
        "Tikfout in de bron",
        "31-12-2099",
        old,
        "Vastgezette gegevens - 1 t/m 1 (van 1)",
    ):
        assert text in listed
    pin_id = session.scalar(sa.select(Pin.id))
    session.rollback()
    lift = f"{LIST}vastgezet/{pin_id}/opheffen/?back={LIST}"
    assert "Neem meteen over wat het schoolsysteem zegt" in page(lift)
    status, listed = send(lift, take="1")
    assert "Er is niets vastgezet" in listed
    assert session.get_one(Person, here["pupils"]).email == old
    page(lift, 404)


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"value": "geen adres"}, "Vul een geldig e-mailadres in."),
        ({"reason": ""}, "Vul in waarom."),
        ({"until": "31-31-2026"}, "Vul een datum in, bijvoorbeeld 31-12-2026."),
        ({"until": "2020-01-01"}, "Deze dag is al voorbij."),
    ],
)
def test_what_is_wrong_is_said_at_the_field(session, here, send, wrong, said):
    status, form = send(pin_address(here), **PIN | wrong)
    assert status == 400
    assert said in form
    assert session.scalar(sa.select(Pin.id)) is None


def test_a_form_from_before_a_change_is_refused_r123(session, here, send):
    send(pin_address(here), **PIN, sure="1")
    status, said = send(pin_address(here), **PIN | {"value": "derde@thuis.example"}, version="1", sure="1")
    assert status == 409
    assert "Iemand anders" in said
    assert session.get_one(Person, here["pupils"]).email == "goed@thuis.example"


def test_access_is_blocked_after_a_look_and_shown_both_ways(session, here, page, send):
    guardian, pupil = f"/beheer/verzorgers/{here['guardians']}/", f"/beheer/leerlingen/{here['pupils']}/"
    assert "Toegang blokkeren…" in page(guardian)
    assert "Toegang blokkeren…" in page(pupil)
    status, check = send(block_address(here), reason="court", text="Zaak 12")
    assert status == 200
    assert "Beheerders blijven beiden zien" in check
    assert "krijgt daarom geen account meer" in check
    assert session.scalar(sa.select(AccessBlock.id)) is None
    session.rollback()
    status, shown = send(f"{block_address(here)}?back={pupil}", reason="court", text="Zaak 12", sure="1")
    assert "heeft geen toegang meer tot" in shown
    assert "Geblokkeerd" in shown
    assert "Geblokkeerd" in page(guardian)
    assert "Daarom krijgt deze verzorger geen account." in page(guardian)
    listed = page(LIST)
    assert "Uitspraak van de rechter. Zaak 12" in listed
    assert "gekoppeld" in listed
    assert "geblokkeerd" in page("/beheer/verzorgers/")


def test_a_block_is_lifted(session, here, page, send):
    send(block_address(here), reason="court", sure="1")
    block_id = session.scalar(sa.select(AccessBlock.id))
    session.rollback()
    status, shown = send(f"{LIST}blokkade/{block_id}/opheffen/")
    assert "is weer open." in shown
    assert "Er is geen toegang geblokkeerd" in page(LIST)


@pytest.mark.parametrize(
    ("wrong", "said"),
    [({}, "Kies een reden."), ({"reason": "zomaar"}, "Kies een reden."), ({"reason": "other"}, "Vul in waarom.")],
)
def test_a_block_needs_a_reason(session, here, send, wrong, said):
    status, form = send(block_address(here), **wrong)
    assert status == 400
    assert said in form
    assert session.scalar(sa.select(AccessBlock.id)) is None


def test_a_guardian_of_a_blocked_pupil_gets_no_post_about_that_pupil(session, here, page, send):
    guardian = session.get_one(Person, here["guardians"]).list_name
    session.rollback()
    send(block_address(here), reason="court", sure="1")
    export = page("/beheer/verzorgers/export/csv/")
    (line,) = [one for one in export.splitlines() if guardian in one]
    assert "moeder, geblokkeerd" in line
    assert "Nee" in line
    assert "Ja" not in line


@pytest.mark.parametrize("place", ["location", "institution"])
def test_nothing_out_of_reach_is_shown_or_corrected_r47(session, institution, elsewhere, here, admin_client, place):
    far = elsewhere[place]
    row = {"institution_id": session.get_one(Person, far["pupils"]).institution_id, "reason": MARKER}
    row["made_at"] = session.get_one(Person, far["pupils"]).created_at
    pin = Pin(person_id=far["pupils"], field="email", value=f"{MARKER}@x.example", **row)
    block = AccessBlock(guardian_id=far["guardians"], pupil_id=far["pupils"], **row)
    mixed = Guardianship(guardian_id=here["guardians"], pupil_id=far["pupils"], institution_id=row["institution_id"])
    session.add_all([pin, block, mixed])
    session.commit()
    addresses = [
        f"{LIST}vastzetten/{far['pupils']}/",
        f"{LIST}blokkeren/{far['guardians']}/{far['pupils']}/",
        f"{LIST}blokkeren/{here['guardians']}/{far['pupils']}/",
        f"{LIST}vastgezet/{pin.id}/opheffen/",
        f"{LIST}blokkade/{block.id}/opheffen/",
    ]
    token = token_of(admin_client.get(f"{LIST}vastzetten/{here['pupils']}/").text)
    assert MARKER not in admin_client.get(LIST).text
    assert MARKER not in admin_client.get(f"{LIST}?search={MARKER}").text.replace(f'value="{MARKER}"', "")
    for address in addresses:
        data = {"csrf_token": token, "version": "1", "sure": "1", "reason": "court", "value": "x@y.example"}
        for response in (admin_client.get(address), admin_client.post(address, data=data)):
            assert response.status_code == 404
            assert MARKER not in response.text
    assert session.scalar(sa.select(sa.func.count()).select_from(Pin)) == 1
    assert session.scalar(sa.select(sa.func.count()).select_from(AccessBlock)) == 1


def test_pages_of_the_two_lists_go_apart(session, here, institution, page, make_person, lindelaan):
    for n in range(27):
        person = make_person(location=lindelaan, last_name=f"Berg{n:02}")
        session.add(
            Pin(
                institution_id=institution.id,
                person_id=person.id,
                field="email",
                value=None,
                reason="x",
                made_at=person.created_at,
            )  # fmt: skip
        )
    session.commit()
    assert "26 t/m 27 (van 27)" in page(f"{LIST}?pins=2")
    assert "26 t/m 27 (van 27)" in page(f"{LIST}?pins=99&blocks=7")
    assert "1 t/m 1 (van 1)" in page(f"{LIST}?search=berg03")
    page(f"{LIST}?search=%00%F0%9F&pins=-1&blocks=abc")
