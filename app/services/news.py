"""News for the people of a school, and for every school (Z-036, Z-043)."""

from datetime import datetime

import sqlalchemy as sa
from flask_babel import gettext as _
from sqlalchemy.orm import Session

from app.errors import UnknownName
from app.models import NewsItem

from .access import Actor

LONGEST_LIST = 50


def readable_news(now: datetime, actor: Actor) -> sa.ColumnElement[bool]:
    """The condition on NewsItem: published, and of the own institution or of all (R46)."""
    own = NewsItem.institution_id == actor.institution_id
    return sa.and_(sa.or_(own, NewsItem.institution_id.is_(None)), NewsItem.published_at <= now)


def newest_news(session: Session, now: datetime, actor: Actor, limit: int = LONGEST_LIST) -> list[NewsItem]:
    """Newest first, at most `limit`."""
    chosen = sa.select(NewsItem).where(readable_news(now, actor))
    return list(session.scalars(chosen.order_by(NewsItem.published_at.desc(), NewsItem.id.desc()).limit(limit)))


def news_item(session: Session, now: datetime, actor: Actor, item_id: int) -> NewsItem:
    """Raises UnknownName for what does not exist, is not published yet or is of another school (R52)."""
    found = session.scalar(sa.select(NewsItem).where(NewsItem.id == item_id, readable_news(now, actor)))
    if found is None:
        raise UnknownName(_("This news item does not exist."))
    return found
