"""/healthz: this process lives. /readyz: it can do its work. For machines: JSON, no login, no data of persons (R127)."""

import time
from typing import Any

from flask import Blueprint, Response, current_app, jsonify

from ..clock import now
from ..extensions import db
from ..services.health import check_all

health = Blueprint("health", __name__)
REMEMBER = 2.0  # seconds: however often it is asked, the database is asked this often
_remembered: dict[int, tuple[float, dict[str, Any]]] = {}


@health.get("/healthz")
def healthz() -> Response:
    """Answers as long as the process does; touches nothing else."""
    return jsonify(ok=True)


@health.get("/readyz")
def readyz() -> tuple[Response, int]:
    """Every part with ok and numbers; 503 when one is not well."""
    app, moment = current_app._get_current_object(), time.monotonic()  # type: ignore[attr-defined]
    known = _remembered.get(id(app))
    if known is None or moment - known[0] > REMEMBER:
        checks = list(check_all(db.session, now(), app.config))
        db.session.rollback()
        answer = {
            "ok": all(check.ok for check in checks),
            "checks": {check.name: {"ok": check.ok, **check.facts} for check in checks},
        }
        known = _remembered[id(app)] = (moment, answer)
    return jsonify(known[1]), 200 if known[1]["ok"] else 503
