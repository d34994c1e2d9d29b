"""What a user sees when something goes wrong: one sentence that says what to do; the details are in the log (R70)."""

import logging
import secrets
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from flask import Flask, Response, current_app, g, jsonify, make_response, request
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_wtf.csrf import CSRFError
from sqlalchemy.exc import SQLAlchemyError
from werkzeug.exceptions import HTTPException

from app.clock import now
from app.errors import AppError, TooMany
from app.extensions import is_busy
from app.headers import FIXED, POLICY
from app.logs import init_logs

logger = logging.getLogger(__name__)
COME_BACK_IN = 5  # seconds
READABLE = "23456789ABCDEFGHJKMNPQRSTUVWXYZ"  # without the letters and digits that look alike


@dataclass(frozen=True, slots=True)
class Problem:
    """The words of one kind of refusal, with the icon of its page."""

    title: Any
    text: Any
    icon: str = "alert-triangle"


WRONG_REQUEST = Problem(
    _l("This request cannot be read"),
    _l("Nothing was changed. Go back to the page you came from and try again."),
)
OUR_FAULT = Problem(
    _l("Something went wrong on our side"),
    _l("Your last action was not carried out. Nothing was half saved. Please try again in a minute."),
    "plug-connected-x",
)
OLD_FORM = Problem(
    _l("This form is out of date"),
    _l("Nothing was changed. You may have been logged out. Go back, reload the page and send the form again."),
    "clock",
)
PROBLEMS = {
    400: WRONG_REQUEST,
    403: Problem(
        _l("You have no access to this page"),
        _l("Your account has no rights for this. Log in with another account, or ask your application administrator."),
        "lock",
    ),
    404: Problem(
        _l("This page does not exist, or is not of your location"),
        _l("The link may be old, or the person belongs to a location that you do not administer."),
        "map-search",
    ),
    405: Problem(
        _l("This page cannot do that"),
        _l("Nothing was changed. Go back and use the buttons on the page."),
    ),
    408: Problem(
        _l("This took too long"),
        _l("Nothing was changed. Check your connection and send it again."),
        "clock",
    ),
    409: Problem(
        _l("Somebody else was first"),
        _l("Nothing was changed. Go back, reload the page and look again before you repeat it."),
    ),
    410: Problem(_l("This page is gone"), _l("What stood here was shown once and cannot be shown again."), "clock"),
    413: Problem(_l("This is too big"), _l("Nothing was saved. A form may be 2 MB and a file 50 MB.")),
    429: Problem(_l("Too many attempts"), _l("Please wait a while and then try again."), "clock"),
    500: OUR_FAULT,
    503: Problem(_l("We are busy right now"), _l("Nothing was changed. Please try again in a minute."), "clock"),
}


def init_problems(app: Flask) -> None:
    """Register the pages, and the net below everything that Flask itself does not catch."""
    init_logs()
    app.register_error_handler(HTTPException, _refused)
    app.register_error_handler(AppError, _expected)
    app.register_error_handler(SQLAlchemyError, _of_the_database)
    app.log_exception = _log_exception  # type: ignore[method-assign]
    app.wsgi_app = LastResort(app, app.wsgi_app)  # type: ignore[method-assign]


def problem_of(status: int) -> Problem:
    """The words for a status; an unknown one gets those of its family."""
    return PROBLEMS.get(status) or (OUR_FAULT if status >= 500 else WRONG_REQUEST)


def new_reference() -> str:
    """A number that a user can read out and that the log shows: '7F3K-29QD'."""
    letters = "".join(secrets.choice(READABLE) for _number in range(8))
    return f"{letters[:4]}-{letters[4:]}"


def _refused(error: HTTPException) -> Any:
    if error.response is not None or error.code is None or error.code < 400:
        return error
    if is_busy(getattr(error, "original_exception", None)):  # outside the view, such as when the session was saved
        return _busy()
    if isinstance(error, CSRFError):
        return _answer(400, OLD_FORM)
    answer = _answer(error.code, problem_of(error.code))
    for name, value in error.get_headers():
        if name != "Content-Type":  # such as Allow and Retry-After
            answer.headers[name] = value
    return answer


