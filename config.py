"""Settings from the environment (contract.md): safe for a real school as they come; unsafe ones are refused."""

import os
import secrets
from collections.abc import Mapping
from ipaddress import ip_address, ip_network
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

ROOT = Path(__file__).resolve().parent
LOOPBACK = {"127.0.0.1", "localhost", "::1"}
LAST_PORT = 65535


class BadSetting(SystemExit):
    """A setting that would be unsafe or cannot work; the sentence says which and why."""


def load_settings(environ: Mapping[str, str], instance: Path) -> dict[str, Any]:
    """All settings of the app from the environment. Raises BadSetting."""
    instance.mkdir(mode=0o700, exist_ok=True)
    public_url = environ.get("PUBLIC_URL", "").rstrip("/") or _local_url(environ)
    address = urlsplit(public_url)
    if address.scheme not in {"http", "https"} or not address.hostname:
        raise BadSetting("PUBLIC_URL must be a full address such as https://zicht.school.example")
    secure = address.scheme == "https"
    if not secure and address.hostname not in LOOPBACK:
        raise BadSetting("PUBLIC_URL must start with https:// for everything but this machine itself (R22)")
    hosts, networks = _list(environ, "TRUSTED_HOSTS"), _list(environ, "SCHOOL_NETWORKS")
    proxies = _number(environ, "PROXIES", 0, most=10)
    _number(environ, "PORT", 8000, most=LAST_PORT)  # read by wsgi.py
    _check_networks(networks)
    if not secure:
        _check_reached_from_here_only(environ.get("HOST", ""), hosts, proxies)
    return {
        "SECRET_KEY": _secret_key(environ, instance),
        "SQLALCHEMY_DATABASE_URI": environ.get("DATABASE_URL") or f"sqlite:///{instance / 'zicht.db'}",
        "SQLALCHEMY_ENGINE_OPTIONS": {"hide_parameters": True},
        "INSTANCE": instance,
        "PUBLIC_URL": public_url,
        "SECURE": secure,
        "TRUSTED_HOSTS": hosts or [address.hostname, *sorted(LOOPBACK - {address.hostname})],
        "PROXIES": proxies,  # how many proxies we may believe about the client (R15)
        "SCHOOL_NETWORKS": networks,
        "PRACTICE": environ.get("PRACTICE", "1") != "0" and not secure,  # its passwords are known to all (R10)
        "MAX_CONTENT_LENGTH": 2 * 1024 * 1024,
        "MAX_FORM_PARTS": 2_000,
        "BABEL_DEFAULT_LOCALE": "nl",
        "BABEL_DEFAULT_TIMEZONE": "Europe/Amsterdam",
        "WTF_CSRF_TIME_LIMIT": None,  # as long as the session lives: a list left open over lunch still works
        "WTF_CSRF_SSL_STRICT": False,  # the Referer is not sent; Origin and Sec-Fetch-Site are checked instead
        "HELPDESK": environ.get("HELPDESK", ""),
        "HIBP_FILE": environ.get("HIBP_FILE", "").strip() or None,  # leaked passwords (R7); what is wrong, doctor says
        **_mail_settings(environ),
    }


def _list(environ: Mapping[str, str], name: str) -> list[str]:
    return [part.strip() for part in environ.get(name, "").split(",") if part.strip()]


def _number(environ: Mapping[str, str], name: str, standard: int, *, most: int) -> int:
    text = environ.get(name, "").strip()
    if not text:
        return standard
    if not (text.isascii() and text.isdigit()) or int(text) > most:
        raise BadSetting(f"{name} must be a whole number from 0 to {most}, not {text!r}")
    return int(text)


def _check_networks(networks: list[str]) -> None:
    for network in networks:
        try:
            ip_network(network, strict=False)
        except ValueError as wrong:
            raise BadSetting(f"SCHOOL_NETWORKS must be networks such as 10.1.0.0/16, not {network!r}") from wrong


def _check_reached_from_here_only(host: str, hosts: list[str], proxies: int) -> None:
    """Without TLS passwords and cookies travel in the clear: then nobody elsewhere may reach us (R22, R37)."""
    reached = {
        "HOST": bool(host) and not _is_loopback(host),
        "TRUSTED_HOSTS": not all(map(_is_loopback, hosts)),
        "PROXIES": proxies > 0,
    }
    for name, elsewhere in reached.items():
        if elsewhere:
            raise BadSetting(f"{name} lets others reach Zicht without TLS. Set PUBLIC_URL=https://... as well (R22)")


def _is_loopback(host: str) -> bool:
    try:
        return ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return host in LOOPBACK


def _local_url(environ: Mapping[str, str]) -> str:
    return f"http://127.0.0.1:{environ.get('PORT', '8000')}"


def _mail_settings(environ: Mapping[str, str]) -> dict[str, Any]:
    """Without MAIL_SERVER mail is delivered as files under instance/mail/."""

    def yes(name: str) -> bool:
        return environ.get(name, "").lower() in {"1", "true", "yes", "on"}

    return {
        "MAIL_SERVER": environ.get("MAIL_SERVER") or None,
        "MAIL_PORT": _number(environ, "MAIL_PORT", 25, most=LAST_PORT),
        "MAIL_PER_MINUTE": _number(environ, "MAIL_PER_MINUTE", 0, most=100_000),  # 0: no limit (R116)
        "MAIL_USERNAME": environ.get("MAIL_USERNAME") or None,
        "MAIL_PASSWORD": environ.get("MAIL_PASSWORD") or None,
        "MAIL_USE_TLS": yes("MAIL_USE_TLS"),
        "MAIL_USE_SSL": yes("MAIL_USE_SSL"),
        "MAIL_DEFAULT_SENDER": environ.get("MAIL_DEFAULT_SENDER") or "zicht@localhost",
    }


def _secret_key(environ: Mapping[str, str], instance: Path) -> str:
    """SECRET_KEY, or the one in instance/secret_key, made on first start and readable by its owner only (R128)."""
    if key := environ.get("SECRET_KEY", ""):
        if len(key) < 32:
            raise BadSetting("SECRET_KEY must have at least 32 characters")
        return key
    path = instance / "secret_key"
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return path.read_text().strip()
    with os.fdopen(descriptor, "w") as file:
        file.write(secrets.token_urlsafe(48))
    return path.read_text().strip()
