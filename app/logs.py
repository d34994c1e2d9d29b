"""The log: times, places and counts on standard error. Never the words of an exception: they may hold data (R70)."""

import logging
import sys
import traceback
from types import TracebackType
from typing import TextIO

# A line break, colour code or line separator in a value must not look like a line of ours (R95).
ESCAPES = {code: f"\\x{code:02x}" for code in (*range(32), 127, 0x85)} | {0x2028: "\\u2028", 0x2029: "\\u2029"}


class QuietFormatter(logging.Formatter):
    """One line per record; of an exception only its kinds and where it went, not its words."""

    def formatMessage(self, record: logging.LogRecord) -> str:
        return super().formatMessage(record).translate(ESCAPES)

    def formatException(
        self, ei: tuple[type[BaseException], BaseException, TracebackType | None] | tuple[None, None, None]
    ) -> str:
        return "\n".join(stack_of(ei[1])) if ei[1] is not None else ""


def stack_of(error: BaseException) -> list[str]:
    """The stack of an exception and of what caused it, newest first: kinds, codes of the database, files and lines."""
    lines: list[str] = []
    found: BaseException | None = error
    while found is not None:
        code = getattr(found, "sqlstate", None) or getattr(found, "sqlite_errorname", None)
        lines.append(f"{type(found).__module__}.{type(found).__qualname__}{f' ({code})' if code else ''}")
        lines += [line.rstrip() for line in traceback.format_tb(found.__traceback__)]
        found = found.__cause__ or (None if found.__suppress_context__ else found.__context__)
    return lines


class StandardError(logging.StreamHandler[TextIO]):
    """Writes to what standard error is now, not to what it was when the process started."""

    def __init__(self) -> None:
        logging.Handler.__init__(self)
        self.setFormatter(QuietFormatter("%(asctime)s %(levelname)s %(name)s: %(message)s"))

    @property
    def stream(self) -> TextIO:  # type: ignore[override]
        return sys.stderr


def init_logs() -> None:
    """Our own lines from INFO, of the libraries only warnings. Calling it twice changes nothing."""
    root = logging.getLogger()
    if not any(isinstance(handler, StandardError) for handler in root.handlers):
        root.addHandler(StandardError())
    logging.getLogger("app").setLevel(logging.INFO)
