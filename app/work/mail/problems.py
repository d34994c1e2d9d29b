"""What can go wrong with a mail, in words for the administrator, without data of persons."""

import smtplib
import ssl
from dataclasses import dataclass

from flask_babel import gettext as _

from .line import UnsafeLine

LOGIN_CODES = {530, 534, 535, 538}


@dataclass(frozen=True, slots=True)
class Ended:
    """How a try ended: sent, deferred, failed, dropped or lost (taken over by another worker)."""

    how: str
    problem: str | None = None
    line_broke: bool = False
    uncertain: bool = False


def why_unusable(error: Exception) -> str:
    """Why the mail server cannot be used, for the administrator; without what the server said."""
    if isinstance(error, UnsafeLine):
        return _("E-mails may not travel unencrypted to another machine. Set MAIL_USE_TLS or MAIL_USE_SSL.")
    if isinstance(error, ssl.SSLError | smtplib.SMTPNotSupportedError):
        return _("The mail server has no safe connection: TLS is missing, or its certificate is not valid.")
    if isinstance(error, smtplib.SMTPAuthenticationError):
        return _("The mail server does not accept our username and password.")
    return _("The mail server does not answer.")


def ended_by(error: Exception, *, in_doubt: bool) -> Ended:
    """How a try ended by this error: 5xx stops this one mail, all else is tried again (R115)."""
    if isinstance(error, smtplib.SMTPRecipientsRefused):
        code = next(iter(error.recipients.values()))[0]
    elif isinstance(error, smtplib.SMTPResponseException):
        code = error.smtp_code
    elif isinstance(error, ValueError | smtplib.SMTPNotSupportedError):
        return Ended("failed", _("The mail server cannot take this e-mail."))
    else:
        problem = _("The connection with the mail server broke while sending.")
        return Ended("deferred", problem, line_broke=True, uncertain=in_doubt)
    if code == 421 or code in LOGIN_CODES:
        return Ended("deferred", _("The mail server wants no mail from us now (%(code)d).", code=code), line_broke=True)
    if 500 <= code < 600:
        return Ended("failed", _("The mail server refuses this e-mail (%(code)d).", code=code))
    return Ended("deferred", _("The mail server does not take this e-mail yet (%(code)d).", code=code))
