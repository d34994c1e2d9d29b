"""Reading a file in: kept under a random name, read in the background, shown before it is applied (R77, R78)."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from flask import Blueprint, current_app, redirect, request, url_for
from flask_admin import expose
from flask_babel import gettext as _
from werkzeug.datastructures import FileStorage

from app.actor import current_actor
from app.clock import now
from app.errors import Conflict, InvalidInput
from app.extensions import db, transaction
from app.models import SyncRun, Upload
from app.services.access import Actor
from app.services.runs.reading import run_of_slot
from app.services.runs.requests import open_run, request_run, upload_of_no_use
from app.services.runs.settings import file_sources
from app.services.runs.uploads import MAX_UPLOAD, TABLE, SentFile, store_files

from .forms import crumbs, new_form_key, slot_of, to_run

FORM_AROUND_FILE = 64 * 1024  # bytes of the other fields and the borders between them


class UploadPages:
    """Mixed into SynchronisationScreen."""

    def create_blueprint(self, admin: Any) -> Blueprint:
        blueprint = super().create_blueprint(admin)  # type: ignore[misc]
        # Before the CSRF check, which reads the form: until then nobody has looked at the size.
        blueprint.url_value_preprocessor(self._allow_file)
        return blueprint

    def _allow_file(self, endpoint: str | None, _values: Any) -> None:
        """This one form may be as large as its file, for who may send one; all others stay at 2 MiB (R67)."""
        if endpoint == "synchronisation.upload" and self.is_accessible():  # type: ignore[attr-defined]
            request.max_content_length = MAX_UPLOAD + FORM_AROUND_FILE

    @expose("/bestand/", methods=("GET", "POST"))
    def upload(self) -> Any:
        """The form, and what it sends; the same form sent twice makes one run (R124)."""
        if request.method == "GET":
            return self._form()
        actor, files = current_actor(), [file for file in request.files.getlist("file") if file.filename]
        try:
            slot = slot_of(actor, "file")
            if not files:
                raise InvalidInput(_("Choose a file first."))
            if _source() == TABLE:
                return redirect(url_for("sources.table", upload_id=_new_table(actor, files)), 303)
            return to_run(actor, slot, _new_run(actor, slot, files))
        except InvalidInput as wrong:
            return self._form(wrong.message), 400

    def _form(self, wrong: str | None = None) -> str:
        return self.render(  # type: ignore[attr-defined]
            "admin/synchronisation/upload.html",
            title=_("Read a file"),
            page_name="BeheerSynchronisatieBestandPage",
            crumbs=crumbs((_("Read a file"), None)),
            wrong=wrong,
            sources=file_sources(),
            chosen=request.form.get("source") or request.args.get("source"),
            form_key=new_form_key(),
        )


def _source() -> str:
    """The kind of file that was chosen. Raises InvalidInput."""
    source = request.form.get("source", "")
    if source not in {one.id for one in file_sources()}:
        raise InvalidInput(_("Choose the kind of file from the list."))
    return source


def _new_table(actor: Actor, files: Sequence[FileStorage]) -> int:
    """Keeps the tables for the wizard, where only who sent them in sees them."""
    with transaction():
        return _kept(actor, TABLE, files, {"by": actor.account_id}).id


def _kept(actor: Actor, source: str, files: Sequence[FileStorage], options: dict[str, Any] | None = None) -> Upload:
    sent = [SentFile(shown_name(file), file.stream) for file in files]
    return store_files(db.session, now(), actor.institution_id or 0, upload_folder(), source, sent, options)


def _new_run(actor: Actor, slot: str, files: Sequence[FileStorage]) -> int | None:
    """Keeps the files and asks for their preview; None when this form or another run was first."""
    institution_id, source = actor.institution_id or 0, _source()
    if run_of_slot(db.session, actor, slot) or open_run(db.session, institution_id):
        return None
    folder, kept = upload_folder(), []
    try:
        with transaction():
            moment = now()
            upload = _kept(actor, source, files)
            kept.append(folder / upload.stored_as)
            options = {"slot": slot, "upload_id": upload.id, "preview": True}
            run = request_run(db.session, moment, actor, institution_id, source, "file", **options)
            if run is None:
                raise Conflict("taken")  # takes the row of the upload back; its file goes below
            return run.id
    except BaseException as error:
        for path in kept:
            path.unlink(missing_ok=True)
        if isinstance(error, Conflict):
            return None
        raise


def shown_name(file: FileStorage) -> str:
    """The name as sent, without what cannot be seen: NUL, line ends, marks that turn the reading direction (R77)."""
    return "".join(letter for letter in file.filename or "" if letter.isprintable())


def delete_file(run: SyncRun) -> None:
    """The file of a run that was thrown away goes at once, not with the next tidying up (R77)."""
    upload = upload_of_no_use(db.session, run)
    if upload is not None:
        (upload_folder() / upload.stored_as).unlink(missing_ok=True)


def upload_folder() -> Path:
    """Where files wait for their run: beside the database, outside everything that is served."""
    return Path(current_app.config["INSTANCE"]) / "uploads"
