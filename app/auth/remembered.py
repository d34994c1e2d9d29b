"""Herinner mij: username and institution in a signed cookie of our own, never a password and never a login (Z-027)."""

from dataclasses import dataclass

from flask import Response, current_app, request
from itsdangerous import BadSignature, URLSafeSerializer

from ..services.sealing import derive_key
from .visitors import delete_own_cookie, own_cookie, set_own_cookie

COOKIE = "zicht-remembered"
KEPT = 365 * 24 * 3600  # seconds


@dataclass(frozen=True, slots=True)
class Remembered:
    """What the browser fills in at the next login."""

    username: str = ""
    brin: str = ""


def remembered() -> Remembered | None:
    """What this browser remembers; None for nothing, or for what we did not write."""
    try:
        username, brin = _signer().loads(request.cookies.get(own_cookie(current_app, COOKIE), ""))
    except (BadSignature, ValueError, TypeError):
        return None
    return Remembered(str(username), str(brin))


def remember(response: Response, who: Remembered) -> None:
    """Fill in these two the next time (Z-028, Z-053)."""
    set_own_cookie(response, COOKIE, str(_signer().dumps([who.username, who.brin])), KEPT)


def forget(response: Response) -> None:
    """The box was not ticked: forget them."""
    if own_cookie(current_app, COOKIE) in request.cookies:
        delete_own_cookie(response, COOKIE)


def _signer() -> URLSafeSerializer:
    return URLSafeSerializer(derive_key(current_app.config["SECRET_KEY"], "remembered"))
