"""Where a request comes from: the address behind our proxies, the school's own network, a browser seen before (R14)."""

import hashlib
import secrets
from collections.abc import Iterable
from ipaddress import IPv4Network, IPv6Network, ip_address, ip_network

from flask import Flask, Response, current_app, request

DEVICE_COOKIE = "zicht-device"
DEVICE_KEPT = 180 * 24 * 3600  # seconds
Network = IPv4Network | IPv6Network


def read_networks(texts: Iterable[str]) -> tuple[Network, ...]:
    """The networks of SCHOOL_NETWORKS. Raises ValueError for what is none, so that a slip is seen at the start."""
    return tuple(ip_network(text, strict=False) for text in texts)


def client_address() -> str:
    """The address that counts as one visitor: of IPv6 the network of 64 bits that one house gets.

    Flask's remote_addr believes X-Forwarded-For only as far as PROXIES says (R15).
    """
    try:
        address = ip_address(request.remote_addr or "")
    except ValueError:
        return "unknown"
    if address.version == 6:
        return str(ip_network((address, 64), strict=False))
    return str(address)


def is_from_school() -> bool:
    """Whether the visitor is in one of the school's own networks: hundreds of people behind one address."""
    try:
        address = ip_address(request.remote_addr or "")
    except ValueError:
        return False
    return any(address in network for network in current_app.extensions["school_networks"])


def device_hash() -> str | None:
    """What we store of this browser's token; None when it has none."""
    token = request.cookies.get(own_cookie(current_app, DEVICE_COOKIE), "")
    return hashlib.sha256(token.encode()).hexdigest() if 20 <= len(token) <= 100 else None


def new_device() -> tuple[str, str]:
    """(token for the cookie, its hash)."""
    token = secrets.token_urlsafe(32)
    return token, hashlib.sha256(token.encode()).hexdigest()


def give_device(response: Response, token: str) -> None:
    """Let this browser be known the next time."""
    set_own_cookie(response, DEVICE_COOKIE, token, DEVICE_KEPT)


def own_cookie(app: Flask, name: str) -> str:
    """`__Host-` binds the cookie to this host over TLS (R22); plain HTTP exists only on this machine itself."""
    return f"__Host-{name}" if app.config["SECURE"] else name


def set_own_cookie(response: Response, name: str, value: str, seconds: int | None = None) -> None:
    """A cookie as all of ours are (R22)."""
    response.set_cookie(
        own_cookie(current_app, name),
        value,
        max_age=seconds,
        httponly=True,
        secure=current_app.config["SECURE"],
        samesite="Lax",
        path="/",
    )


def delete_own_cookie(response: Response, name: str) -> None:
    """Make the browser forget it."""
    response.delete_cookie(
        own_cookie(current_app, name), httponly=True, secure=current_app.config["SECURE"], samesite="Lax", path="/"
    )
