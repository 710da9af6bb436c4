"""Header fields: those of a request checked and bounded, those of an answer checked too.

RFC 9110, section 5; RFC 9113, section 8.2.
"""

import re

from twisted.web.http_headers import Headers

from authsrv.core.errors import HeadTooLarge, Malformed
from authsrv.wire.reply import Reply

#: All Cookie fields of a request together, in bytes; browsers hold 4 KiB a cookie.
LONGEST_COOKIES = 8192

# RFC 9110, section 5.5: CTL except tab is invalid in a field value.
_CONTROL = re.compile(rb"[\x00-\x08\x0a-\x1f\x7f]")
_TOKEN = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")
_BREAKS_OUT = re.compile(r"[\x00\r\n]")


# With a lower-case name, or one of HTTP/2's own; RFC 3986, section 3.1.
_NAME = re.compile(rb":?[!#$%&'*+.^_`|~0-9a-z-]+")
_SCHEME = re.compile(rb"[A-Za-z][A-Za-z0-9+.-]*")
_Fields = list[tuple[bytes, bytes]]


def names_are_tokens(fields: _Fields) -> bool:
    """Whether *fields* of an HTTP/2 request have names, and a scheme, that can be ones."""
    return all(
        _NAME.fullmatch(name) and (name != b":scheme" or _SCHEME.fullmatch(value))
        for name, value in fields
    )


def join_cookies(fields: _Fields) -> _Fields:
    """*fields* with their cookies in one, in how many crumbs they came (section 8.2.3)."""
    crumbs = [value for name, value in fields if name == b"cookie"]
    if len(crumbs) < 2:
        return fields
    rest = [field for field in fields if field[0] != b"cookie"]
    return [*rest, (b"cookie", b"; ".join(crumbs))]


def check_fields(headers: Headers, most: int) -> None:
    """Raise Malformed for control characters, HeadTooLarge for more than *most* fields."""
    values = [value for _, fields in headers.getAllRawHeaders() for value in fields]
    if len(values) > most:
        raise HeadTooLarge("head_fields")
    if _CONTROL.search(b"\t".join(values)):
        raise Malformed("a header field has control characters")
    if sum(map(len, headers.getRawHeaders(b"cookie", ()))) > LONGEST_COOKIES:
        raise HeadTooLarge("cookie_bytes")


#: Fields that stand in our source, name and value; what is said of each is said once.
CONSTANT: dict[tuple[str, str], None] = {}


def check_reply(reply: Reply) -> None:
    """Raise ValueError unless *reply* can be sent as it stands.

    A value with CR or LF would begin another field, or another answer: a page that lets one in
    has a bug, and a 500 is better than the attack.
    """
    if not 200 <= reply.status <= 599:
        raise ValueError(f"{reply.status} is no final status")
    for name, value in reply.headers:
        if (name, value) in CONSTANT:
            continue
        if not _TOKEN.fullmatch(name):
            raise ValueError(f"{name!r} cannot name a header field")
        if _BREAKS_OUT.search(value):
            raise ValueError(f"the value of {name} would break out of its field")
