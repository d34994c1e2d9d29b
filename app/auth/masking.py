"""Access logs without one-time links and without what was typed behind a question mark (R16, R35)."""

import logging
import re

# Of every server that may write them; our own server writes none.
ACCESS_LOGS = ("werkzeug", "gunicorn.access", "waitress", "waitress.queue")
SECRET_PART = re.compile(r"(/activeren/)[^\s\"?/]+|(/(?:login|activeren|wachtwoord)[^\s\"?]*\?)[^\s\"]*", re.IGNORECASE)


class Masked(logging.Filter):
    """Writes *** for the token of a link and for the query of the pages of login."""

    def filter(self, record: logging.LogRecord) -> bool:
        text = record.getMessage()
        masked = mask(text)
        if masked != text:
            record.msg, record.args = masked, ()
        return True


def mask(text: str) -> str:
    """The line with *** in the place of tokens and queries."""
    return SECRET_PART.sub(lambda found: f"{found[1] or found[2]}***", text)


def mask_access_logs() -> None:
    """Put the mask before the access logs; calling it twice changes nothing."""
    for name in ACCESS_LOGS:
        logger = logging.getLogger(name)
        if not any(isinstance(each, Masked) for each in logger.filters):
            logger.addFilter(Masked())
