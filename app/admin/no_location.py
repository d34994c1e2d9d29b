"""The page in place of every list for an administrator without locations, and the way to couple (Z-187 to Z-190)."""

from typing import Any

import sqlalchemy as sa
from flask import url_for
from flask_babel import gettext as _
from flask_login import current_user

from app.actor import current_actor
from app.extensions import db
from app.models import Location
from app.templating import ADMINISTRATION


def no_location_page(view: Any) -> str:
    """Says why everything is empty, and offers the locations of the institution."""
    chosen = sa.select(Location).where(Location.institution_id == current_actor().institution_id)
    return view.render(
        "admin/no_location.html",
        title=_("You are not coupled to a location yet"),
        crumbs=[(ADMINISTRATION.label, url_for("admin.index")), (getattr(view, "title", None) or view.name, None)],
        locations=list(db.session.scalars(chosen.order_by(Location.code))),
        own_record=url_for("staff.details_view", id=current_user.person_id),
        couple_url=url_for("staff.couple", id=current_user.person_id),
    )
