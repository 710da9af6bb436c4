"""Where an HTTP/1.1 request ends: lines, fields, lengths."""

import re

from authsrv.core.errors import HeadTooLarge, Malformed, Refused
from authsrv.wire.framing import (
    body_length,
    check_unended,
    keeps_open,
    parse_field,
    parse_request_line,
)
from authsrv.wire.head import LONGEST_COOKIES, check_fields
from authsrv.wire.known import RawFields
from tests.fuzz.target import outcome, target

Fields = list[tuple[bytes, bytes]]
_NAME = rb"[!#$%&'*+.^_`|~0-9A-Za-z-]+"


@target(
    b"GET / HTTP/1.1",
    b"POST http://a/ HTTP/1.0",
    b"Host: a",
    b"x:\t y \t",
    tokens=(b"HTTP/1.1", b"HTTP/2.0", b" ", b"\t", b": ", b"\r", b"\n", b"\0", b"\x0b", b"\xa0"),
)
def line(data: bytes) -> None:
    """A line is read in one way: written again it is the same."""
    request = outcome(Malformed, parse_request_line, data)
    if not isinstance(request, Malformed):
        assert data == b" ".join(request)
        assert data.split() == [*request]
        assert request[2] in (b"HTTP/1.0", b"HTTP/1.1")
    field = outcome(Malformed, parse_field, data)
    if not isinstance(field, Malformed):
        name, value = field
        assert re.fullmatch(_NAME, name)
        assert data.lower().startswith(name + b":")
        assert value == data[len(name) + 1 :].strip(b" \t")
        assert not set(value) & set(b"\r\n\0")
        assert parse_field(name + b": " + value) == (name, value)
    stray = b"\0" in data or b"\n" in data or b"\r" in data[:-1]
    assert isinstance(outcome(Malformed, check_unended, data), Malformed) is stray


def _length(version: bytes, fields: Fields) -> int | str | None:
    """The length by RFC 9112, section 6.3; "refused" where two readers may differ."""
    lengths = [value for name, value in fields if name.lower() == b"content-length"]
    codings = [value.lower() for name, value in fields if name.lower() == b"transfer-encoding"]
    if codings:
        whole = codings == [b"chunked"] and not lengths and version == b"HTTP/1.1"
        return None if whole else "refused"
    if not lengths:
        return 0
    (first, *more) = lengths
    plain = 0 < len(first) < 19 and not first.strip(b"0123456789")
    return int(first) if plain and not more else "refused"


@target(
    b"1\nContent-Length: 3\nHost: a",
    b"0\nTransfer-Encoding: chunked",
    b"1\nContent-Length: 3\ncontent-length: 3\nConnection: keep-alive, close",
    tokens=(b"Content-Length: ", b"Transfer-Encoding: ", b"chunked", b"identity", b"Connection: ",
            b"close", b"Cookie: ", b"\n", b"+1", b"0x1", b"1_0", b", ", b"\xb2"),
)  # fmt: skip
def length(data: bytes) -> None:
    """A body's length is what every other reader takes it for, or the request is refused."""
    first, *lines = data.split(b"\n")
    version = b"HTTP/1.0" if first == b"0" else b"HTTP/1.1"
    parsed = [outcome(Malformed, parse_field, each) for each in lines]
    fields = [each for each in parsed if not isinstance(each, Malformed)]
    headers: RawFields = {}
    for name, value in fields:
        headers.setdefault(name, []).append(value)
    found = outcome(Malformed, body_length, version, headers)
    assert ("refused" if isinstance(found, Malformed) else found) == _length(version, fields)
    said = b",".join(value for name, value in fields if name.lower() == b"connection")
    closes = any(option.strip() == b"close" for option in said.lower().split(b","))
    assert keeps_open(version, headers) is (version == b"HTTP/1.1" and not closes)
    _check_bounds(headers, fields)


def _check_bounds(headers: RawFields, fields: Fields) -> None:
    said = outcome(Refused, check_fields, headers, 20)
    many = len(fields) > 20
    control = re.search(rb"[\x00-\x08\x0a-\x1f\x7f]", b"".join(value for _, value in fields))
    long = sum(len(v) for n, v in fields if n.lower() == b"cookie") > LONGEST_COOKIES
    assert isinstance(said, Malformed) is bool(control and not many)
    assert isinstance(said, HeadTooLarge) is bool(many or (long and not control))
