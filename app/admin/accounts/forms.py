"""The forms of the account screens. What a field may hold is checked again, and for good, by the services."""

from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import BooleanField, IntegerField, SelectChoice, SelectField, StringField
from wtforms.validators import DataRequired, InputRequired, Length, Optional, ValidationError
from wtforms.widgets import HiddenInput

from app.models import Account, Role

MUST_BE_FILLED = _l("Fill in this field.")
TOO_LONG = _l("This is too long: at most %(max)d characters.")


def stripped(text: Any) -> Any:
    """Typed text without spaces around it."""
    return text.strip() if isinstance(text, str) else text


def _text(label: Any, longest: int, description: Any = "", *, optional: bool = False) -> StringField:
    needed = Optional() if optional else DataRequired(MUST_BE_FILLED)
    return StringField(
        label, [needed, Length(max=longest, message=TOO_LONG)], filters=[stripped], description=description
    )


class AccountForm(FlaskForm):
    """What may be changed of an account (Z-136, Z-138, Z-140); every other posted field is ignored (R49)."""

    version = IntegerField(widget=HiddenInput(), validators=[InputRequired()])
    username = _text(_l("Username"), 100, _l("Mind the capitals. The user gets a message when you change the name."))
    active = BooleanField(_l("Active"))
    blocked = BooleanField(_l("Blocked"))


class StaffAccountForm(AccountForm):
    """Of a staff member the role can become (care) manager too, and nothing else (Z-142)."""

    role = SelectField(
        _l("Role"),
        choices=lambda: [SelectChoice(role.value, role.label) for role in (Role.STAFF, Role.CARE_MANAGER)],
        description=_l("You can make a staff member (care) manager only. There is no way back."),
    )


def account_form(account: Account) -> AccountForm:
    """The form for this account, filled with what is saved."""
    kind = StaffAccountForm if account.role is Role.STAFF else AccountForm
    return kind(obj=account)


SUGGESTED = "admin_"  # Z-164


class AdministratorForm(FlaskForm):
    """A new application administrator (Z-157, Z-158, Z-160)."""

    username = _text(
        _l("Username"),
        64,
        _l("Preferably use admin_<last name>. This also becomes the staff number of the linked staff member"),
    )
    first_name = _text(_l("First name"), 200)
    prefix = _text(_l("Name prefix"), 32, optional=True)
    last_name = _text(_l("Last name"), 200)
    email = _text(_l("E-mail address"), 254, _l("The account details go here."))

    def validate_username(self, field: StringField) -> None:
        if field.data == SUGGESTED:
            raise ValidationError(_("Put the last name behind admin_, or choose another username."))
