"""The words of the command line from our catalogue: Click's own, by way of Python's gettext, and our help texts."""

import gettext
import os
from pathlib import Path
from typing import Any, Final

import click

DOMAIN: Final = "messages"
CATALOGUES: Final = Path(__file__).resolve().parents[1] / "translations"


def speak(locale: str) -> None:
    """From now on Python's gettext, and so Click, answers from our catalogue, whatever the language of the machine."""
    os.environ["LANGUAGE"] = locale
    gettext.bindtextdomain(DOMAIN, str(CATALOGUES))
    gettext.textdomain(DOMAIN)


class Explained:
    """Mixed into commands: their help texts are translated when they are shown."""

    _help: str | None = None

    @property
    def help(self) -> str | None:
        return self._help and gettext.gettext(self._help)

    @help.setter
    def help(self, text: str | None) -> None:
        self._help = text

    def format_options(self, ctx: click.Context, formatter: click.HelpFormatter) -> Any:
        """The options with their help."""
        for option in self.get_params(ctx):  # type: ignore[attr-defined]
            if isinstance(option, click.Option) and option.help:
                option.help = gettext.gettext(option.help)
        return super().format_options(ctx, formatter)  # type: ignore[misc]
