"""The commands (contract.md). Each lives in a module of this package under its own name, loaded when it is called.

A group `roster` is the attribute `roster` of cli/roster.py; its commands are decorated with `@answers` (answer.py).
"""

from importlib import import_module

import click
from flask import Flask
from flask.cli import AppGroup

from .words import speak

COMMANDS = {  # name: the module of this package that holds it
    "accounts": "accounts",
    "bench": "bench",
    "doctor": "doctor",
    "institution": "institution",
    "mail": "mail",
    "practice": "practice",
    "roster": "roster",
    "scheduler": "scheduler",
}


class Commands(AppGroup):
    """Loads a command when it is named, so that a server never pays for them."""

    locale = "nl"

    def list_commands(self, ctx: click.Context) -> list[str]:
        return sorted({*super().list_commands(ctx), *COMMANDS})

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        speak(self.locale)
        if cmd_name not in COMMANDS:
            return super().get_command(ctx, cmd_name)
        try:
            module = import_module(f".{COMMANDS[cmd_name]}", __package__)
        except ModuleNotFoundError as missing:
            if missing.name != f"{__package__}.{COMMANDS[cmd_name]}":
                raise
            return None
        return getattr(module, cmd_name)


def init_commands(app: Flask) -> None:
    commands = Commands(app.name)
    commands.locale = app.config["BABEL_DEFAULT_LOCALE"]
    commands.commands.update(app.cli.commands)  # what the extensions brought: `db` of Flask-Migrate
    app.cli = commands
