"""Blocking a guardian's access to a pupil, and lifting it: a form, a page to check, done."""

from typing import Any

from flask import flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_admin import expose
from flask_babel import gettext as _

from app.actor import current_actor
from app.clock import now, today
from app.errors import Conflict
from app.extensions import db, transaction
from app.models import Person
from app.services.corrections.blocking import block_access, checked_why, lift_block, pair_in_reach
from app.services.corrections.blocks import Why, block_in_reach, block_of, sees_only
from app.services.persons.page import accounts_of
from app.templating import day

from .forms import BlockForm, accepted
from .pins import ID, asked_version
from .words import Check, Line, return_to


class BlockPages:
    """A part of CorrectionScreen."""

    @expose(f"/blokkeren/<{ID}:guardian_id>/<{ID}:pupil_id>/", methods=("GET", "POST"))
    def block(self, guardian_id: int, pupil_id: int) -> ResponseReturnValue:
        """Takes a guardian's access to a pupil away, after a look at what that means."""
        actor, session = current_actor(), db.session
        guardian, pupil = pair_in_reach(session, actor, guardian_id, pupil_id)
        if request.method == "GET" and (there := block_of(session, guardian_id, pupil_id)):
            return redirect(url_for(".unblock", block_id=there.id, back=request.args.get("back")))
        form = BlockForm(data=None if request.method == "POST" else {"version": guardian.version})

        def act() -> None:
            why, until = Why(form.reason.data or "", form.text.data or ""), form.until.data
            checked_why(today(), pupil, why, until)
            if request.form.get("sure") == "1":
                with transaction():
                    version = form.version.data or 0
                    block_access(
                        session, now(), today(), actor, guardian_id, pupil_id, version, why=why, until=until
                    )  # fmt: skip

        if request.method == "POST" and accepted(form, act):
            if request.form.get("sure") != "1":
                return self._sure(_block_check(guardian, pupil, form), guardian)  # type: ignore[attr-defined]
            said = _("%(guardian)s has no access to %(pupil)s any more.", **_names(guardian, pupil))
            flash(said, "success")
            return redirect(return_to(guardian), 303)
        page = self.render(  # type: ignore[attr-defined]
            "admin/corrections/block.html",
            title=_("Block the access of %(guardian)s to %(pupil)s", **_names(guardian, pupil)),
            crumbs=self.way_to(_("Block access")),  # type: ignore[attr-defined]
            guardian=guardian,
            pupil=pupil,
            form=form,
            back=return_to(guardian),
        )
        return page, 400 if form.errors else 200

    @expose(f"/blokkade/<{ID}:block_id>/opheffen/", methods=("GET", "POST"))
    def unblock(self, block_id: int) -> ResponseReturnValue:
        """Gives the access back."""
        actor, session = current_actor(), db.session
        block = block_in_reach(session, actor, block_id)
        if request.method == "POST":
            with transaction():
                guardian, pupil = lift_block(session, now(), actor, block_id, asked_version())
            flash(_("The access of %(guardian)s to %(pupil)s is open again.", **_names(guardian, pupil)), "success")
            return redirect(return_to(guardian), 303)
        guardian, pupil = session.get_one(Person, block.guardian_id), session.get_one(Person, block.pupil_id)
        return self._sure(_unblock_check(guardian, pupil, block), guardian)  # type: ignore[attr-defined]


def _names(guardian: Person, pupil: Person) -> dict[str, str]:
    return {"guardian": guardian.full_name, "pupil": pupil.full_name}


def _block_check(guardian: Person, pupil: Person, form: BlockForm) -> Check:
    if block_of(db.session, guardian.id, pupil.id):
        raise Conflict(_("Access to this pupil is blocked already."))
    until, why = form.until.data, Why(form.reason.data, form.text.data or "")
    names = _names(guardian, pupil)
    what = [
        _("%(guardian)s sees nothing of %(pupil)s any more, and mails do not name %(pupil)s.", **names),
        _("A synchronisation does not change this, also when the link disappears and comes back."),
        _("Administrators keep seeing both, and can lift the block."),
    ]
    accounts: list[Any] = []
    if sees_only(db.session, guardian.id, pupil.id):
        accounts = accounts_of(db.session, guardian.id)
        what.append(
            _("%(guardian)s sees no other pupil. The account stays; block it too when that is what you want.", **names)
            if accounts
            else _("%(guardian)s sees no other pupil, and so gets no account any more.", **names)
        )
    return Check(
        title=_("Check before you block this access"),
        crumb=_("Block access"),
        lines=[
            Line(_("Guardian"), guardian.full_name),
            Line(_("Pupil"), pupil.full_name),
            Line(_("Reason"), str(why)),
            Line(_("Up to and including"), day(until) or _("no last day")),
        ],
        what=what,
        hidden={
            "version": form.version.data,
            "reason": why.code,
            "text": why.text,
            "until": until.isoformat() if until else "",
            "sure": "1",
        },
        button=_("Block access"),
        icon="ban",
        grave=True,
        accounts=accounts,
    )


def _unblock_check(guardian: Person, pupil: Person, block: Any) -> Check:
    names = _names(guardian, pupil)
    return Check(
        title=_("Give %(guardian)s access to %(pupil)s again?", **names),
        crumb=_("Lift the block"),
        lines=[
            Line(_("Guardian"), guardian.full_name),
            Line(_("Pupil"), pupil.full_name),
            Line(_("Why it was blocked"), str(Why.of(block.reason))),
            Line(_("Up to and including"), day(block.until) or _("no last day")),
        ],
        what=[_("%(guardian)s sees the data of %(pupil)s again, as long as the school system links them.", **names)],
        hidden={"version": guardian.version},
        button=_("Lift the block"),
        icon="lock-open",
    )
