"""Where an HTTP/1.1 request ends, and what its head may look like (RFC 9112).

Whoever stands before us reads the same bytes.  What two programs could read in two ways is
refused here, for one of them would take a part of a body for a request.  Everything here is
pure and raises Malformed and nothing else.
"""

import re

from authsrv.core.errors import Malformed
from authsrv.wire.known import RawFields

# Section 3: one space each, a token, visible ASCII, and a version that we speak.
_REQUEST_LINE = re.compile(
    rb"([!#$%&'*+.^_`|~0-9A-Za-z-]+) ([\x21-\x7e]+) (HTTP/1\.[01])",
)
# Section 5.1: no space before the colon.  A line that continues another begins with one, and
# has no name therefore (section 5.2 would let us join them; others would not).
_TCHAR = b"!#$%&'*+-.^_`|~0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
_FIELD = re.compile(rb"([!#$%&'*+.^_`|~0-9A-Za-z-]+):[ \t]*([^\x00\r\n]*)")
# int() of thousands of digits raises, or takes its time; 10**18 bytes are enough.
_LENGTH = re.compile(rb"[0-9]{1,18}")
_STRAY = re.compile(rb"[\x00\n]|\r.", re.DOTALL)


def parse_request_line(line: bytes) -> tuple[bytes, bytes, bytes]:
    """Method, target and version of the request *line*."""
    match = _REQUEST_LINE.fullmatch(line)
    if match is None:
        raise Malformed("the request line cannot be read")
    return match[1], match[2], match[3]


def parse_field(line: bytes) -> tuple[bytes, bytes]:
    """Name, in lower case, and value of the field *line*."""
    match = _FIELD.fullmatch(line)
    if match is None:
        raise Malformed("a header field cannot be read")
    name, value = match.groups()
    return name.lower(), value.rstrip(b" \t")


def parse_fields(lines: bytes) -> RawFields:
    """The fields in *lines*, which have CR LF between them: what parse_field makes of each.

    A few looks at them all take a quarter of the time of a pattern for each.
    """
    found: RawFields = {}
    if not lines:
        return found
    every = lines.split(b"\r\n")
    strays = lines.count(b"\r") + lines.count(b"\n") - 2 * (len(every) - 1)
    names = []
    for line in every:
        name, colon, value = line.partition(b":")
        if not (name and colon):
            raise Malformed("a header field has no name")
        names.append(name)
        found.setdefault(name.lower(), []).append(value.strip(b" \t"))
    if strays or b"\0" in lines or b"".join(names).translate(None, _TCHAR):
        raise Malformed("a header field cannot be read")
    return found


def check_unended(part: bytes) -> None:
    """Raise Malformed if *part*, the beginning of a line, can never be one.

    It has had no CR LF yet.  Who ends lines with LF alone would otherwise wait for an answer.
    """
    if _STRAY.search(part):
        raise Malformed("a line has a bare CR, LF or NUL")


def body_length(version: bytes, raw_fields: RawFields) -> int | None:
    """The body's length in bytes, or None if it comes in chunks (section 6.3)."""
    lengths, codings = raw_fields.get(b"content-length"), raw_fields.get(b"transfer-encoding")
    if codings:
        if lengths:
            raise Malformed("both Content-Length and Transfer-Encoding")
        _check_codings(version, codings)
        return None
    if not lengths:
        return 0
    if len(lengths) > 1 or not _LENGTH.fullmatch(lengths[0]):
        raise Malformed("Content-Length is not one number")
    return int(lengths[0])


def keeps_open(version: bytes, raw_fields: RawFields) -> bool:
    """Whether the client lets the connection live on behind the answer (section 9.3)."""
    said = raw_fields.get(b"connection")
    if not said or version != b"HTTP/1.1":
        return version == b"HTTP/1.1"
    return b"close" not in [option.strip() for option in b",".join(said).lower().split(b",")]


def _check_codings(version: bytes, codings: list[bytes]) -> None:
    if version != b"HTTP/1.1":
        raise Malformed("Transfer-Encoding in HTTP/1.0")
    if [coding.lower() for coding in codings] != [b"chunked"]:
        raise Malformed("Transfer-Encoding is not chunked")
