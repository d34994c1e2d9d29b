"""Pinning an e-mail address and letting it go: a form, a page to check, done."""

from typing import Any

from flask import flash, redirect, request
from flask.typing import ResponseReturnValue
from flask_admin import expose
from flask_babel import gettext as _

from app.actor import current_actor
from app.admin.lists.screen import whole_number
from app.clock import now, today
from app.errors import InvalidInput
from app.extensions import db, transaction
from app.models import Person
from app.services.corrections.pinning import checked_pin, lift_pin, person_to_pin, pin_in_reach, set_pin
from app.services.corrections.pins import pin_of
from app.services.corrections.reading import pin_line
from app.services.persons.page import accounts_of
from app.templating import day

from .forms import PinForm, accepted
from .words import Check, Line, return_to

ID = "int(max=2147483647)"  # a longer number names nothing and fits no column


class PinPages:
    """A part of CorrectionScreen."""

    @expose(f"/vastzetten/<{ID}:person_id>/", methods=("GET", "POST"))
    def pin(self, person_id: int) -> ResponseReturnValue:
        """Pins the e-mail address of somebody from a roster, after a look at what that means."""
        actor, session = current_actor(), db.session
        person = person_to_pin(session, actor, person_id)
        old = pin_of(session, person.id)
        filled = {"version": person.version, "value": person.email}
        filled |= {"value": old.value, "reason": old.reason, "until": old.until} if old else {}
        form = PinForm(data=None if request.method == "POST" else filled)

        def act() -> None:
            values = {"value": form.value.data, "reason": form.reason.data or "", "until": form.until.data}
            checked_pin(today(), "email", **values)
            if request.form.get("sure") == "1":
                with transaction():
                    set_pin(session, now(), today(), actor, person_id, form.version.data or 0, **values)

        if request.method == "POST" and accepted(form, act):
            if request.form.get("sure") != "1":
                return self._sure(_pin_check(person, form), person)  # type: ignore[attr-defined]
            flash(_("The e-mail address of %(name)s is pinned.", name=person.full_name), "success")
            return redirect(return_to(person), 303)
        page = self.render(  # type: ignore[attr-defined]
            "admin/corrections/pin.html",
            title=_("Pin the e-mail address of %(name)s", name=person.full_name),
            crumbs=self.way_to(_("Pin the e-mail address")),  # type: ignore[attr-defined]
            person=person,
            form=form,
            line=pin_line(session, actor, old, person) if old else None,
            back=return_to(person),
        )
        return page, 400 if form.errors else 200

    @expose(f"/vastgezet/<{ID}:pin_id>/opheffen/", methods=("GET", "POST"))
    def unpin(self, pin_id: int) -> ResponseReturnValue:
        """Lets a pinned field go; when it is known what the source says, that can be taken at once."""
        actor, session = current_actor(), db.session
        pin = pin_in_reach(session, actor, pin_id)
        person = person_to_pin(session, actor, pin.person_id)
        if request.method == "GET":
            check = _unpin_check(pin_line(session, actor, pin, person))
            return self._sure(check, person)  # type: ignore[attr-defined]
        with transaction():
            take_told = request.form.get("take") == "1"
            lift_pin(session, now(), actor, pin_id, asked_version(), take_told=take_told)
        flash(_("The e-mail address of %(name)s is not pinned any more.", name=person.full_name), "success")
        return redirect(return_to(person), 303)


def asked_version() -> int:
    """The version of the person that the administrator looked at. Raises InvalidInput without one."""
    version = whole_number(request.form.get("version"))
    if version is None:
        raise InvalidInput(_("Choose again: this form is not complete."))
    return version


def _pin_check(person: Person, form: PinForm) -> Check:
    new, old, until = form.value.data or None, person.email, form.until.data
    moved = bool(old) and (old or "").casefold() != (new or "").casefold()
    what: list[Any] = []
    if new:
        what.append(_("From now on all mail for %(name)s goes to %(address)s.", name=person.full_name, address=new))
    else:
        what.append(_("%(name)s gets no mail any more; account details come on your screen.", name=person.full_name))
    if moved and accounts_of(db.session, person.id):
        what.append(
            _("Who is logged in is logged out, and passwords that were sent and not used do not work any more.")
        )
        what.append(_("The old address gets a message about it."))
    ends = _("A synchronisation leaves this address, until the school system says the same.")
    if until:
        ends = _(
            "A synchronisation leaves this address, until the school system says the same or %(day)s is over.",
            day=day(until),
        )
    return Check(
        title=_("Check before you pin this e-mail address"),
        crumb=_("Pin the e-mail address"),
        lines=[
            Line(_("Person"), person.full_name),
            Line(_("E-mail address"), new or _("no e-mail address"), old if moved or not old else None),
            Line(_("Reason"), form.reason.data),
            Line(_("Up to and including"), day(until) or _("no last day")),
        ],
        what=[*what, ends],
        hidden={
            "version": form.version.data,
            "value": new or "",
            "reason": form.reason.data,
            "until": until.isoformat() if until else "",
            "sure": "1",
        },
        button=_("Pin the e-mail address"),
        icon="pin",
    )


def _unpin_check(line: Any) -> Check:
    pin, person = line.pin, line.person
    lines = [
        Line(_("Person"), person.full_name),
        Line(_("Pinned e-mail address"), pin.value or _("no e-mail address")),
        Line(_("Reason"), pin.reason),
    ]
    offer = None
    if line.told_at is not None and line.told != person.email:
        lines.append(Line(_("The school system says"), line.told or _("no e-mail address")))
        offer = _("Take what the school system says at once")
    return Check(
        title=_("Lift the pin on the e-mail address of %(name)s?", name=person.full_name),
        crumb=_("Lift the pin"),
        lines=lines,
        what=[_("The next synchronisation takes over what the school system says.")],
        hidden={"version": person.version},
        button=_("Lift the pin"),
        icon="lock-open",
        offer=offer,
    )
