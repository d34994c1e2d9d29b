"""Block, unblock, activate or deactivate the chosen accounts, after a page to check (Z-138 to Z-141, R51)."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from flask import flash, redirect, request
from flask.typing import ResponseReturnValue
from flask_admin import expose
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_babel import ngettext

from ..actor import current_actor
from ..clock import now
from ..errors import InvalidInput
from ..extensions import db, transaction
from ..services.account_changes import set_flags
from ..services.flag_plan import FlagName, plan_flags
from .accounts_choice import chosen_accounts

SHOWN = 100  # lines of the check page; the numbers above it count everybody
Count = Callable[[int], str]


@dataclass(frozen=True, slots=True)
class Flag:
    """One of the four changes, with its words; those that count get the number."""

    name: FlagName
    value: bool
    title: Count
    effect: Any
    button: Count
    done: Count


FLAGS = {
    "block": Flag(
        "blocked",
        True,
        lambda n: ngettext("Check before you block %(num)s account", "Check before you block %(num)s accounts", n),
        _l("Nobody can use a blocked account: who is logged in now is logged out at once."),
        lambda n: ngettext("Block %(num)s account", "Block %(num)s accounts", n),
        lambda n: ngettext("%(num)s account is blocked.", "%(num)s accounts are blocked.", n),
    ),
    "unblock": Flag(
        "blocked",
        False,
        lambda n: ngettext("Check before you unblock %(num)s account", "Check before you unblock %(num)s accounts", n),
        _l("An account that is active can be used again."),
        lambda n: ngettext("Unblock %(num)s account", "Unblock %(num)s accounts", n),
        lambda n: ngettext("%(num)s account is not blocked any more.", "%(num)s accounts are not blocked any more.", n),
    ),
    "deactivate": Flag(
        "active",
        False,
        lambda n: ngettext(
            "Check before you make %(num)s account inactive", "Check before you make %(num)s accounts inactive", n
        ),
        _l("Nobody can use an inactive account. The list hides it until you ask for inactive accounts."),
        lambda n: ngettext("Make %(num)s account inactive", "Make %(num)s accounts inactive", n),
        lambda n: ngettext("%(num)s account is inactive now.", "%(num)s accounts are inactive now.", n),
    ),
    "activate": Flag(
        "active",
        True,
        lambda n: ngettext(
            "Check before you make %(num)s account active", "Check before you make %(num)s accounts active", n
        ),
        _l("An account that is not blocked can be used again."),
        lambda n: ngettext("Make %(num)s account active", "Make %(num)s accounts active", n),
        lambda n: ngettext("%(num)s account is active now.", "%(num)s accounts are active now.", n),
    ),
}


class AccountFlags:
    """The check page of a flag, and setting it; a part of AccountScreen."""

    @expose("/kenmerk/", methods=("POST",))
    def flags(self) -> ResponseReturnValue:
        """Shows what would happen; changes nothing."""
        flag, chosen = _flag(), chosen_accounts(request.form)
        if not chosen.ids:
            flash(_("Choose at least one row first."), "warning")
            return redirect(chosen.back, 303)
        plan = plan_flags(db.session, current_actor(), chosen.ids, flag.name, flag.value)
        title = flag.title(len(plan.changes))
        return self.render(
            "admin/accounts/flags.html",
            title=title,
            crumbs=self._crumbs(title),
            flag=flag,
            code=request.form["flag"],
            plan=plan,
            shown=SHOWN,
            back=chosen.back,
            query=chosen.query,
            everything=request.form.get("everything") == "1",
            ids=chosen.ids,
        )

    @expose("/kenmerk/zetten/", methods=("POST",))
    def set_flags(self) -> ResponseReturnValue:
        """Sets the flag of those who may have it, decided anew; the others stay, and that is said."""
        flag, chosen = _flag(), chosen_accounts(request.form)
        with transaction():
            plan = plan_flags(db.session, current_actor(), chosen.ids, flag.name, flag.value)
            ids, skipped = [account.id for account in plan.changes], len(plan.skipped)
            if ids:
                set_flags(db.session, now(), current_actor(), ids, **{flag.name: flag.value})
        said = flag.done(len(ids)) if ids else _("Nothing was changed.")
        if skipped:
            said += " " + ngettext("%(num)s was skipped.", "%(num)s were skipped.", skipped)
        flash(said, "success" if ids else "info")
        return redirect(chosen.back, 303)


def _flag() -> Flag:
    """The change that is asked for. Raises InvalidInput for any other word."""
    flag = FLAGS.get(request.form.get("flag", ""))
    if flag is None:
        raise InvalidInput(_("Choose again: this form is not complete."))
    return flag
