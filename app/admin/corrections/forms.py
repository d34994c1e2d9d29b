"""The forms of corrections. What a field may hold is checked again, and for good, by the services."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from flask import url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import DateField, IntegerField, RadioField, StringField, TextAreaField
from wtforms.validators import InputRequired, Optional
from wtforms.widgets import HiddenInput

from app.admin.accounts.forms import stripped
from app.errors import InvalidInput
from app.services.corrections.blocks import REASONS

CHOOSE = _l("Choose a reason.")
LAST_DAY = _l("After this day the correction ends by itself.")


class DayField(DateField):
    """A day: typed as 31-12-2026, or chosen from the calendar of the browser."""

    def __init__(self, label: Any, **more: Any) -> None:
        formats = ["%Y-%m-%d", "%d-%m-%Y"]  # the first is what a browser sends and expects
        super().__init__(label, [Optional(strip_whitespace=True)], format=formats, **more)

    def process_formdata(self, valuelist: list[str]) -> None:
        try:
            super().process_formdata(valuelist)
        except ValueError:
            raise ValueError(_("Fill in a day, for instance 31-12-2026.")) from None


class CorrectionForm(FlaskForm):
    """What every correction has; fields that are not named are ignored (R49)."""

    version = IntegerField(widget=HiddenInput(), validators=[InputRequired()])
    until = DayField(_l("Up to and including"), description=LAST_DAY)


class PinForm(CorrectionForm):
    """An e-mail address that stays."""

    value = StringField(
        _l("E-mail address"),
        filters=[stripped],
        description=_l("Leave it empty when this person must get no mail; account details then come on your screen."),
    )
    reason = TextAreaField(
        _l("Reason"), filters=[stripped], description=_l("Colleagues read it later, and it goes into the log.")
    )


class BlockForm(CorrectionForm):
    """Why a guardian may not see a pupil."""

    reason = RadioField(
        _l("Reason"),
        choices=lambda: list(REASONS.items()),
        validators=[InputRequired(CHOOSE)],
        validate_choice=False,  # the service says it in words
    )
    text = TextAreaField(
        _l("Explanation"),
        filters=[stripped],
        description=_l("Needed with another reason. Colleagues read it later, and it goes into the log."),
    )


def accepted(form: FlaskForm, act: Callable[[], Any]) -> bool:
    """Whether the form is right and the service took it; a refusal of one field is shown at that field."""
    if not form.validate():
        return False
    try:
        act()
    except InvalidInput as wrong:
        if wrong.field not in form:
            raise
        field = form[wrong.field]
        field.errors = [*field.errors, wrong.message]
        return False
    return True


@dataclass(frozen=True, slots=True)
class PartPages:
    """The addresses of the pages of one of the two lists; the other list stays where it is."""

    name: str
    values: dict[str, Any]

    def url(self, page: int) -> str:
        return url_for(".index_view", **{**self.values, self.name: page})
