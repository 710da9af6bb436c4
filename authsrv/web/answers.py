"""From what happened to an HTTP answer: the one place where a status is chosen."""

import json
from collections.abc import Mapping, Sequence
from math import ceil

from authsrv.core import errors
from authsrv.web.headers import JSON
from authsrv.wire.reply import Reply

Headers = tuple[tuple[str, str], ...]

_STATUS: tuple[tuple[type[Exception], int], ...] = (
    (errors.Malformed, 400),
    (errors.WrongHost, 421),
    (errors.TooLarge, 413),
    (errors.HeadTooLarge, 431),
    (errors.UnsupportedMedia, 415),
    (errors.NotFound, 404),
    (errors.MethodNotAllowed, 405),
    (errors.NotSignedIn, 401),
    (errors.BadCredentials, 401),
    (errors.NotAllowed, 403),
    (errors.Throttled, 429),
    (errors.InvalidFields, 422),
    (errors.NameTaken, 422),
    (errors.Broken, 503),
)


def status_of(error: Exception) -> int:
    """The HTTP status for *error*; what we did not foresee is our fault: 500."""
    return next((status for kind, status in _STATUS if isinstance(error, kind)), 500)


def retry_after(error: Exception) -> int | None:
    """In how many whole seconds it is worth trying again, if that is known."""
    if isinstance(error, errors.Throttled | errors.Broken):
        return max(1, ceil(error.retry_after))
    return None


def headers_of(error: Exception) -> Headers:
    """The header fields that an answer to *error* must carry (RFC 9110, sections 10.2, 15.5)."""
    seconds = retry_after(error)
    if seconds is not None:
        return (("Retry-After", str(seconds)),)
    if isinstance(error, errors.NotSignedIn | errors.BadCredentials):
        # The standard asks for a challenge; no browser has a dialog for this one.
        return (("WWW-Authenticate", 'Cookie realm="authsrv"'),)
    if isinstance(error, errors.MethodNotAllowed):
        return (("Allow", ", ".join(error.allowed)),)
    return ()


def html(body: bytes, status: int = 200, headers: Headers = ()) -> Reply:
    """A page."""
    return Reply(status, (("Content-Type", "text/html; charset=utf-8"), *headers), body)


def also(reply: Reply, headers: Headers) -> Reply:
    """*reply* with more *headers*."""
    return Reply(reply.status, reply.headers + headers, reply.body)


def see_other(location: str, cookies: Sequence[str] = ()) -> Reply:
    """Go on at *location* with GET (RFC 9110, section 15.4.4); sets *cookies* on the way."""
    return Reply(303, (("Location", location), *with_cookies(cookies)))


def with_cookies(cookies: Sequence[str]) -> Headers:
    """The Set-Cookie fields."""
    return tuple(("Set-Cookie", cookie) for cookie in cookies)


def document(value: object, status: int = 200, headers: Headers = ()) -> Reply:
    """*value* as JSON."""
    return _json(value, "application/json", status, headers)


def json_text(body: bytes, status: int = 200, headers: Headers = ()) -> Reply:
    """*body*, which is JSON."""
    return Reply(status, (*JSON, *headers) if headers else JSON, body)


def no_content(headers: Headers = ()) -> Reply:
    """Done, and nothing to show."""
    return Reply(204, headers)


def problem(status: int, title: str, facts: Mapping[str, object], headers: Headers = ()) -> Reply:
    """A problem for programs (RFC 9457): *title* is a sentence, *facts* are extensions."""
    value = {"type": "about:blank", "title": title, "status": status, **facts}
    return _json(value, "application/problem+json", status, headers)


def _json(value: object, media_type: str, status: int, headers: Headers) -> Reply:
    body = json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode()
    return Reply(status, (("Content-Type", media_type), *headers), body)
