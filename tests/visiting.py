"""Visitors: browsers of the tests, with or without a live session."""

import contextvars
import secrets
from datetime import UTC, datetime, timedelta

from flask import has_app_context
from flask.testing import FlaskClient

from app.auth.sessions import cookie_name, digest
from app.extensions import db
from app.models import LoginSession


class Browser(FlaskClient):
    """A client whose requests each have a context of their own, as on a server: `g`, and with it who is logged in, is
    not carried over from one request to the next. What the test itself wrote is committed before.
    """

    def open(self, *args, **kwargs):
        if has_app_context():  # a redirect that is followed has none any more
            db.session.commit()  # an open transaction of the test would make the request wait for it
        return contextvars.Context().run(super().open, *args, **kwargs)


def with_session(app, account, **more):
    """A browser with a live session of this account, made without the login page. `more` goes into the session."""
    client, cookie, moment = app.test_client(), secrets.token_urlsafe(32), datetime.now(UTC)
    db.session.add(
        LoginSession(
            id_hash=digest(cookie),
            institution_id=account.institution_id,
            account_id=account.id,
            data={"_user_id": str(account.id), "_fresh": True} | more,
            created_at=moment,
            seen_at=moment,
            ends_at=moment + timedelta(minutes=30),
        )
    )
    db.session.commit()
    client.set_cookie(cookie_name(app), cookie)
    return client
