"""/healthz: this process lives. /readyz: it can do its work. JSON for machines: no login, no data of persons (R127)."""

import time
from typing import Any

from flask import Blueprint, Response, current_app, jsonify

from app.clock import now
from app.extensions import db
from app.services.health import check_all

health = Blueprint("health", __name__)
REMEMBER = 2.0  # seconds: however often it is asked, the database is asked this often
REMEMBERED = "zicht-ready"


@health.get("/healthz")
def healthz() -> Response:
    """Answers as long as the process does; touches nothing else."""
    return jsonify(ok=True)


@health.get("/readyz")
def readyz() -> tuple[Response, int]:
    """Every part with ok and numbers; 503 when one is not well."""
    moment = time.monotonic()
    known: tuple[float, dict[str, Any]] | None = current_app.extensions.get(REMEMBERED)
    if known is None or moment - known[0] > REMEMBER:
        checks = list(check_all(db.session, now(), current_app.config))
        db.session.rollback()
        answer = {
            "ok": all(check.ok for check in checks),
            "checks": {check.name: {"ok": check.ok, **check.facts} for check in checks},
        }
        known = current_app.extensions[REMEMBERED] = (moment, answer)
    return jsonify(known[1]), 200 if known[1]["ok"] else 503
