"""The client certificate of UWLR (ESIS): a real TLS server on loopback that wants to see one (formats.md 3 and 6.2)."""

from datetime import UTC, datetime, timedelta

import pytest

from app.errors import RosterUnavailable
from app.roster.reading.client_certificate import blocks_of, ends_on, tls_context
from tests.sources.certificates import Authority
from tests.sources.uwlr.uwlr_player import playing


@pytest.fixture(scope="module")
def authority():
    return Authority()


@pytest.fixture(scope="module")
def pair(authority):
    return authority.pair()


@pytest.fixture
def player(authority, tmp_path, monkeypatch):
    """A server that we trust because this machine does."""
    tls, file = authority.server(tmp_path)
    monkeypatch.setenv("SSL_CERT_FILE", str(file))
    with playing(tls=tls) as player:
        assert player.settings["base_url"].startswith("https://")
        yield player


@pytest.mark.parametrize("form", ["as it is", "key first", "on one line", "with text of openssl", "quoted lines"])
def test_a_certificate_opens_the_door_in_any_form_it_is_pasted(player, pair, form):
    certificate, key = pair
    pem = {
        "as it is": certificate + key,
        "key first": key + certificate,
        "on one line": (certificate + key).replace("\n", " "),
        "with text of openssl": f"Bag Attributes\n  friendlyName: zicht\n{certificate}\nKey Attributes: <Geen>\n{key}",
        "quoted lines": (certificate + key).replace("\n", "\\n"),
    }[form]

    assert len(player.fetch(certificate=pem).pupils) == 30


@pytest.mark.parametrize("who", ["nobody", "a stranger", "an old one"])
def test_without_the_right_certificate_the_door_stays_shut(player, authority, who):
    pem = {"nobody": ("", ""), "a stranger": Authority("Vreemd").pair(), "an old one": authority.pair(days=-1)}[who]
    sentence = {
        "nobody": "wants to see your certificate",
        "a stranger": "does not accept your certificate",
        "an old one": r"was valid until \d\d-\d\d-\d{4}",
    }[who]
    today = datetime.now(UTC).date()

    with pytest.raises(RosterUnavailable, match=sentence):
        player.fetch(today, certificate="".join(pem))
    assert player.paths == []


def test_a_server_that_nobody_vouches_for_is_not_told_our_key(player, pair, monkeypatch):
    monkeypatch.delenv("SSL_CERT_FILE")

    with pytest.raises(RosterUnavailable, match="certificate is not valid for this address"):
        player.fetch(certificate="".join(pair))
    assert player.paths == []


@pytest.mark.parametrize(
    ("parts", "sentence"),
    [
        (("certificate",), "not complete"),
        (("key",), "not complete"),
        (("nonsense",), "not complete"),
        (("certificate", "locked"), "has a password"),
        (("certificate", "other"), "cannot be used together"),
        (("certificate", "broken"), "cannot be used together"),
    ],
)
def test_a_certificate_that_cannot_be_used_is_named_as_such(authority, pair, parts, sentence):
    texts = {
        "certificate": pair[0],
        "key": pair[1],
        "locked": authority.pair(password=b"geheim")[1],
        "other": authority.pair()[1],
        "broken": "-----BEGIN PRIVATE KEY-----\nAAAA\u00eb\n-----END PRIVATE KEY-----",
        "nonsense": "heel geheim",
    }

    with pytest.raises(RosterUnavailable, match=sentence) as refusal:
        tls_context("".join(texts[part] for part in parts))
    assert "geheim" not in refusal.value.message
    assert refusal.value.__suppress_context__ or refusal.value.__context__ is None


def test_an_old_key_with_a_password_in_its_head_is_recognised(pair):
    head = "Proc-Type: 4,ENCRYPTED\nDEK-Info: AES,0"
    old = f"-----BEGIN RSA PRIVATE KEY-----\n{head}\n\nAAAA\n-----END RSA PRIVATE KEY-----"

    with pytest.raises(RosterUnavailable, match="has a password"):
        tls_context(pair[0] + old)


def test_the_last_day_is_known_for_who_watches_it(authority):
    certificate, key = authority.pair(days=10)

    assert ends_on(key + certificate) in {(datetime.now(UTC) + timedelta(days=days)).date() for days in (9, 10)}
    assert ends_on("-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----") is None
    assert ends_on(None) is ends_on("") is None
    assert blocks_of("niets") == []
