"""The header fields every answer of ours carries."""

from authsrv.wire.lines import are_constant, constant
from authsrv.wire.reply import Reply

Headers = tuple[tuple[str, str], ...]


def content_security_policy(form_goes_on_to: str = "") -> str:
    """No script at all, nothing from elsewhere, no frame around us.

    *form_goes_on_to* is an origin that the answer to a form of this page may redirect to: some
    browsers hold a redirect behind a form to ``form-action`` too (CSP 3, section 6.4.1).
    """
    targets = f"'self' {form_goes_on_to}".strip()
    return (
        "default-src 'none'; style-src 'self'; img-src 'self'; "
        f"form-action {targets}; base-uri 'none'; frame-ancestors 'none'"
    )


_ALWAYS = constant(
    ("Content-Security-Policy", content_security_policy()),
    # Not no-referrer: with it a browser sends "Origin: null" from our own forms, and where a
    # form came from could no longer be told (Fetch, "append a request Origin header").
    ("Referrer-Policy", "same-origin"),
    ("X-Content-Type-Options", "nosniff"),
    ("X-Frame-Options", "DENY"),
    ("Cross-Origin-Opener-Policy", "same-origin"),
    ("Cross-Origin-Resource-Policy", "same-origin"),
    ("Permissions-Policy", "camera=(), geolocation=(), microphone=()"),
)
_HSTS = constant(("Strict-Transport-Security", "max-age=31536000"))
_NO_STORE = constant(("Cache-Control", "no-store"))
#: For what never changes under its name.
IMMUTABLE = constant(("Cache-Control", "public, max-age=31536000, immutable"))
#: What an API answers with.
JSON = constant(("Content-Type", "application/json"))
# As many as there are kinds of answers in our source.
_dressed: dict[tuple[Headers, bool], Headers] = {}


def dress(reply: Reply, *, https: bool) -> Reply:
    """*reply* with all that every answer carries; what a page has said itself stands.

    HSTS goes over *https* only (RFC 6797, section 7.2).
    """
    headers = _dressed.get((reply.headers, https))
    if headers is None:
        headers = reply.headers + _missing(reply.headers, https)
        if are_constant(reply.headers):
            _dressed[reply.headers, https] = headers
    return Reply(reply.status, headers, reply.body)


def _missing(headers: Headers, https: bool) -> Headers:
    said = {name for name, _ in headers}
    usual = (*_ALWAYS, *_NO_STORE, *(_HSTS if https else ()))
    return tuple((name, value) for name, value in usual if name not in said)
