"""The wizard for tables: what was recognised, which column is which field, ten rows as understood; then the preview."""

from pathlib import Path
from typing import Any

from flask import current_app, redirect, request, url_for
from flask_admin import expose
from flask_babel import gettext as _

from app.actor import current_actor
from app.admin.synchronisation.forms import new_form_key, slot_of, to_run
from app.admin.synchronisation.words import source_title
from app.clock import now, school_year_name, school_year_of, today
from app.errors import InvalidInput, UnknownName
from app.extensions import db, transaction
from app.models import Upload
from app.roster.messages import message_text
from app.roster.sources import table_look
from app.roster.table import SOURCE, TableLook, to_remember
from app.roster.table.mapping import field_title
from app.services.runs.requests import request_run
from app.services.runs.settings import locations_in_reach
from app.services.runs.tables import numbers_with_zeros, remember_mapping, remembered_mappings, run_of_upload, table_of

from . import table_form
from .ways import crumbs

UPLOAD = "<int(max=2147483647):upload_id>"


class TablePages:
    """Mixed into SourceScreen."""

    @expose(f"/tabel/{UPLOAD}/", methods=("GET", "POST"))
    def table(self, upload_id: int) -> Any:
        """How this table is understood; the form looks again, or goes on to the preview of a run."""
        upload, actor = table_of(db.session, current_actor(), upload_id), current_actor()
        if (run_id := run_of_upload(db.session, actor, upload)) is not None:
            return redirect(url_for("synchronisation.run", run_id=run_id), 303)
        if request.method == "GET":
            return self._table_page(upload, _look(upload))
        try:
            mapping = table_form.typed_mapping(request.form) if "kind" in request.form else None
        except InvalidInput as wrong:
            return self._table_page(upload, _look(upload), wrong), 400
        with transaction():
            upload = table_of(db.session, actor, upload_id)
            upload.options = {**(upload.options or {}), **({"mapping": mapping} if mapping else {})}
        if "preview" not in request.form:
            return redirect(url_for(".table", upload_id=upload_id), 303)
        return self._start(upload_id)

    def _start(self, upload_id: int) -> Any:
        """The preview of a run, when the table can be read as it is understood now."""
        actor = current_actor()
        look = _look(upload := table_of(db.session, actor, upload_id))
        if any(one.refused or one.missing or one.kind is None for one in (look, *look.others)):
            wrong = InvalidInput(_("This table cannot be read yet. Correct what is named on this page."))
            return self._table_page(upload, look, wrong), 400
        slot = slot_of(actor, "file")
        with transaction():
            upload = table_of(db.session, actor, upload_id)
            mapping = None if look.others else to_remember(look)
            if mapping is not None:
                remember_mapping(db.session, now(), upload.institution_id, mapping)
            if look.mapping is not None and not look.others:
                upload.options = {**(upload.options or {}), "mapping": look.mapping.to_json()}
            options: dict[str, Any] = {"slot": slot, "upload_id": upload_id, "preview": True}
            run = request_run(db.session, now(), actor, upload.institution_id, SOURCE, "file", **options)
            run_id = run.id if run else None
        return to_run(actor, slot, run_id)

    def _table_page(self, upload: Upload, look: TableLook, wrong: InvalidInput | None = None) -> str:
        chosen = table_form.typed_places(request.form) if wrong and "title" in request.form else None
        mapping, year = look.mapping, school_year_of(today())
        return self.render(  # type: ignore[attr-defined]
            "admin/sources/table.html",
            title=_("How Zicht reads this table"),
            page_name="BeheerBronTabelPage",
            crumbs=crumbs((source_title(SOURCE), None)),
            upload=upload,
            look=look,
            tables=(look, *look.others),
            wrong=wrong,
            mapping=mapping,
            lines=table_form.column_lines(look, chosen),
            choices=table_form.field_choices(look.kind),
            shape=table_form.shape_of(look),
            abouts=table_form.ABOUTS,
            delimiters=list(table_form.delimiters()),
            encodings=list(table_form.encodings(look.encoding)),
            encoding_names=table_form.ENCODING_NAMES,
            delimiter_names=table_form.DELIMITER_NAMES,
            locations=locations_in_reach(db.session, current_actor()),
            years=[(one, school_year_name(one)) for one in (year - 1, year, year + 1)],
            field_title=field_title,
            message_text=message_text,
            form_key=new_form_key(),
        )


def _look(upload: Upload) -> TableLook:
    """How the file is understood now; it is looked at in another process, and no transaction is open meanwhile."""
    options, path = upload.options or {}, Path(current_app.config["INSTANCE"]) / "uploads" / upload.stored_as
    known = numbers_with_zeros(db.session, upload.institution_id)
    remembered = remembered_mappings(db.session, upload.institution_id)
    db.session.rollback()
    if not path.is_file():
        raise UnknownName(_("This file is no longer there. Send it in again."))
    return table_look([path], today(), mapping=options.get("mapping"), remembered=remembered, known=known)
