"""Who comes in: every administration screen is for application administrators alone, in every method."""

import re
from typing import Any

from flask import abort, redirect, request, url_for
from flask_admin import BaseView
from flask_login import current_user
from werkzeug.wrappers import Response as AnyResponse

from app.actor import current_actor
from app.services.access import MAY_ADMINISTER

from .no_location import no_location_page

BIGGEST_ID = 2**31 - 1


def whole_number(text: object) -> int | None:
    """The id in this text, or None for "abc", "1,2", "-1", " 7" and numbers that no table holds."""
    found = re.fullmatch(r"[0-9]{1,10}", str(text), re.ASCII)
    return int(found[0]) if found and 0 < int(found[0]) <= BIGGEST_ID else None


class AdminOnly:
    """Only for application administrators (Z-054, Z-183), in every method of the view.

    An administrator without locations gets the page that says so and couples them (Z-187 to Z-189), in place of
    every method that is not named in `open_without_location`.
    """

    needs_location = True
    open_without_location: frozenset[str] = frozenset()
    page_name = "BeheerPage"

    def is_accessible(self) -> bool:
        return current_user.is_authenticated and current_actor().role in MAY_ADMINISTER

    def inaccessible_callback(self, name: str, **kwargs: Any) -> AnyResponse:
        if current_user.is_authenticated:
            abort(403)
        return redirect(url_for("auth.login", next=request.full_path.rstrip("?")))

    def _handle_view(self, name: str, **kwargs: Any) -> Any:
        refused = super()._handle_view(name, **kwargs)  # type: ignore[misc]
        if refused is not None:
            return refused
        if self.needs_location and name not in self.open_without_location and not current_actor().locations:
            return no_location_page(self)
        return None

    def _run_view(self, fn: Any, *args: Any, **kwargs: Any) -> Any:
        # Flask-Admin calls the view a second time after a TypeError and so hides the real error (trap 15).
        return fn(self, *args, **kwargs)

    def render(self, template: str, **values: Any) -> str:
        return super().render(template, **{"page_name": self.page_name} | values)  # type: ignore[misc]


class Screen(AdminOnly, BaseView):
    """A page of its own shape."""

    needs_location = False
