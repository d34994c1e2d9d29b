"""Herinner mij: username and institution in a cookie of our own, never a password and never a login (Z-027).

It is sealed: who reads the cookies of a browser learns no name (R22).
"""

import json
from dataclasses import dataclass

from flask import Response, current_app, request

from app.errors import SecretUnusable
from app.services.sealing import seal, unseal

from .visitors import delete_own_cookie, own_cookie, set_own_cookie

COOKIE = "zicht-remembered"
KEPT = 365 * 24 * 3600  # seconds
PURPOSE = "remembered"
LONGEST = 200  # characters of a username or BRIN; a cookie may have 4096


@dataclass(frozen=True, slots=True)
class Remembered:
    """What the browser fills in at the next login."""

    username: str = ""
    brin: str = ""


def remembered() -> Remembered | None:
    """What this browser remembers; None for nothing, or for what we did not write."""
    cookie = request.cookies.get(own_cookie(current_app, COOKIE), "")
    try:
        username, brin = json.loads(unseal(current_app.config["SECRET_KEY"], cookie, PURPOSE))
    except (SecretUnusable, ValueError, TypeError):
        return None
    return Remembered(str(username), str(brin))


def remember(response: Response, who: Remembered) -> None:
    """Fill in these two the next time (Z-028, Z-053)."""
    text = json.dumps([who.username[:LONGEST], who.brin[:LONGEST]])
    set_own_cookie(response, COOKIE, seal(current_app.config["SECRET_KEY"], text, PURPOSE), KEPT)


def forget(response: Response) -> None:
    """The box was not ticked: forget them."""
    if own_cookie(current_app, COOKIE) in request.cookies:
        delete_own_cookie(response, COOKIE)
