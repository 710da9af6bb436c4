"""Header fields: those of a request bounded, those of an answer checked (RFC 9110, section 5)."""

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


def check_fields(headers: Headers, most: int) -> None:
    """Raise Malformed for control characters, HeadTooLarge for more than *most* fields."""
    values = [value for _, fields in headers.getAllRawHeaders() for value in fields]
    if len(values) > most:
        raise HeadTooLarge("head_fields")
    if _CONTROL.search(b"\t".join(values)):
        raise Malformed("a header field has control characters")
    if sum(map(len, headers.getRawHeaders(b"cookie", ()))) > LONGEST_COOKIES:
        raise HeadTooLarge("cookie_bytes")


def check_reply(reply: Reply) -> None:
    """Raise ValueError unless *reply* can be sent as it stands.

    A value with CR or LF would begin another field, or another answer: a page that lets one in
    has a bug, and a 500 is better than the attack.
    """
    if not 200 <= reply.status <= 599:
        raise ValueError(f"{reply.status} is no final status")
    for name, value in reply.headers:
        if not _TOKEN.fullmatch(name):
            raise ValueError(f"{name!r} cannot name a header field")
        if _BREAKS_OUT.search(value):
            raise ValueError(f"the value of {name} would break out of its field")
