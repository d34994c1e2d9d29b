"""Settings that would be unsafe, or cannot work, stop the start with a sentence (R22, R37)."""

import subprocess
import sys

import pytest

from config import ROOT, BadSetting, load_settings

HTTPS = {"PUBLIC_URL": "https://zicht.school.example"}


@pytest.fixture
def load(tmp_path):
    return lambda **environ: load_settings(environ, tmp_path)


@pytest.mark.parametrize(
    "unsafe",
    [
        {"HOST": "0.0.0.0"},  # noqa: S104 - that is the point
        {"HOST": "::"},
        {"HOST": "192.0.2.7"},
        {"HOST": "zicht.school.example"},
        {"TRUSTED_HOSTS": "localhost,zicht.school.example"},
        {"TRUSTED_HOSTS": "*"},
        {"TRUSTED_HOSTS": ".school.example"},
        {"PROXIES": "1"},
    ],
)
def test_who_is_reached_from_elsewhere_needs_https_r22_r37(load, unsafe):
    with pytest.raises(BadSetting, match="PUBLIC_URL=https://") as refused:
        load(**unsafe)
    assert next(iter(unsafe)) in str(refused.value)
    assert load(**unsafe, **HTTPS)["SECURE"]


@pytest.mark.parametrize("host", ["127.0.0.1", "127.0.0.2", "localhost", "::1", "[::1]", ""])
def test_this_machine_itself_needs_no_https_r22(load, host):
    assert not load(HOST=host, TRUSTED_HOSTS=host)["SECURE"]


@pytest.mark.parametrize("name", ["PORT", "MAIL_PORT", "PROXIES", "MAIL_PER_MINUTE"])
@pytest.mark.parametrize("text", ["veel", "-1", "1.5", "99999999", "²"])
def test_a_number_that_is_none_is_named_in_a_sentence(load, name, text):
    with pytest.raises(BadSetting, match=f"^{name} must be a whole number"):
        load(**{name: text}, **HTTPS)


@pytest.mark.parametrize("networks", ["school", "10.0.0.0/40", "10.0.0.0/8,x"])
def test_a_school_network_that_is_none_is_named_in_a_sentence(load, networks):
    with pytest.raises(BadSetting, match="^SCHOOL_NETWORKS"):
        load(SCHOOL_NETWORKS=networks)


def test_the_sentence_is_all_that_is_said(tmp_path):
    environ = {"PATH": "", "PORT": "veel", "SECRET_KEY": "x" * 40}
    said = subprocess.run(
        [sys.executable, "wsgi.py"], cwd=ROOT, env=environ, capture_output=True, text=True, check=False
    )
    assert said.returncode == 1
    assert said.stderr == "PORT must be a whole number from 0 to 65535, not 'veel'\n"


def test_the_practice_school_comes_by_itself_only_on_this_machine_r10(load):
    assert load()["PRACTICE"]
    assert not load(PRACTICE="0")["PRACTICE"]
    assert not load(**HTTPS)["PRACTICE"]
    assert not load(PRACTICE="1", **HTTPS)["PRACTICE"]
