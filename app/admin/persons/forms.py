"""The forms for who may be made by hand: staff and other parties. Checked again, and for good, by the services."""

from collections.abc import Callable
from typing import Any

from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import IntegerField, StringField
from wtforms.validators import InputRequired, Length, Optional
from wtforms.widgets import HiddenInput

from app.admin.accounts.forms import MUST_BE_FILLED, TOO_LONG, stripped
from app.errors import InvalidInput


def _text(label: Any, longest: int, *, needed: bool = True, hint: Any = "") -> StringField:
    rule = InputRequired(MUST_BE_FILLED) if needed else Optional()
    return StringField(label, [rule, Length(max=longest, message=TOO_LONG)], filters=[stripped], description=hint)


class OtherForm(FlaskForm):
    """An other party (Z-210); every field that is not named here is ignored (R49)."""

    version = IntegerField(widget=HiddenInput(), validators=[Optional()])
    first_name = _text(_l("First name"), 200, needed=False)
    prefix = _text(_l("Prefix"), 32, needed=False)
    last_name = _text(_l("Last name"), 200)
    email = _text(_l("E-mail address"), 254, needed=False, hint=_l("Needed to send an invitation."))

    def values(self) -> dict[str, str | None]:
        """What was typed, by the names of the service."""
        return {name: value or None for name, value in self.data.items() if name not in ("version", "csrf_token")}


class StaffForm(OtherForm):
    """A staff member made by hand: everything is filled in (Z-111)."""

    number = _text(_l("Staff number"), 64, hint=_l("Use the number of the school's own system, if there is one."))
    first_name = _text(_l("First name"), 200)
    email = _text(_l("E-mail address"), 254, hint=_l("The account details go here."))


def accepted(form: OtherForm, act: Callable[[], Any]) -> bool:
    """Whether the form is right and the service took it; a refusal of one field is shown at that field."""
    if not form.validate():
        return False
    try:
        act()
    except InvalidInput as wrong:
        field = getattr(form, wrong.field or "last_name")
        field.errors = [*field.errors, wrong.message]
        return False
    return True
