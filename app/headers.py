"""What every answer carries: security headers with a nonce per response, and no caching of pages (R61, R63)."""

import secrets

from flask import Flask, Response, abort, current_app, g, request

REPORTS = "/csp-report"  # where browsers tell what the policy stopped
POLICY = (
    "default-src 'none'; script-src 'nonce-{nonce}' 'strict-dynamic'; style-src 'self' 'nonce-{nonce}'; "
    "img-src 'self' data:; font-src 'self'; connect-src 'self'; form-action 'self'; base-uri 'none'; "
    "object-src 'none'; frame-ancestors 'none'; manifest-src 'self'; "
    f"report-uri {REPORTS}"
)
# Who knows report-to passes over report-uri, and takes it over TLS only.
REPORT_TO = {"Reporting-Endpoints": f'zicht="{REPORTS}"'}
FIXED = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
    "X-Frame-Options": "DENY",
}
HSTS = {"Strict-Transport-Security": "max-age=31536000; includeSubDomains"}


def csp_nonce() -> str:
    """The nonce of this response; scripts and styles of our templates carry it."""
    if "csp_nonce" not in g:
        g.csp_nonce = secrets.token_urlsafe(18)
    return g.csp_nonce


def fixed_headers() -> dict[str, str]:
    """What an answer carries that no page of ours made: a refusal of the server itself."""
    nothing = {"Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'", "Cache-Control": "no-store"}
    return FIXED | nothing | (HSTS if current_app.config["SECURE"] else {})


def init_headers(app: Flask) -> None:
    app.before_request(_refuse_other_sites)
    app.after_request(_add_headers)
    app.jinja_env.globals["csp_nonce"] = csp_nonce


def _refuse_other_sites() -> None:
    """A state change asked for by another site is refused before any view (R59); the CSRF token is the second lock."""
    if request.method in {"GET", "HEAD", "OPTIONS"}:
        return
    origin = request.headers.get("Origin")
    own = {request.host_url.rstrip("/"), current_app.config["PUBLIC_URL"]}
    foreign_fetch = request.headers.get("Sec-Fetch-Site", "same-origin") not in {"same-origin", "none"}
    # "null" is what a browser sends under Referrer-Policy: no-referrer; then Sec-Fetch-Site decides.
    if foreign_fetch or (origin not in (None, "null") and origin not in own):
        abort(403)


def _add_headers(response: Response) -> Response:
    for name, value in FIXED.items():
        response.headers.setdefault(name, value)
    policy = POLICY.format(nonce=csp_nonce())
    if current_app.config["SECURE"]:
        response.headers.update(HSTS | REPORT_TO)
        policy += "; report-to zicht"
    response.headers["Content-Security-Policy"] = policy
    if request.endpoint != "static":
        response.headers["Cache-Control"] = "no-store"
    return response