def _expected(error: AppError) -> Response:
    problem = problem_of(error.status)
    answer = _answer(error.status, Problem(problem.title, error.message, problem.icon))
    if isinstance(error, TooMany):
        answer.headers["Retry-After"] = str(error.retry_after)
    return answer


def _of_the_database(error: SQLAlchemyError) -> Response:
    """Busy is no bug: come back in a moment (R2). All else is one."""
    if not is_busy(error):
        raise error
    logger.warning("database is busy in %s [%s]", request.endpoint, request.method)
    return _busy()


def _busy() -> Response:
    answer = _answer(503, problem_of(503))
    answer.headers["Retry-After"] = str(COME_BACK_IN)
    return answer


def _answer(status: int, problem: Problem) -> Response:
    """The page, or JSON for who asks for it and for the health addresses. Reads no database and no login."""
    reference = g.get("reference") if status >= 500 else None
    if wants_json():
        body = {"error": str(problem.title), "text": str(problem.text), "reference": reference}
        return make_response(jsonify(body), status)
    # Not render_template: its context asks who is logged in, and the database may be what failed.
    page = current_app.jinja_env.get_template("errors/problem.html").render(
        problem=problem,
        status=status,
        reference=reference,
        moment=now(),
        root=request.script_root,
        again=request.full_path.rstrip("?") if request.method == "GET" else None,
        helpdesk=current_app.config["HELPDESK"],
    )
    return make_response(page, status)


def wants_json() -> bool:
    """Whether the asker is a program: a health check, or one of our own scripts."""
    kinds = request.accept_mimetypes
    return request.blueprint == "health" or kinds["application/json"] > kinds["text/html"]


def _log_exception(exc_info: Any) -> None:
    """One line with the reference and the name of the page, not its address: that may hold a one-time link (R35)."""
    if exc_info and is_busy(exc_info[1]):
        logger.warning("database is busy around %s [%s]", request.endpoint, request.method)
        return
    g.reference = new_reference()
    logger.error("problem %s in %s [%s]", g.reference, request.endpoint, request.method, exc_info=exc_info)


class LastResort:
    """Catches what escapes from the app: an error in a teardown, in the error page, in the session (R70)."""

    def __init__(self, app: Flask, inner: Callable[..., Iterable[bytes]]) -> None:
        self.app = app
        self.inner = inner

    def __call__(self, environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        begun: list[Any] = []  # the answer begins only when the request ended well, its teardown included

        def begin(*answer: Any) -> Callable[[bytes], object]:
            begun[:] = answer
            return lambda data: None

        try:
            body = self.inner(environ, begin)
        except Exception as error:
            if self._propagates():
                raise
            return self._give_up(environ, error, start_response)
        start_response(*begun)
        return body

    def _propagates(self) -> bool:
        wished = self.app.config["PROPAGATE_EXCEPTIONS"]
        return self.app.testing or self.app.debug if wished is None else bool(wished)

    def _give_up(
        self, environ: dict[str, Any], error: Exception, start_response: Callable[..., Any]
    ) -> Iterable[bytes]:
        reference = new_reference()
        logger.error("problem %s outside the pages", reference, exc_info=error)
        with self.app.app_context():
            title, text, number = _("Something went wrong on our side"), OUR_FAULT.text, _("Error number")
            page = f'<!doctype html><html lang="nl"><meta charset="utf-8"><title>{title}</title>'
            page += f"<h1>{title}</h1><p>{text}</p><p>{number}: {reference}</p></html>"
        headers = {"Content-Type": "text/html; charset=utf-8", "Cache-Control": "no-store"} | FIXED
        headers["Content-Security-Policy"] = POLICY.format(nonce=secrets.token_urlsafe(18))
        start_response("500 Internal Server Error", list(headers.items()))
        return [] if environ.get("REQUEST_METHOD") == "HEAD" else [page.encode()]
