"""Cookies: the few we set, and the careful reading of those we are sent (RFC 6265bis)."""

from collections.abc import Iterable

from attrs import frozen

from authsrv.core.tokens import Token


@frozen
class CookiePolicy:
    """How cookies are set: for one host alone, for all hosts of *domain*, or without TLS.

    ``__Host-`` and ``__Secure-`` make the browser itself refuse the cookie from a lesser origin
    (RFC 6265bis, section 4.1.3).
    """

    domain: str | None = None
    secure: bool = True

    def name(self, base: str) -> str:
        """The name under which the cookie *base* is set."""
        if not self.secure:
            return base
        return f"__Secure-{base}" if self.domain else f"__Host-{base}"

    def set(self, base: str, value: str, max_age: int | None) -> str:
        """The Set-Cookie value for *base*; *max_age* seconds, or None: until the browser closes."""
        parts = [f"{self.name(base)}={value}", "Path=/"]
        if self.domain:
            parts.append(f"Domain={self.domain}")
        if max_age is not None:
            parts.append(f"Max-Age={max_age}")
        if self.secure:
            parts.append("Secure")
        return "; ".join([*parts, "HttpOnly", "SameSite=Lax"])


SESSION = "authsrv"


def session_cookie(policy: CookiePolicy, token: Token, max_age: int | None) -> str:
    """The one Set-Cookie of a login."""
    return policy.set(SESSION, token.text, max_age)


def clear_session(policy: CookiePolicy) -> str:
    """The Set-Cookie that takes the session cookie away."""
    return policy.set(SESSION, "", 0)


def read(headers: Iterable[str], name: str) -> str | None:
    """The value of cookie *name* in the Cookie *headers*, or None.

    Two cookies with the name: neither is believed, for one of them was planted (a parser that
    keeps the first or the last lets a sibling host choose the victim's session).
    """
    # Only what RFC 6265 calls white space: str.strip() also takes 0xA0, which a browser keeps, so
    # a sibling host's "\xa0__Host-..." would pass for ours.
    found = [
        value.strip(" \t")
        for header in headers
        for pair in header.split(";")
        for key, sign, value in [pair.partition("=")]
        if sign and key.strip(" \t") == name
    ]
    return found[0] if len(found) == 1 else None
