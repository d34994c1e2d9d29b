"""The texts of our mails: one letter per template name."""

from collections.abc import Callable

from flask_babel import gettext as _

from app.models import PersonKind
from app.services.mail.delivery import Due, Family

from .letter import House, Letter, Row, Subject, moment_in_words, questions
from .warnings import exchange_worry, login_alarm, sync_failed, sync_held


def write_letter(mail: Due, family: Family, house: House) -> tuple[Subject, Letter]:
    """The letter of this mail, and what its dress shows around it."""
    subject = Subject(mail, family, house)
    return subject, LETTERS[mail.template](subject)


def _account_rows(about: Subject, *, password: bool) -> list[Row]:
    rows = [Row(_("Username"), about.mail.username or "", exact=True)]
    if about.mail.brin:
        rows.append(Row(_("Institution"), f"{about.school} ({about.mail.brin})"))
    if password:
        label = _("Activation code") if about.is_link else _("Temporary password")
        rows.append(Row(label, about.password, exact=True))
    return rows


def _why_an_account(about: Subject) -> str:
    school, children = about.school, about.family.children.get(about.mail.person_id or 0, [])
    if about.mail.kind is PersonKind.PUPIL:
        return _("%(school)s made an account for you, because you are a pupil of this school.", school=school)
    if about.mail.kind is PersonKind.STAFF:
        return _("%(school)s made an account for you, because you work at this school.", school=school)
    if about.mail.kind is PersonKind.GUARDIAN and children:
        return _(
            "%(school)s made an account for you, because you are a guardian of %(children)s.",
            school=school,
            children=_and(children),
        )
    if about.mail.kind is PersonKind.GUARDIAN:
        return _("%(school)s made an account for you, because you are a guardian of a pupil.", school=school)
    return _("%(school)s made an account for you, because you are involved with a pupil.", school=school)


def _and(names_: list[str]) -> str:
    if len(names_) == 1:
        return names_[0]
    return _("%(first)s and %(last)s", first=", ".join(names_[:-1]), last=names_[-1])


def _how_long(about: Subject) -> list[str]:
    lower = (about.mail.username or "").islower()
    once = (
        _(
            "The link and the code work once, until %(until)s. You then choose a password of your own.",
            until=about.until,
        )
        if about.is_link
        else _(
            "The link and the temporary password work once, until %(until)s. You then choose a password of your own.",
            until=about.until,
        )
    )
    return [
        once,
        _("Mind capitals when you log in: the username has small letters only.")
        if lower
        else _("Mind capitals when you log in: they count in the username."),
    ]


def _button_note(about: Subject) -> str:
    return _("Does the button not work? Then copy this address: %(link)s", link=about.link)


def _or_log_in(about: Subject) -> str:
    address = f"{about.house.public_url}/login"
    if about.is_link:
        return _("You can also log in with your username and the code at %(address)s", address=address)
    return _("You can also log in with the temporary password at %(address)s", address=address)


def _new_account(about: Subject) -> Letter:
    return Letter(
        subject=_("Your account at %(school)s", school=about.school),
        heading=_("Your account is ready"),
        opening=[
            _why_an_account(about),
            _("With it you fill in questionnaires that the school prepares for you."),
        ],
        rows=_account_rows(about, password=True),
        button=(_("Choose your password"), about.link),
        closing=_how_long(about),
        button_note=_button_note(about),
        notes=[
            _or_log_in(about),
            *questions(about, _("Did you not expect this e-mail? Then you need not do anything.")),
        ],
        english="English: your school made an account for you. Choose your password with the link above.",
    )


def _new_administrator(about: Subject) -> Letter:
    return Letter(
        subject=_("You are application administrator of %(school)s", school=about.school),
        heading=_("Your administrator account is ready"),
        opening=[
            _("You are now an application administrator of %(school)s. You manage the accounts.", school=about.school),
        ],
        rows=_account_rows(about, password=True),
        button=(_("Choose your password"), about.link),
        closing=_how_long(about),
        button_note=_button_note(about),
        notes=[_or_log_in(about), *questions(about, _("Did you not expect this e-mail? Then warn your school."))],
    )


def _reset_by_administrator(about: Subject) -> Letter:
    return Letter(
        subject=_("A new password for your account at %(school)s", school=about.school),
        heading=_("Your new password"),
        opening=[
            _("The application administrator of %(school)s made a new password for you.", school=about.school),
        ],
        rows=_account_rows(about, password=True),
        button=(_("Choose your password"), about.link),
        closing=_how_long(about),
        button_note=_button_note(about),
        notes=[_or_log_in(about), *questions(about, _("Did you not expect this e-mail? Then warn your school."))],
        english="English: your school made a new password for you. Choose your own with the link above.",
    )


def _forgotten(about: Subject) -> Letter:
    return Letter(
        subject=_("Choose a new password"),
        heading=_("Choose a new password"),
        opening=[_("You asked for a new password. Choose one with this link, or log in with the temporary password.")],
        rows=_account_rows(about, password=True),  # Z-031: the mail holds a new password
        button=(_("Choose your password"), about.link),
        closing=_how_long(about),
        button_note=_button_note(about),
        notes=questions(about, _("Did you not ask for this? Then do nothing: your password stays as it is.")),
        english="English: use the link above to choose a new password. Did you not ask for it? Do nothing.",
    )


def _password_changed(about: Subject) -> Letter:
    again = f"{about.house.public_url}/wachtwoord/vergeten"
    return Letter(
        subject=_("Your password was changed"),
        heading=_("Your password was changed"),
        opening=[
            _("The password of your account was changed on %(at)s.", at=moment_in_words(about.mail.created_at)),
            _("Was it you? Then you need not do anything."),
        ],
        rows=_account_rows(about, password=False),
        closing=[
            _("Was it not you? Then ask for a new password at once at %(address)s and warn your school.", address=again)
        ],
        notes=questions(about, ""),
        english="English: your password was changed. Was it not you? Ask for a new one at the address above.",
    )


def _username_changed(about: Subject) -> Letter:
    return Letter(
        subject=_("Your username was changed"),
        heading=_("Your new username"),
        opening=[
            _("%(school)s gave your account another username. Your password stays the same.", school=about.school)
        ],
        rows=_account_rows(about, password=False),
        button=(_("Log in"), f"{about.house.public_url}/login"),
        closing=[],
        notes=questions(about, _("Did you not expect this e-mail? Then warn your school.")),
        english="English: your username was changed by your school. Your password stays the same.",
    )


def _address_changed(about: Subject) -> Letter:
    return Letter(
        subject=_("Your e-mail address was changed"),
        heading=_("Your e-mail address was changed"),
        opening=[
            _(
                "%(school)s changed the e-mail address of your account on %(at)s. "
                "This is the last e-mail to this address.",
                school=about.school,
                at=moment_in_words(about.mail.created_at),
            ),
            _("You were logged out. Log in again with the password that you have."),
        ],
        rows=_account_rows(about, password=False),
        closing=[],
        notes=questions(about, _("Did you not expect this e-mail? Then warn your school.")),
        english="English: the e-mail address of your account was changed. Did you not expect this? Warn your school.",
    )


LETTERS: dict[str, Callable[[Subject], Letter]] = {
    "address-changed": _address_changed,
    "account-new": _new_account,
    "account-reset": _reset_by_administrator,
    "administrator-new": _new_administrator,
    "exchange-worry": exchange_worry,
    "login-alarm": login_alarm,
    "password-changed": _password_changed,
    "password-forgotten": _forgotten,
    "sync-failed": sync_failed,
    "sync-held": sync_held,
    "username-changed": _username_changed,
}
