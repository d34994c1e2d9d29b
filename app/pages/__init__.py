"""The pages for everybody who is logged in, the health of the process, and what browsers report."""

from flask import Flask


def init_pages(app: Flask) -> None:
    """Welcome, informatief, news and manual; the error pages of the whole app."""
    from .health import health
    from .mentor import mentor
    from .problems import init_problems
    from .reports import reports
    from .views import init_views

    init_problems(app)
    init_views(app)
    app.register_blueprint(health)
    app.register_blueprint(mentor)
    app.register_blueprint(reports)
