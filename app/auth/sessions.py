"""Server-side sessions: the cookie holds 256 random bits, the database their SHA-256 and all else (R21 to R24)."""

import hashlib
import secrets
from datetime import timedelta
from typing import Any

import sqlalchemy as sa
from flask import Flask, Request, Response
from flask.sessions import SessionInterface, SessionMixin
from werkzeug.datastructures import CallbackDict

from app import clock
from app.extensions import db, transaction
from app.headers import REPORTS
from app.models import Account, LoginSession, Role

ANONYMOUS = (timedelta(hours=2), timedelta(hours=2))
LIMITS = {  # (idle, absolute)
    Role.ADMINISTRATOR: (timedelta(minutes=30), timedelta(hours=12)),
    Role.CARE_MANAGER: (timedelta(minutes=30), timedelta(hours=12)),
    Role.NATIONAL: (timedelta(minutes=30), timedelta(hours=12)),
    Role.ROOT: (timedelta(minutes=30), timedelta(hours=12)),
}
OTHERS = (timedelta(hours=2), timedelta(hours=24))
SEEN_EVERY = timedelta(minutes=1)


def digest(text: str) -> str:
    """SHA-256 in hex: what we store instead of a random secret of at least 128 bits."""
    return hashlib.sha256(text.encode()).hexdigest()


class StoredSession(CallbackDict[str, Any], SessionMixin):
    """The session of one request. `rotate()` gives it a new id at the end of the request (R23)."""

    def __init__(self, row: LoginSession | None = None, cookie: str | None = None) -> None:
        def changed(session: "StoredSession") -> None:
            session.modified = True

        super().__init__(row.data if row else None, changed)
        self.modified = False
        self.row_hash = row.id_hash if row else None
        self.created_at = row.created_at if row else None
        self.seen_at = row.seen_at if row else None
        self.was_logged_in = row is not None and row.account_id is not None
        self.cookie = cookie if row else None

    def rotate(self) -> None:
        self.cookie = None
        self.modified = True

    def start_over(self) -> None:
        """Forget everything and take a new id: at login, logout and after a link."""
        self.clear()
        self.was_logged_in = False
        self.rotate()


class StoredSessions(SessionInterface):
    """Reads and writes the table login_session."""

    def open_session(self, app: Flask, request: Request) -> StoredSession:
        cookie = request.cookies.get(cookie_name(app), "")
        # The session is opened before the route is known, hence the path. What a page reports is no sign of its user.
        without = request.path.startswith(f"{app.static_url_path}/") or request.path == REPORTS
        if without or not 20 <= len(cookie) <= 100:
            return StoredSession()
        row = db.session.get(LoginSession, digest(cookie))
        if row is None or row.ends_at <= clock.now():
            return StoredSession()
        return StoredSession(row, cookie)

    def save_session(self, app: Flask, session: SessionMixin, response: Response) -> None:
        assert isinstance(session, StoredSession)
        moment = clock.now()
        stale = session.seen_at is not None and moment - session.seen_at > SEEN_EVERY
        if not (session.modified or stale):
            return
        if not session:
            self._forget(app, session, response)
            return
        fresh = session.cookie is None
        cookie = session.cookie or secrets.token_urlsafe(32)
        with transaction():
            if fresh and session.row_hash:
                old = sa.delete(LoginSession).where(LoginSession.id_hash == session.row_hash)
                if not db.session.execute(old).rowcount and session.was_logged_in and "_user_id" in session:
                    return  # ended meanwhile by a block or a new password: it gets no new id
            self._store(session, digest(cookie), moment, fresh)
        if fresh:
            response.set_cookie(
                cookie_name(app), cookie, httponly=True, secure=app.config["SECURE"], samesite="Lax", path="/"
            )

    def _store(self, session: StoredSession, id_hash: str, moment: Any, fresh: bool) -> None:
        account_id = session.get("_user_id")
        account = db.session.get(Account, int(account_id)) if account_id else None
        idle, absolute = LIMITS.get(account.role, OTHERS) if account else ANONYMOUS
        created = moment if fresh or session.created_at is None else session.created_at
        values = {
            "account_id": account.id if account else None,
            "institution_id": account.institution_id if account else None,
            "data": dict(session),
            "seen_at": moment,
            "ends_at": min(moment + idle, created + absolute),
        }
        if fresh:
            db.session.add(LoginSession(id_hash=id_hash, created_at=created, **values))
        else:  # a row that somebody ended meanwhile stays ended
            db.session.execute(sa.update(LoginSession).where(LoginSession.id_hash == id_hash).values(**values))

    def _forget(self, app: Flask, session: StoredSession, response: Response) -> None:
        if session.row_hash:
            with transaction():
                db.session.execute(sa.delete(LoginSession).where(LoginSession.id_hash == session.row_hash))
            response.delete_cookie(
                cookie_name(app), httponly=True, secure=app.config["SECURE"], samesite="Lax", path="/"
            )


def cookie_name(app: Flask) -> str:
    """`__Host-` binds the cookie to this host over TLS (R22); plain HTTP exists only on this machine itself."""
    return "__Host-zicht" if app.config["SECURE"] else "zicht"
