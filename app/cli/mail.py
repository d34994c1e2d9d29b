"""`mail deliver`: what waits in the outbox goes out now."""

import dataclasses

from flask import current_app
from flask_babel import gettext as _

from app.work.mail.delivery import deliver

from .answer import Answer, Commands, answers

mail = Commands("mail", help="Mails that wait in the outbox.")


@mail.command("deliver")
@answers
def deliver_now() -> Answer:
    """Deliver what waits, now."""
    done = deliver(current_app.config, at_once=True)
    text = _(
        "Sent: %(sent)d. Later again: %(deferred)d. Failed: %(failed)d. Waiting: %(waiting)d.",
        **dataclasses.asdict(done),
    )
    return Answer(data=dataclasses.asdict(done), text=text)
