"""The page of a service: settings with their secrets sealed, "Test verbinding", disconnecting."""

import json
import time
from datetime import UTC, date, datetime, timedelta
from types import SimpleNamespace

import pytest

from app.admin.sources import trying
from app.models import AuditLine, SourceConnection, Throttle
from app.roster import Kind, Probe, RosterMessage
from tests.screens.sync_world import form_of, text_of
from tests.sources.certificates import Authority
from tests.sources.somtoday.somtoday_player import Player

SOMTODAY = "/beheer/bronnen/somtoday/"
UWLR = "/beheer/bronnen/uwlr/"
UWLR_SETTINGS = {
    "base_url": "https://lvs.example/uwlr",
    "key": "autorisatie",
    "client_code": "zicht",
    "client_name": "Zicht",
}


@pytest.fixture
def player():
    with Player(pupils=30, guardians=40, staff=6) as player:
        yield player


@pytest.fixture
def save(admin_client):
    """Sends the form of a service; gives the answer."""

    def save(settings, address=SOMTODAY, follow=True):
        form = form_of(admin_client, address) | settings
        return admin_client.post(address, data=form, follow_redirects=follow)

    return save


def stored(session):
    session.expire_all()
    return session.query(SourceConnection).one()


def test_settings_are_kept_with_their_secrets_sealed_and_never_shown_again_r112(save, player, session, admin_client):
    words = text_of(save(player.settings))
    assert "De instellingen van Somtoday Connect zijn opgeslagen." in words

    row = stored(session)
    assert player.client_secret.strip() not in json.dumps(row.settings)
    page = admin_client.get(SOMTODAY).get_data(as_text=True)
    assert player.settings["organisation"] in page
    assert player.client_secret.strip() not in page
    assert row.settings["client_secret"] not in page
    assert 'placeholder="ongewijzigd laten"' in page
    line = session.query(AuditLine).filter_by(action="source-connected").one()
    assert line.details == {"source": "somtoday", "settings": sorted(player.settings)}


def test_an_empty_secret_stays_what_it_was_and_another_replaces_it(save, player, session, admin_client):
    save(player.settings)
    before = stored(session).settings["client_secret"]
    save(player.settings | {"client_secret": "", "client_id": "anders"})
    assert (stored(session).settings["client_id"], "client_secret" in stored(session).settings) == ("anders", True)
    save(player.settings | {"client_secret": ""})
    assert "De verbinding werkt" in text_of(admin_client.post(f"{SOMTODAY}test/", data=form_of(admin_client, SOMTODAY)))
    save(player.settings | {"client_secret": "nieuw"})
    assert stored(session).settings["client_secret"] != before


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"client_secret": ""}, "Clientgeheim: Vul dit in."),
        ({"base_url": "http://api.somtoday.nl"}, "Geef het hele adres van de dienst"),
        ({"organisation": "De Zilverlinde"}, "Geef een UUID"),
        ({"client_id": "x" * 1001}, "Dit is langer dan 1000 tekens"),
        ({"ends_on": "straks"}, "Geef een datum"),
    ],
)
def test_what_is_wrong_is_said_at_its_field_and_nothing_is_kept(save, player, session, change, said):
    answer = save(player.settings | change)

    assert answer.status_code == 400
    assert said in text_of(answer)
    assert player.client_secret.strip() not in answer.get_data(as_text=True)
    assert session.query(SourceConnection).count() == 0


def test_the_last_day_of_a_token_is_kept_and_shown(save, player, session, admin_client):
    save(player.settings | {"ends_on": "2027-01-31"})

    assert stored(session).ends_on == date(2027, 1, 31)
    assert 'value="2027-01-31"' in admin_client.get(SOMTODAY).get_data(as_text=True)
    assert "t/m 31-01-2027" in text_of(admin_client.get("/beheer/bronnen/"))


def test_a_certificate_tells_its_last_day_itself_and_can_be_taken_away(save, session, admin_client):
    certificate, key = Authority().pair(days=90)
    pem, ends = certificate + key, (datetime.now(UTC) + timedelta(days=90)).date()
    save(UWLR_SETTINGS | {"certificate": pem.replace("\n", "\r\n")}, UWLR)
    assert stored(session).ends_on == ends
    assert "PRIVATE KEY" not in json.dumps(stored(session).settings)
    assert "PRIVATE KEY" not in admin_client.get(UWLR).get_data(as_text=True)

    save(UWLR_SETTINGS | {"key": ""}, UWLR)
    assert "certificate" in stored(session).settings
    save(UWLR_SETTINGS | {"key": "", "remove": "certificate"}, UWLR)
    assert "certificate" not in stored(session).settings
    save(UWLR_SETTINGS | {"key": "", "remove": "key"}, UWLR)
    assert "key" in stored(session).settings


