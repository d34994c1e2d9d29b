"""How every command answers (contract.md): text, or with --json exactly one JSON object; and its exit code.

roster = Commands("roster", help="...")       # a group: cli/answer.py gives the class

@roster.command("runs")
@click.option("--institution", "brin", required=True)
@answers
def runs(brin: str) -> Answer:
    return Answer(data=[...], text="...")
"""

import functools
import json
import secrets
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import click
from flask import current_app
from flask.cli import AppGroup, with_appcontext
from flask_babel import gettext as _
from sqlalchemy.exc import OperationalError

from app.errors import AppError, trail
from app.extensions import db, is_busy
from app.services.access import Actor
from app.services.schema import is_current

from .words import Explained

MACHINE = Actor(name="command")
REFUSED, WRONG_USAGE = 1, 2


@dataclass(frozen=True)
class Answer:
    """What a command found or did: `data` for --json, `text` (one, or lines) for people."""

    data: Mapping[str, Any] | Sequence[Any]
    text: str | Iterable[str]
    exit_code: int = 0


class _Stopped(Exception):
    """The command ends with this sentence and exit code."""

    def __init__(self, sentence: str, exit_code: int) -> None:
        super().__init__(sentence)
        self.sentence, self.exit_code = sentence, exit_code


class _TellsInJson:
    """Wrong usage also answers with one JSON object when --json is given."""

    def make_context(
        self, info_name: str | None, args: list[str], parent: click.Context | None = None, **extra: Any
    ) -> click.Context:
        with _wrong_usage_told("--json" in args):
            return super().make_context(info_name, args, parent, **extra)  # type: ignore[misc]


class Command(_TellsInJson, Explained, click.Command):
    """A command that answers."""


class Commands(_TellsInJson, Explained, AppGroup):
    """A group of commands that answer."""

    command_class = Command

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        with _wrong_usage_told("--json" in args):
            return super().resolve_command(ctx, args)


@contextmanager
def _wrong_usage_told(as_json: bool) -> Iterator[None]:
    try:
        yield
    except click.UsageError as wrong:
        if as_json:
            _print_json({"error": wrong.format_message()})
        raise


def answers(function: Callable[..., Answer] | None = None, *, needs_schema: bool = True) -> Any:
    """Decorator of every command, nearest to the function: adds --json and turns errors into sentences.

    Exit codes: 2 when the database is not up to date; those of AppError; 1 for what nobody expected, logged under an
    id. `needs_schema=False`: the command also works on a database that is not up to date.
    """
    if function is None:
        return functools.partial(answers, needs_schema=needs_schema)

    @click.option("--json", "as_json", is_flag=True, help="One JSON object on standard output.")
    @with_appcontext
    @functools.wraps(function)
    def command(*args: Any, as_json: bool, **kwargs: Any) -> None:
        try:
            answer = _run(function, needs_schema, args, kwargs)
        except _Stopped as stopped:
            if as_json:
                _print_json({"error": stopped.sentence})
            click.echo(stopped.sentence, err=True)
            sys.exit(stopped.exit_code)
        if as_json:
            _print_json(answer.data)
        else:
            for line in [answer.text] if isinstance(answer.text, str) else answer.text:
                click.echo(line)
        sys.exit(answer.exit_code)

    return command


def _run(function: Callable[..., Answer], needs_schema: bool, args: Any, kwargs: Any) -> Answer:
    try:
        if needs_schema and not is_current(db.session):
            raise _Stopped(
                _("The database is not up to date. First run: %(command)s", command="flask --app wsgi db upgrade"),
                WRONG_USAGE,
            )
        db.session.rollback()  # an open read would make every writer of SQLite wait, for as long as the command runs
        return function(*args, **kwargs)
    except AppError as refused:
        raise _Stopped(refused.message, refused.exit_code) from None
    except OperationalError as unreachable:
        if is_busy(unreachable):
            raise _Stopped(_("The database is too busy now. Try again in a minute."), REFUSED) from None
        current_app.logger.error("database [%s]: %s", name := secrets.token_hex(4), trail(unreachable))
        raise _Stopped(
            _("The database does not answer (%(id)s). Is it on, and is there room?", id=name), REFUSED
        ) from None
    except (_Stopped, click.ClickException, click.exceptions.Exit, click.Abort):
        raise
    except Exception as unexpected:
        current_app.logger.error("command failed [%s]: %s", name := secrets.token_hex(4), trail(unexpected))
        raise _Stopped(
            _("Something went wrong that nobody foresaw; the log tells more under %(id)s.", id=name), REFUSED
        ) from None


def _print_json(data: Any) -> None:
    click.echo(json.dumps(data, ensure_ascii=False))
