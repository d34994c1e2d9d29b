"""Where a visitor comes from: only our own proxies are believed about it (R14, R15)."""

import pytest
import sqlalchemy as sa

from app.auth.visitors import read_networks
from app.extensions import db as database
from app.models import AuditLine, Throttle
from tests.databases import make_app
from tests.login.auth_world import try_login


def addresses(session):
    return {line.details["address"] for line in session.scalars(sa.select(AuditLine))}


@pytest.fixture
def behind(app):
    """The same school with other settings."""
    apps = []

    def behind(**settings):
        url, home = app.config["SQLALCHEMY_DATABASE_URI"], app.config["INSTANCE"]
        apps.append(make_app(url, home, **settings))
        return apps[-1].test_client()

    yield behind
    for other in apps:
        with other.app_context():
            database.engine.dispose()


def test_without_proxies_nobody_can_say_to_come_from_elsewhere_r15(client, owner, session):
    for number in range(8):
        elsewhere = f"203.0.113.{number}"
        headers = {"X-Forwarded-For": elsewhere, "Forwarded": f"for={elsewhere}", "X-Real-IP": elsewhere}
        try_login(client, f"naam{number}", "x", headers=headers)
    assert addresses(session) == {"127.0.0.1"}
    kinds = [key.partition(":")[0] for key in session.scalars(sa.select(Throttle.key))]
    assert kinds.count("login-address") == 1, "one bucket"


def test_behind_one_proxy_the_last_hop_counts_r15(behind, owner, session):
    client = behind(PROXIES=1)
    headers = {"X-Forwarded-For": "203.0.113.1, 198.51.100.7", "X-Forwarded-Host": "localhost"}
    try_login(client, password="x", headers=headers)
    assert addresses(session) == {"198.51.100.7"}


def test_a_house_with_ipv6_is_one_visitor(client, owner, session):
    for end in ("1", "ffff:1"):
        try_login(client, password="x", environ_overrides={"REMOTE_ADDR": f"2001:db8:1:2::{end}"})
    assert addresses(session) == {"2001:db8:1:2::/64"}


def test_an_address_that_is_none_is_no_error(client, owner):
    for address in ("", "unix:", "nonsense"):
        assert try_login(client, password="x", environ_overrides={"REMOTE_ADDR": address}).status_code == 401


def test_the_school_s_network_is_known_by_its_setting_r14(behind, owner, session):
    client = behind(SCHOOL_NETWORKS=["192.0.2.0/24"])
    try_login(client, password="x", environ_overrides={"REMOTE_ADDR": "192.0.2.99"})
    kinds = {key.partition(":")[0] for key in session.scalars(sa.select(Throttle.key))}
    assert kinds == {"login-name", "login-school"}


def test_a_slip_in_the_setting_is_seen_at_the_start():
    assert list(map(str, read_networks(["192.0.2.9/24", "2001:db8::/32"]))) == ["192.0.2.0/24", "2001:db8::/32"]
    with pytest.raises(ValueError, match="192.0.2"):
        read_networks(["192.0.2.0/99"])
