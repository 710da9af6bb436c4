"""The header fields every answer of ours carries."""

from authsrv.wire.reply import Reply

#: No script at all, nothing from elsewhere, no frame around us.
CONTENT_SECURITY_POLICY = (
    "default-src 'none'; style-src 'self'; img-src 'self'; form-action 'self'; "
    "base-uri 'none'; frame-ancestors 'none'"
)

_ALWAYS = (
    ("Content-Security-Policy", CONTENT_SECURITY_POLICY),
    # Not no-referrer: with it a browser sends "Origin: null" from our own forms, and where a
    # form came from could no longer be told (Fetch, "append a request Origin header").
    ("Referrer-Policy", "same-origin"),
    ("X-Content-Type-Options", "nosniff"),
    ("X-Frame-Options", "DENY"),
    ("Cross-Origin-Opener-Policy", "same-origin"),
    ("Cross-Origin-Resource-Policy", "same-origin"),
    ("Permissions-Policy", "camera=(), geolocation=(), microphone=()"),
)
_HSTS = (("Strict-Transport-Security", "max-age=31536000"),)
_NO_STORE = (("Cache-Control", "no-store"),)
#: For what never changes under its name.
IMMUTABLE = (("Cache-Control", "public, max-age=31536000, immutable"),)


def dress(reply: Reply, *, https: bool) -> Reply:
    """*reply* with all that every answer carries; HSTS over *https* only (RFC 6797, 7.2)."""
    headers = (*reply.headers, *_ALWAYS, *(_HSTS if https else ()))
    if not any(name == "Cache-Control" for name, _ in reply.headers):
        headers += _NO_STORE
    return Reply(reply.status, headers, reply.body)
