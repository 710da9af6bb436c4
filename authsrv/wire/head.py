"""The header fields of a request, checked and bounded (RFC 9110, section 5; RFC 9113, 8.2)."""

from authsrv.core.errors import HeadTooLarge, Malformed
from authsrv.wire.known import RawFields

#: All Cookie fields of a request together, in bytes; browsers hold 4 KiB a cookie.
LONGEST_COOKIES = 8192

# RFC 9110, section 5.5: CTL except tab is invalid in a field value.
_CONTROL = bytes({*range(0x20), 0x7F} - {0x09})


def check_fields(raw_fields: RawFields, most: int) -> None:
    """Raise Malformed for control characters, HeadTooLarge for more than *most* fields."""
    values = [value for each in raw_fields.values() for value in each]
    if len(values) > most:
        raise HeadTooLarge("head_fields")
    joined = b"\t".join(values)
    # As a pattern it would take ten times longer.
    if len(joined.translate(None, _CONTROL)) != len(joined):
        raise Malformed("a header field has control characters")
    if sum(map(len, raw_fields.get(b"cookie", ()))) > LONGEST_COOKIES:
        raise HeadTooLarge("cookie_bytes")
