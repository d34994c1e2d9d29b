"""The result of a batch as a file: what became of each row, for who wants to keep or mail it. Never a password."""

import csv
import io
from collections.abc import Iterator
from typing import Any, Final

from flask import Response
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from sqlalchemy.orm import Session

from app.admin.lists.exports import plain_cell
from app.models import Batch
from app.services.access import Actor
from app.services.accounts.batches.state import ResultLine, result_lines

from .batch_words import MAIL_LOOKS

OUTCOMES: Final = {
    "done": _l("Done"),
    "skipped": _l("Skipped"),
    "failed": _l("Failed"),
    "waiting": _l("Not reached"),
}
CHANNELS: Final = {"mail": _l("by e-mail"), "screen": _l("on screen"), "letter": _l("by letter")}


def result_file(session: Session, actor: Actor, batch: Batch) -> Response:
    """A CSV that Excel in Dutch opens as it is: semicolons, UTF-8 with a mark. Formulas are defused (R80)."""
    text = io.StringIO()
    writer = csv.writer(text, delimiter=";")
    writer.writerow(
        [
            _("Number"),
            _("Name"),
            _("Kind"),
            _("Username"),
            _("Outcome"),
            _("Reason"),
            _("Gets the details"),
            _("E-mail"),
        ]
    )
    writer.writerows(map(list, (_cells(line) for line in result_lines(session, actor, batch))))
    body = text.getvalue().encode("utf-8-sig")
    name = f"opdracht-{batch.id}.csv"
    return Response(
        body,
        mimetype="text/csv",
        headers={"Content-Disposition": f'attachment; filename="{name}"', "Cache-Control": "no-store"},
    )


def _cells(line: ResultLine) -> Iterator[str]:
    mail = f"{MAIL_LOOKS[line.mail][2]} {line.problem or ''}".strip() if line.mail else ""
    values: tuple[Any, ...] = (
        line.number,
        line.name,
        line.kind.label,
        line.username,
        OUTCOMES[line.outcome],
        line.reason,
        CHANNELS[line.delivery] if line.delivery else "",
        mail,
    )
    return (plain_cell(str(value)) if value else "" for value in values)
