"""Where a request that changes something came from.

The browser's own word decides: ``Sec-Fetch-Site`` (W3C Fetch Metadata), else ``Origin``
(RFC 6454, section 7).  The token in the form is the second belt, for whoever is signed in.
"""

from hmac import compare_digest

from authsrv.core.errors import CrossSite
from authsrv.core.tokens import Token

SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})


def check_origin(
    method: str, sec_fetch_site: str | None, origin: str | None, public_origin: str
) -> None:
    """Raise CrossSite unless a *method* request may come from where the browser says it does.

    A program that is no browser sends neither header, and has no cookies to be abused.
    """
    if method in SAFE_METHODS:
        return
    if sec_fetch_site is not None:
        # "none" is the person's own doing: an address typed in, a bookmark, a reload.
        if sec_fetch_site not in {"same-origin", "none"}:
            raise CrossSite(f"Sec-Fetch-Site is {sec_fetch_site[:20]!r}")
    elif origin is not None and origin != public_origin:
        raise CrossSite("Origin is another")


def form_token(token: Token) -> str:
    """The value that a form of this session carries."""
    return token.derive("form")


def check_form(token: Token, shown: str) -> None:
    """Raise CrossSite unless *shown* is what a form of this session carries."""
    if not compare_digest(form_token(token).encode(), shown.encode("utf-8", "replace")):
        raise CrossSite("the form's token is not this session's")
