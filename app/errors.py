"""Errors a user may see: each carries one sentence that says what is wrong and what to do. All others are bugs."""

import traceback
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]


class AppError(Exception):
    """An expected refusal. `message` is one clear, translated sentence; `exit_code` is for commands (contract)."""

    exit_code = 1
    status = 400

    def __init__(self, message: Any) -> None:
        super().__init__(str(message))
        self.message = str(message)


class InvalidInput(AppError):
    """What was typed or given cannot be used; `field` names the form field when there is one."""

    exit_code = 2

    def __init__(self, message: Any, field: str | None = None) -> None:
        super().__init__(message)
        self.field = field


class UnknownName(InvalidInput):
    """A name (institution, source, username, run) that does not exist here, or not for you: they look alike (R52)."""

    status = 404


class NotAllowed(AppError):
    """The actor's role or locations do not allow this (R46, R50)."""

    status = 403


class Conflict(AppError):
    """Somebody else was first; look again and repeat (R123)."""

    status = 409


class TooMany(AppError):
    """A throttle or limit was reached; `retry_after` in seconds."""

    status = 429

    def __init__(self, message: Any, retry_after: int = 60) -> None:
        super().__init__(message)
        self.retry_after = retry_after


class RosterUnreadable(AppError):
    """The file is not a roster of this format, or not of this school."""

    exit_code = 2


class RosterUnavailable(AppError):
    """The school system did not answer, or refused us."""


class SecretUnusable(AppError):
    """A stored secret cannot be opened with this key."""


def trail(error: BaseException) -> str:
    """Kind and places of an error for the log: no message of it, because that may hold data of persons (R91)."""
    frames = [
        f"{Path(frame.filename).relative_to(ROOT)}:{frame.lineno} {frame.name}"
        for frame in reversed(traceback.extract_tb(error.__traceback__))
        if Path(frame.filename).is_relative_to(ROOT / "app")
    ]
    return " < ".join([type(error).__name__, *frames[:8]])
