"""Makes the app. Read this file first: it names every part, in order."""

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from flask import Flask
from werkzeug.middleware.proxy_fix import ProxyFix

from config import ROOT, load_settings


def create_app(settings: Mapping[str, Any] | None = None) -> Flask:
    """The whole application. `settings` go before the environment; tests use them."""
    # Here, not above: the process that reads a file needs the roster alone, and must start at once.
    from .extensions import babel, csrf, db, login_manager, mail, migrate, prepare_engine

    settings = dict(settings or {})
    instance = Path(settings.get("INSTANCE") or ROOT / "instance")
    app = Flask(__name__, template_folder="../templates", instance_path=str(instance))
    app.config.from_mapping(load_settings(os.environ, instance))
    app.config.from_mapping(settings)
    db.init_app(app)
    with app.app_context():
        prepare_engine(db.engine)
    migrate.init_app(app, db, directory=str(ROOT / "migrations"))
    mail.init_app(app)
    babel.init_app(app)
    csrf.init_app(app)
    login_manager.init_app(app)

    from .admin import init_admin
    from .auth import init_auth
    from .cli import init_commands
    from .headers import init_headers
    from .logs import init_logs
    from .pages import init_pages

    init_logs()
    init_headers(app)
    init_auth(app)
    init_pages(app)
    init_admin(app)
    init_commands(app)
    if app.config["PROXIES"]:
        hops = app.config["PROXIES"]
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=hops, x_proto=hops, x_host=hops)  # type: ignore[method-assign]
    return app
