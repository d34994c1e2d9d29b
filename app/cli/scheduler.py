"""`scheduler`: the clock as a process of its own, for a school with more than one web process."""

import click
from flask import current_app

from .answer import Answer, Command, answers


@click.command("scheduler", cls=Command)
@answers
def scheduler() -> Answer:
    """The clock: weekly runs, waiting work and mails, until SIGTERM."""
    from app.scheduler import run_forever

    run_forever(current_app._get_current_object())  # type: ignore[attr-defined]
    return Answer(data={"stopped": True}, text=[])