def test_a_test_says_which_locations_and_kinds_may_be_read(save, player, admin_client):
    save(player.settings)
    player.faults.forbidden = {"ouderVerzorger/"}
    words = text_of(admin_client.post(f"{SOMTODAY}test/", data=form_of(admin_client, SOMTODAY)))

    assert "De verbinding werkt" in words
    for place in player.school.vestigingen:
        assert place["naam"] in words
    assert "Mag lezen leerlingen, medewerkers, groepen, vestigingen Geweigerd verzorgers" in words


def test_saving_and_testing_are_one_click(save, player, session):
    answer = save(player.settings | {"test": "1"}, follow=False)

    assert (answer.status_code, "De verbinding werkt" in text_of(answer)) == (200, True)
    assert session.query(SourceConnection).count() == 1


def test_what_is_wrong_is_one_sentence(save, player, admin_client):
    save(player.settings | {"client_secret": "verkeerd"})
    words = text_of(admin_client.post(f"{SOMTODAY}test/", data=form_of(admin_client, SOMTODAY)))
    assert "De verbinding werkt niet" in words

    save(player.settings | {"base_url": "http://127.0.0.1:9/rest/v1", "token_url": "http://127.0.0.1:9/token"})
    words = text_of(admin_client.post(f"{SOMTODAY}test/", data=form_of(admin_client, SOMTODAY)))
    assert "neemt geen verbinding aan" in words


def test_a_system_that_drips_is_waited_for_no_longer_than_said(save, player, monkeypatch):
    monkeypatch.setattr(trying, "SECONDS", 0.3)
    monkeypatch.setattr("app.admin.sources.service.SECONDS", 0.3)
    player.faults.slow = 1.0
    begun = time.monotonic()

    assert "geen volledig antwoord" in text_of(save(player.settings | {"test": "1"}))
    assert time.monotonic() - begun < 5


def test_no_connection_to_the_database_is_held_while_the_system_answers(app, db, save, session, monkeypatch, player):
    held = []

    class Asked:
        def probe(self):
            held.append(db.engine.pool.checkedout())
            raise ValueError("kanarie")

    monkeypatch.setattr("app.admin.sources.service.open_service", lambda *_told, **_more: Asked())
    session.rollback()
    words = text_of(save(player.settings | {"test": "1"}))

    assert held == [0]
    assert "een antwoord dat Zicht niet begrijpt" in words
    assert "kanarie" not in words


def test_the_data_of_another_school_are_no_good_connection_and_a_remark_names_its_location(save, player, monkeypatch):
    remark = RosterMessage("warning", "location", "99ZZ02", "location-refused")
    probe = Probe(("Oost",), frozenset({Kind.PUPILS}), frozenset(), (remark,), "11AA")
    told = [probe, probe._replace(brin="99ZZ")]
    monkeypatch.setattr(
        "app.admin.sources.service.open_service", lambda *_told, **_more: SimpleNamespace(probe=lambda: told.pop(0))
    )

    words = text_of(save(player.settings | {"test": "1"}))
    assert "De verbinding werkt niet Deze dienst geeft de gegevens van school 11AA, niet van 99ZZ." in words
    words = text_of(save(player.settings | {"test": "1"}))
    assert "99ZZ02: Het schoolsysteem geeft geen toegang tot deze vestiging." in words


def test_testing_is_throttled(save, player, admin_client, session):
    save(player.settings)
    player.faults.refuse_tokens = True
    form = form_of(admin_client, SOMTODAY)
    answers = [admin_client.post(f"{SOMTODAY}test/", data=form).status_code for _time in range(8)]

    assert answers == [200] * 6 + [429] * 2
    assert session.query(Throttle).filter(Throttle.key.like("source-test:%")).count() == 1


def test_disconnecting_asks_first_and_is_in_the_log(save, player, admin_client, session):
    save(player.settings)
    page = admin_client.get(f"{SOMTODAY}ontkoppelen/")
    assert "Somtoday Connect ontkoppelen?" in text_of(page)
    assert session.query(SourceConnection).count() == 1
    words = text_of(
        admin_client.post(
            f"{SOMTODAY}ontkoppelen/", data=form_of(admin_client, f"{SOMTODAY}ontkoppelen/"), follow_redirects=True
        )
    )

    assert "Somtoday Connect is ontkoppeld." in words
    assert session.query(SourceConnection).count() == 0
    assert session.query(AuditLine).filter_by(action="source-disconnected").one().details == {"source": "somtoday"}


@pytest.mark.parametrize("name", ["niets", "practice"])
def test_what_is_no_source_here_has_no_page(admin_client, name):
    assert admin_client.get(f"/beheer/bronnen/{name}/").status_code == 404


def test_a_change_needs_the_token_of_the_form_r59(admin_client, session, player):
    assert admin_client.post(SOMTODAY, data=player.settings).status_code == 400
    assert admin_client.post(f"{SOMTODAY}test/").status_code == 400
    assert session.query(SourceConnection).count() == 0
