"""The header fields of a request, checked and bounded (RFC 9110, section 5; RFC 9113, 8.2)."""

import re

from authsrv.core.errors import HeadTooLarge, Malformed
from authsrv.wire.known import RawFields

#: All Cookie fields of a request together, in bytes; browsers hold 4 KiB a cookie.
LONGEST_COOKIES = 8192

# RFC 9110, section 5.5: CTL except tab is invalid in a field value.
_CONTROL = re.compile(rb"[\x00-\x08\x0a-\x1f\x7f]")


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


def check_fields(raw_fields: RawFields, most: int) -> None:
    """Raise Malformed for control characters, HeadTooLarge for more than *most* fields."""
    values = [value for each in raw_fields.values() for value in each]
    if len(values) > most:
        raise HeadTooLarge("head_fields")
    if _CONTROL.search(b"\t".join(values)):
        raise Malformed("a header field has control characters")
    if sum(map(len, raw_fields.get(b"cookie", ()))) > LONGEST_COOKIES:
        raise HeadTooLarge("cookie_bytes")
