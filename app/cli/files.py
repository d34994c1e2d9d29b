"""Files on the command line."""

import gettext
import os
import stat
from pathlib import Path
from typing import Any

import click
from flask_babel import gettext as _


class RegularFile(click.Path):
    """An existing, readable, regular file. A pipe, socket or device is refused at once: reading it may never end."""

    def __init__(self) -> None:
        super().__init__(exists=True, dir_okay=False, path_type=Path)

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        """The path. Raises BadParameter, which ends the command with 2."""
        self.name = gettext.gettext("file")  # Click asks for it when the command is defined, before we speak Dutch
        path = super().convert(value, param, ctx)
        if not stat.S_ISREG(os.stat(path).st_mode):
            self.fail(_("%(file)s is not a file that can be read.", file=click.format_filename(value)), param, ctx)
        return path
