"""Welcome, informatief, news and the manual: the pages for everybody who is logged in."""

from datetime import datetime

from flask import Blueprint, Flask, abort, current_app, render_template, request, url_for
from flask_babel import format_date, format_datetime
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from app.actor import current_actor
from app.clock import now, school_year_name, school_year_of, today
from app.extensions import db
from app.models import PersonKind
from app.services.access import MAY_ADMINISTER, READS_INFORMATIVE
from app.services.accounts.mentors import is_mentor
from app.services.news import newest_news, news_item
from app.services.welcome import Attention, attention, greeted

from .manual import QUESTIONS, READINGS, chapters_for, part_for
from .prose import safe_html

KIND_PLURALS = {
    PersonKind.PUPIL: _l("Pupils"),
    PersonKind.GUARDIAN: _l("Guardians"),
    PersonKind.STAFF: _l("Staff"),
    PersonKind.OTHER: _l("Other parties"),
}

pages = Blueprint("pages", __name__)


@pages.get("/")
def welcome() -> str:
    """The screen after login: cards by role, and for an administrator what asks for attention (Z-032 to Z-040)."""
    actor = current_actor()
    administers = actor.role in MAY_ADMINISTER
    informative = actor.role in READS_INFORMATIVE
    facts = attention(db.session, now(), actor) if administers else None
    return render_template(
        "pages/welcome.html",
        owner=greeted(db.session, actor),
        day=_today_in_words(),
        administers=administers,
        informative=informative,
        is_mentor=is_mentor(db.session, actor),
        news=newest_news(db.session, now(), actor, limit=1) if informative else [],
        attention=facts,
        run_url=_run_url(facts),
        kind_plural=lambda kind: str(KIND_PLURALS[kind]),
        questions=QUESTIONS,
        mail_connected=bool(current_app.config["MAIL_SERVER"]),
    )


@pages.get("/informatief/")
def informative() -> str:
    """Background and news for staff and administrators (Z-035, Z-040)."""
    actor = current_actor()
    if actor.role not in READS_INFORMATIVE:
        abort(403)
    return render_template(
        "pages/informative.html",
        news=newest_news(db.session, now(), actor, limit=5),
        readings=[reading for reading in READINGS if actor.role in reading.readers],
    )


@pages.get("/nieuws/")
def news() -> str:
    """All news, newest first (Z-043)."""
    return render_template("pages/news.html", news=newest_news(db.session, now(), current_actor()))


@pages.get("/nieuws/<int(max=2147483647):item_id>/")
def news_page(item_id: int) -> str:
    """One piece of news."""
    item = news_item(db.session, now(), current_actor(), item_id)
    return render_template("pages/news_item.html", item=item, body=safe_html(item.body))


@pages.get("/handleiding/")
def manual() -> str:
    """The manual, as far as it concerns this role (Z-008)."""
    return render_template("pages/manual.html", chapters=chapters_for(current_actor().role))


@pages.app_template_filter("short_moment")
def short_moment(value: datetime) -> str:
    """'zo 16 nov, 00:00' on the clock of Amsterdam."""
    return format_datetime(value, "EEE d MMM, HH:mm").replace(".", "")


def init_views(app: Flask) -> None:
    """The pages, and the help link that every template may make."""
    app.register_blueprint(pages)
    app.jinja_env.globals["manual_part"] = lambda: part_for(request.endpoint)


def _run_url(facts: Attention | None) -> str:
    if facts is None or facts.last_run is None:
        return url_for("synchronisation.index_view") if facts else ""
    return url_for("synchronisation.run", run_id=facts.last_run.id)


def _today_in_words() -> str:
    """'Dinsdag 24 november 2026, schooljaar 2026/2027'."""
    day = today()
    text = format_date(day, "EEEE d MMMM y")
    year = school_year_name(school_year_of(day))
    return _("%(day)s, school year %(year)s", day=text[:1].upper() + text[1:], year=year)
