"""What a run says, as a CSV file; formulas are defused as in every export (R80)."""

import csv
import io
from collections.abc import Iterable, Sequence
from typing import Any

from flask import Response
from flask_babel import gettext as _

from app.admin.lists.exports import TYPES, plain_cell
from app.models import SyncRun
from app.services.runs.changes import ChangeLine
from app.services.runs.messages import MessageLine

from .words import ONE_OF_KIND, SEVERITY_LOOKS, WHAT, field_label, value_text


def messages_file(run: SyncRun, lines: Iterable[MessageLine]) -> Response:
    """The messages: kind of record, number, name, kind of message, code, field, value in the source, message."""
    head = [_("Kind"), _("Number"), _("Name"), _("Kind of message"), _("Code"), _("Field"), _("Value"), _("Message")]
    rows = (
        [
            ONE_OF_KIND.get(line.kind, line.kind),
            line.key,
            line.person.list_name if line.person else "",
            SEVERITY_LOOKS[line.severity].word,
            line.code,
            line.field,
            line.value,
            line.text,
        ]
        for line in lines
    )
    return _file(f"meldingen-run-{run.id}.csv", head, rows)


def changes_file(run: SyncRun, lines: Iterable[ChangeLine]) -> Response:
    """The changes: kind of record, number, name, what happens, and one row for each changed field."""
    head = [_("Kind"), _("Number"), _("Name"), _("What"), _("Field"), _("Now"), _("Becomes")]
    rows = (
        [ONE_OF_KIND.get(line.kind, line.kind), line.number, line.name, WHAT.get(line.what, line.what), *cells]
        for line in lines
        for cells in [[field_label(one), value_text(old, one), value_text(new, one)] for one, old, new in line.fields]
        or [[""] * 3]
    )
    return _file(f"wijzigingen-run-{run.id}.csv", head, rows)


def _file(name: str, head: Sequence[Any], rows: Iterable[Sequence[Any]]) -> Response:
    text = io.StringIO()
    writer = csv.writer(text, delimiter=";")
    writer.writerow(head)
    writer.writerows([plain_cell(cell) for cell in row] for row in rows)
    answer = Response(text.getvalue().encode("utf-8-sig"), content_type=TYPES["csv"])
    answer.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return answer
