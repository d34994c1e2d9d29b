"""One app for many tests. Making one takes longer than most tests do, so it is lent to one after the other."""

import sqlalchemy as sa

from app.extensions import db as database
from tests.databases import make_app, on_postgresql


def make_careless_app(url, instance, **settings):
    """An app that does not wait for the disk: programs are killed in the tests, but never the machine."""
    app = make_app(url, instance, **settings)
    if not on_postgresql():
        with app.app_context():
            sa.event.listen(database.engine, "connect", lambda line, _record: line.execute("PRAGMA synchronous = OFF"))
    return app


class Lender:
    """Lends the app with the standard settings. It comes back as it was: also what a test changed in its settings.

    A test that adds pages to it has `app_settings` of its own, and with them an app of its own.
    """

    def __init__(self):
        self.app = None

    def lend(self, url, instance):
        """The app on this database and in this folder, as if it were just made."""
        if self.app is None or self.shape() != self.new:
            self.make(url, instance)
        self.app.config.clear()
        self.app.config |= self.config | {"SQLALCHEMY_DATABASE_URI": url, "INSTANCE": instance}
        self.app.extensions.clear()
        self.app.extensions |= self.extensions
        with self.app.app_context():
            # Who listens to the engine listens to the one of this test.
            database.engines[None] = self.engine.execution_options()
        return self.app

    def make(self, url, instance):
        self.close()
        self.app = app = make_careless_app(url, instance)
        self.config, self.extensions, self.new = dict(app.config), dict(app.extensions), self.shape()
        with app.app_context():
            self.engine = database.engine
        if not on_postgresql():

            @sa.event.listens_for(self.engine, "do_connect")
            def to_the_file_of_this_test(_dialect, _record, where, _more):
                where[0] = str(app.config["INSTANCE"] / "zicht.db")

    def shape(self):
        """What a test may have added."""
        app = self.app
        hooks = [app.before_request_funcs, app.after_request_funcs, app.teardown_request_funcs]
        return dict(app.view_functions), [{name: list(all) for name, all in one.items()} for one in hooks], app.wsgi_app

    def take_back(self):
        if not on_postgresql():  # its file is gone; on PostgreSQL the connections serve the next test
            self.close()

    def close(self):
        if self.app is not None:
            self.engine.dispose()
