"""The page about letters: the school's own words, its logo, how many on a sheet, and an example."""

from typing import Any

from flask import Response, current_app, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_admin import expose
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from app.actor import current_actor
from app.clock import now
from app.errors import InvalidInput
from app.extensions import db, transaction
from app.letters import Letter, Sender
from app.letters.sheet import write_letters
from app.models import Institution
from app.services.accounts.letters.settings import (
    LONGEST,
    LetterChoice,
    choose_letters,
    choose_logo,
    letter_choice,
    logo_of,
)

LAYOUT_WORDS = {
    "1": _l("1 letter on a sheet"),
    "2": _l("2 letters on a sheet"),
    "8": _l("8 cards on a sheet"),
}
TEXTS = (  # (field, title, hint)
    ("opening", _l("To who logs in for the first time"), _l("Stands below our first sentence, which says why.")),
    ("active", _l("To who has a password already"), _l("Stands in letters with a new password.")),
    ("closing", _l("At the end of every letter"), _l("For instance where to ask for help. Not on cards.")),
)


class LetterPages:
    """A part of SettingsScreen."""

    @expose("/brieven/", methods=("GET", "POST"))
    def letters(self) -> Any:
        """The form, and what it sends: the words, and a logo when one was chosen."""
        actor, wrong = current_actor(), None
        choice = letter_choice(db.session, actor.institution_id)
        if request.method == "POST":
            typed = {name: request.form.get(name, "").strip() for name in ("layout", "opening", "active", "closing")}
            choice, sent = LetterChoice(**typed), request.files.get("logo")
            try:
                with transaction():
                    choose_letters(db.session, now(), actor, choice)
                    if sent and sent.filename:
                        choose_logo(db.session, now(), actor, sent.read())
                    elif request.form.get("without_logo"):
                        choose_logo(db.session, now(), actor, None)
            except InvalidInput as problem:
                wrong = problem
            else:
                flash(_("Saved. It counts for letters made from now on."), "success")
                return redirect(url_for(".letters"), 303)
        page = self.render(  # type: ignore[attr-defined]
            "admin/settings/letters.html",
            title=_("Letters"),
            crumbs=self.way_to(_("Letters")),  # type: ignore[attr-defined]
            choice=choice,
            layouts=LAYOUT_WORDS,
            texts=TEXTS,
            most=LONGEST,
            wrong=wrong,
            has_logo=logo_of(db.session, actor.institution_id) is not None,
        )
        return (page, 400) if wrong else page

    @expose("/brieven/voorbeeld.pdf")
    def letter_example(self) -> ResponseReturnValue:
        """A letter to somebody who does not exist, as a school wrote it."""
        actor = current_actor()
        school = db.session.get_one(Institution, actor.institution_id)
        choice, address = letter_choice(db.session, school.id), current_app.config["PUBLIC_URL"]
        example = Letter(
            name=_("Example Name"),
            group="1A",
            heading=_("Your account is ready"),
            opening=[_("%(school)s made an account for you.", school=school.name), *choice.opening.splitlines()],
            rows=[
                (_("Address"), f"{address}/login"),
                (_("Username"), "voorbeeldnaam"),
                (_("Institution"), f"{school.name} ({school.brin})"),
                (_("Activation code"), "voor-beel-d123-code"),
            ],
            link=f"{address}/login",
            scan=_("Scan this code to choose your password"),
            closing=choice.closing.splitlines(),
        )
        return pdf_response([example] * 2, school, choice.layout, "voorbeeld")


def pdf_response(letters: list[Letter], school: Institution, layout: str, name: str) -> Response:
    """The letters as a file that no cache keeps."""
    body = write_letters(letters, Sender(school.name, logo_of(db.session, school.id)), layout, _("Letters"))
    headers = {"Content-Disposition": f'attachment; filename="brieven-{name}.pdf"', "Cache-Control": "no-store"}
    return Response(body, mimetype="application/pdf", headers=headers)
