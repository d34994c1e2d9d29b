"""Block, unblock, activate or deactivate the chosen accounts, after a page to check (Z-138 to Z-141, R51)."""

from dataclasses import dataclass
from typing import Any

from flask import flash, redirect, request
from flask.typing import ResponseReturnValue
from flask_admin import expose
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from app.actor import current_actor
from app.clock import now
from app.errors import InvalidInput
from app.extensions import db, transaction
from app.services.accounts.changes import set_flags
from app.services.accounts.flag_plan import FlagName, plan_flags

from .choice import chosen_accounts
from .words import Count, _n

SHOWN = 100  # lines of the check page; the numbers above it count everybody


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
        _n("Check before you block %(count)s account", "Check before you block %(count)s accounts"),
        _l("Nobody can use a blocked account: who is logged in now is logged out at once."),
        _n("Block %(count)s account", "Block %(count)s accounts"),
        _n("%(count)s account is blocked.", "%(count)s accounts are blocked."),
    ),
    "unblock": Flag(
        "blocked",
        False,
        _n("Check before you unblock %(count)s account", "Check before you unblock %(count)s accounts"),
        _l("An account that is active can be used again."),
        _n("Unblock %(count)s account", "Unblock %(count)s accounts"),
        _n("%(count)s account is not blocked any more.", "%(count)s accounts are not blocked any more."),
    ),
    "deactivate": Flag(
        "active",
        False,
        _n("Check before you make %(count)s account inactive", "Check before you make %(count)s accounts inactive"),
        _l("Nobody can use an inactive account. The list hides it until you ask for inactive accounts."),
        _n("Make %(count)s account inactive", "Make %(count)s accounts inactive"),
        _n("%(count)s account is inactive now.", "%(count)s accounts are inactive now."),
    ),
    "activate": Flag(
        "active",
        True,
        _n("Check before you make %(count)s account active", "Check before you make %(count)s accounts active"),
        _l("An account that is not blocked can be used again."),
        _n("Make %(count)s account active", "Make %(count)s accounts active"),
        _n("%(count)s account is active now.", "%(count)s accounts are active now."),
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
        title = flag.title(len(plan.changes)) if plan.changes else _("Nothing to do")
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
            said += " " + _n("%(count)s was skipped.", "%(count)s were skipped.")(skipped)
        flash(said, "success" if ids else "info")
        return redirect(chosen.back, 303)


def _flag() -> Flag:
    """The change that is asked for. Raises InvalidInput for any other word."""
    flag = FLAGS.get(request.form.get("flag", ""))
    if flag is None:
        raise InvalidInput(_("Choose again: this form is not complete."))
    return flag
