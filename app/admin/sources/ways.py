"""The path to the pages of sources."""

from flask import url_for
from flask_babel import gettext as _


def crumbs(*more: tuple[str, str | None]) -> list[tuple[str, str | None]]:
    """The path to a page below Bronnen."""
    home = url_for("sources.index_view") if more else None
    return [(_("Administration"), url_for("admin.index")), (_("Institution"), None), (_("Sources"), home), *more]
