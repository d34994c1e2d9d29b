"""Mails that warn who administers a school: runs of the roster, and logins."""

from flask_babel import gettext as _

from .letter import Letter, Subject, questions


def exchange_worry(about: Subject) -> Letter:
    """Something that goes wrong slowly; this is told once."""
    return Letter(
        subject=_("The synchronisation of %(school)s asks for attention", school=about.school),
        heading=_("The synchronisation asks for attention"),
        opening=[*filter(None, [about.detail("text")])],
        button=(_("View the synchronisation"), f"{about.house.public_url}/beheer/synchronisatie/"),
        closing=[_("Nothing was changed. You get this e-mail once.")],
        notes=questions(about, ""),
    )


def sync_held(about: Subject) -> Letter:
    """A weekly run waits for a decision (R103)."""
    return Letter(
        subject=_("The synchronisation of %(school)s waits for you", school=about.school),
        heading=_("The synchronisation waits for you"),
        opening=[
            _("The new data differ much from what is known. What is safe was applied; the rest waits.")
            if about.mail.details.get("is_rest")
            else _("The new data differ so much from what is known that nothing was changed yet."),
            *filter(None, [about.detail("reason"), *about.details("causes")]),
        ],
        button=(_("View the synchronisation"), _run_address(about)),
        closing=[_("Look at what would change. Then approve it, or discard it.")],
        notes=questions(about, ""),
    )


def _run_address(about: Subject) -> str:
    run = about.detail("run")
    return f"{about.house.public_url}/beheer/synchronisatie/" + (f"{run}/" if run.isdecimal() else "")


def sync_failed(about: Subject) -> Letter:
    """A weekly run failed."""
    return Letter(
        subject=_("The synchronisation of %(school)s failed", school=about.school),
        heading=_("The synchronisation failed"),
        opening=[_("Nothing was changed."), *filter(None, [about.detail("reason")])],
        button=(_("View the synchronisation"), f"{about.house.public_url}/beheer/synchronisatie/"),
        closing=[_("It is tried again next week. You can also start it yourself.")],
        notes=questions(about, ""),
    )


def login_alarm(about: Subject) -> Letter:
    """Many logins failed in a few minutes."""
    return Letter(
        subject=_("Many failed logins"),
        heading=_("Many failed logins"),
        opening=[
            _(
                "In a few minutes hundreds of logins failed. Somebody may be guessing passwords. "
                "New attempts must wait."
            ),
            _("Did many people log in at your school at that moment? Then nothing needs to be done."),
        ],
        closing=[_("Else tell who keeps the server: the addresses stand in the record of the logins.")],
        notes=questions(about, _("You get this e-mail at most once an hour.")),
    )
