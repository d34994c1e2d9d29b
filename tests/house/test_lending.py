"""Tests share one app and one database, and do not notice: each finds them as if they were just made."""

from datetime import UTC, datetime

import pytest
import sqlalchemy as sa

from app.extensions import db as database
from app.models import Institution
from tests.lending import Lender


@pytest.fixture
def borrow(empty_database, tmp_path):
    """Borrows the app of a lender of its own and gives what the visit gives; then the app goes back."""
    lender = Lender()

    def borrow(visit):
        app = lender.lend(empty_database(tmp_path), tmp_path)
        with app.app_context():
            try:
                return visit(app)
            finally:
                database.session.remove()
                lender.take_back()

    yield borrow
    lender.close()


def test_settings_and_what_was_remembered_come_back_as_they_were(borrow):
    def spoil(app):
        app.config |= {"HELPDESK": "elders", "NEW": 1}
        app.extensions["remembered"] = 1
        return app

    def look(app):
        assert "NEW" not in app.config
        assert app.config["HELPDESK"] == ""
        assert "remembered" not in app.extensions
        return app

    assert borrow(spoil) is borrow(look)


def test_an_app_to_which_was_added_is_not_lent_again(borrow):
    def add_a_page(app):
        app.add_url_rule("/nieuw", "new", lambda: "nieuw")
        return app

    def add_a_hook(app):
        app.before_request(lambda: None)
        return app

    apps = [borrow(add_a_page), borrow(add_a_hook), borrow(lambda app: app)]
    assert len(set(map(id, apps))) == 3


def test_who_listened_to_the_database_hears_no_other_test(borrow):
    heard = []

    def ask(_app):
        return database.session.scalar(sa.select(1))

    def listen_and_ask(app):
        sa.event.listen(database.engine, "before_cursor_execute", lambda *more: heard.append(more[2]))
        return ask(app)

    borrow(listen_and_ask)
    known = list(heard)
    assert known
    borrow(ask)
    assert heard == known


@pytest.mark.parametrize("number", [1, 5_000])  # few are deleted one by one, many at once
def test_no_row_is_left_and_numbers_start_at_one(borrow, number):
    def fill(_app):
        name, moment = "De Zilverlinde " * 5, datetime(2026, 11, 24, tzinfo=UTC)
        rows = [{"brin": f"{n:04}", "name": name, "created_at": moment} for n in range(number)]
        database.session.execute(sa.insert(Institution), rows)
        database.session.commit()
        return database.session.execute(sa.select(sa.func.count(Institution.id), sa.func.min(Institution.id))).all()

    assert borrow(fill) == borrow(fill) == [(number, 1)]
