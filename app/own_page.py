"""Where a request may lead to next: a page of ours, nowhere else (R20). An entrance helper: the only check there is."""

import re

from flask import current_app
from werkzeug.exceptions import HTTPException

START = "/"
NOT_A_PAGE = frozenset({"auth", "health", "static"})  # the part of an endpoint before the dot
LOCAL_PATH = re.compile(r"/(?![/\\])[!-~]*", re.ASCII)


def own_page(target: str | None, standard: str = START) -> str:
    """This address when it is a page of ours that may be opened after login, else the standard page."""
    # urlsplit() is not enough: it sees no host in "///evil.nl", but a browser does.
    if not target or not LOCAL_PATH.fullmatch(target) or "\\" in target:
        return standard
    path = re.split(r"[?#]", target, maxsplit=1)[0]
    try:
        endpoint, _values = current_app.url_map.bind("").match(path, method="GET")
    except HTTPException:
        return standard
    return standard if endpoint.partition(".")[0] in NOT_A_PAGE else target
