"""Flask-Admin's own words come from our catalogue (style.md trap 32)."""

from flask_admin import babel as its_babel
from flask_babel import get_domain


def speak_from_our_catalogue() -> None:
    """Its own domain would lay its poor Dutch over ours, whatever `translations_path` says; so we answer for it."""
    its_babel.domain.get_translations = lambda: get_domain().get_translations()  # type: ignore[method-assign]
