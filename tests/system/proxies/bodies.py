"""Requests that disagree on where their bodies end, with another request where they may end.

RFC 9112, sections 6 and 7.
"""

from tests.system.proxies.case import (
    CHUNK,
    CHUNKED,
    CLOSE,
    LAST,
    UNDERSTOOD,
    Case,
    behind,
    hiding,
    hosted,
    post,
)

_LENGTH = b"Content-Length: {length}"
_INNER = b"{inner}"
#: To whom chunks count, the inner request stands behind the body.
_AFTER = LAST + _INNER
_INSIDE = CHUNK + LAST
_HELLO = b"5\r\nhello\r\n"


def _coded(field: bytes) -> tuple[bytes, bytes]:
    """A coding that some read as chunked, and others do not know."""
    return post(_LENGTH, field), _AFTER


def _uncoded(coding: bytes) -> tuple[bytes, bytes]:
    """The same without Content-Length: who does not read chunks finds no body."""
    return post(b"Transfer-Encoding: " + coding), _INSIDE


def _chunks(body: bytes) -> tuple[bytes, bytes]:
    return post(CHUNKED), body


#: Section 6.3.
_LENGTHS = {
    "length, then chunked": (post(_LENGTH, CHUNKED), _AFTER),
    "chunked, then length": (post(CHUNKED, _LENGTH), _AFTER),
    "length of the size line": (post(b"Content-Length: 4", CHUNKED), _INSIDE),
    "length 0 with chunked": (post(b"Content-Length: 0", CHUNKED), _INSIDE),
    "chunked, 1.0": (post(CHUNKED, version=b"1.0"), _INSIDE),
    "chunked, length, 1.0": (
        post(CHUNKED, _LENGTH, b"Connection: keep-alive", version=b"1.0"),
        _AFTER,
    ),
    "length twice, the same": (post(_LENGTH, _LENGTH), _INNER),
    "length 0 and another": (post(b"Content-Length: 0", _LENGTH), _INNER),
    "length and 0": (post(_LENGTH, b"Content-Length: 0"), _INNER),
    "length list, the same": (post(b"Content-Length: {length}, {length}"), _INNER),
    "length list": (post(b"Content-Length: 0, {length}"), _INNER),
    "length +": (post(b"Content-Length: +{length}"), _INNER),
    "length -": (post(b"Content-Length: -{length}"), _INNER),
    "length -0": (post(b"Content-Length: -0"), _INNER),
    "length 0x": (post(b"Content-Length: 0x{length}"), _INNER),
    "length with a space": (post(b"Content-Length: {length} 0"), _INNER),
    "length with a vertical tab": (post(b"Content-Length: \x0b{length}"), _INNER),
    "length with an underscore": (post(b"Content-Length: 0_{length}"), _INNER),
    "length empty": (post(b"Content-Length:"), _INNER),
    "length of 2**64": (post(b"Content-Length: 18446744073709551616"), _INNER),
    "length of 2**64 and more": (post(b"Content-Length: 18446744073709551620"), _INNER),
    "length folded": (post(b"Content-Length:", b" {length}"), _INNER),
    "length, space, colon": (post(b"Content-Length : {length}"), _INNER),
    "length on LF": (post(b"X: a\n" + _LENGTH), _INNER),
    "length on CR": (post(b"X: a\r" + _LENGTH), _INNER),
    "length behind NUL": (post(b"\0" + _LENGTH), _INNER),
}

#: Section 6.1; RFC 9110, section 5.1, for the names.
_CODINGS = {
    "coding, space, colon": _coded(b"Transfer-Encoding : chunked"),
    "coding, tab, colon": _coded(b"Transfer-Encoding\t: chunked"),
    "coding, vertical tab, colon": _coded(b"Transfer-Encoding\x0b: chunked"),
    "coding folded": _coded(b"Transfer-Encoding:\r\n chunked"),
    "coding on a folded line": _coded(b"X: a\r\n Transfer-Encoding: chunked"),
    "coding on LF": _coded(b"X: a\nTransfer-Encoding: chunked"),
    "coding on CR": _coded(b"X: a\rTransfer-Encoding: chunked"),
    "vertical tab before chunked": _coded(b"Transfer-Encoding: \x0bchunked"),
    "NUL behind chunked": _coded(b"Transfer-Encoding: chunked\0"),
    "xchunked": _coded(b"Transfer-Encoding: xchunked"),
    "identity and length": _coded(b"Transfer-Encoding: identity"),
    "coding empty": _coded(b"Transfer-Encoding:"),
    "quoted": _coded(b'Transfer-Encoding: "chunked"'),
    "chunked twice": _coded(b"Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked"),
    "identity": _uncoded(b"identity"),
    "chunked, chunked": _uncoded(b"chunked, chunked"),
    "chunked, identity": _uncoded(b"chunked, identity"),
    "identity, chunked": _uncoded(b"identity, chunked"),
    "gzip, chunked": _uncoded(b"gzip, chunked"),
    "chunked;q=1": _uncoded(b"chunked;q=1"),
    "comma chunked": _uncoded(b", chunked"),
    "two fields": _uncoded(b"identity\r\nTransfer-Encoding: chunked"),
}

#: Section 7.1.
_CHUNKS = {
    "size negative": _chunks(b"-5\r\nhello\r\n" + _INSIDE),
    "size with +": _chunks(b"+5\r\nhello\r\n" + _INSIDE),
    "size with 0x": _chunks(b"0x5\r\nhello\r\n" + _INSIDE),
    "size with an underscore": _chunks(b"0_5\r\nhello\r\n" + _INSIDE),
    "size no number": _chunks(b"x\r\n" + _INSIDE),
    "size empty": _chunks(b"\r\n" + _INSIDE),
    "size of many digits": _chunks(b"0" * 2000 + b"5\r\nhello\r\n" + _INSIDE),
    "space behind the size": _chunks(b"5 \r\nhello\r\n" + _INSIDE),
    "tab before the size": _chunks(b"\t5\r\nhello\r\n" + _INSIDE),
    "LF behind the size": _chunks(b"5\nhello\r\n" + _INSIDE),
    "CR behind the size": _chunks(b"5\rhello\r\n" + _INSIDE),
    "nothing behind the data": _chunks(b"5\r\nhello" + _INSIDE),
    "LF behind the data": _chunks(b"5\r\nhello\n" + _INSIDE),
    "other bytes behind the data": _chunks(b"5\r\nhelloXX" + _INSIDE),
    "data longer than said": _chunks(b"4\r\nhello\r\n" + _INSIDE),
    # Whoever ends an extension at LF reads a chunk of its own behind it.
    "LF in an extension": _chunks(b"2;\nxx\r\n{past}\r\n" + _AFTER + b"\r\n" + LAST),
    "CR in an extension": _chunks(b"5;a\rb\r\nhello\r\n" + _INSIDE),
    "NUL in an extension": _chunks(b"5;a\0b\r\nhello\r\n" + _INSIDE),
    "endless extension": _chunks(b"5;" + b"a" * 20_000 + b"\r\nhello\r\n" + _INSIDE),
    "trailer is a request": _chunks(b"0\r\n" + _INNER),
}

#: Sections 7.1.1 and 7.1.2: what is wrong stands in what most readers skip.
_SKIPPED = {
    "LF in the last extension": _chunks(_HELLO + b"0;a\nb\r\n\r\n" + _INNER),
    "trailer without a colon": _chunks(b"0\r\nX\r\n\r\n" + _INNER),
    "trailer with LF": _chunks(b"0\r\nX: a\nY: b\r\n\r\n" + _INNER),
    "trailer folded": _chunks(b"0\r\nX: a\r\n b\r\n\r\n" + _INNER),
    "trailer ends with LF": _chunks(b"0\r\n\n" + _INNER),
}

#: What never ends: the time for the body runs out.
_ENDLESS = {
    "size of 2**64": _chunks(b"10000000000000000\r\n" + _INNER),
    "length of 18 digits": (post(b"Content-Length: 999999999999999999"), _INNER),
    "no last chunk": _chunks(CHUNK),
}

#: Strange, but whole: the inner request is in the body for everybody.
_WHOLE = {
    "body holds a request": (post(_LENGTH, CLOSE), _INNER),
    "chunk holds a request": (post(CHUNKED, CLOSE), _INSIDE),
    "GET with a body": (hosted(_LENGTH, CLOSE), _INNER),
    "GET with chunks": (hosted(CHUNKED, CLOSE), _INSIDE),
    "CHUNKED": (post(b"transfer-ENCODING: CHUNKED", CLOSE), _INSIDE),
    "length with zeros": (post(b"Content-Length: 000{length}", CLOSE), _INNER),
    "Transfer_Encoding": (post(_LENGTH, b"Transfer_Encoding: chunked", CLOSE), _AFTER),
    "last chunk 000": (post(CHUNKED, CLOSE), CHUNK + b"000\r\n\r\n"),
    "extension": (post(CHUNKED, CLOSE), b"5;a=b\r\nhello\r\n" + _INSIDE),
    "trailer": (post(CHUNKED, CLOSE), CHUNK + b"0\r\nX: a\r\n\r\n"),
    "trailer with a length": (post(CHUNKED, CLOSE), CHUNK + b"0\r\nContent-Length: 5\r\n\r\n"),
    "length is an option": (post(_LENGTH, b"Connection: close, Content-Length"), _INNER),
    "coding is an option": (post(CHUNKED, b"Connection: close, Transfer-Encoding"), _INSIDE),
    "address is an option": (post(_LENGTH, b"Connection: close, X-Forwarded-For"), _INNER),
    "upgrade to h2c": (
        hosted(
            _LENGTH, b"Upgrade: h2c", b"HTTP2-Settings: AAMAAABk", b"Connection: close, Upgrade"
        ),
        _INNER,
    ),
    # RFC 9110, section 10.1.1: what is not 100-continue may be ignored.
    "expect": (post(_LENGTH, b"Expect: 100-continue", CLOSE), _INNER),
    "expect, 1.0": (post(_LENGTH, b"Expect: 100-continue", CLOSE, version=b"1.0"), _INNER),
    "expect, GET": (hosted(_LENGTH, b"Expect: 100-continue", CLOSE), _INNER),
    "expect, chunked": (post(CHUNKED, b"Expect: 100-continue", CLOSE), _INSIDE),
    "expect twice": (post(_LENGTH, *[b"Expect: 100-continue"] * 2, CLOSE), _INNER),
    "expect y 100-continue": (post(_LENGTH, b"Expect: y 100-continue", CLOSE), _INNER),
    "expect 200-ok": (post(_LENGTH, b"Expect: 200-ok", CLOSE), _INNER),
    "expect nothing": (post(_LENGTH, b"Expect:", CLOSE), _INNER),
}

#: More than the server takes; the last two are more than it reads to the end.
_LONG = {
    "body too long": (post(_LENGTH, CLOSE), b"x" * 100_000 + _INNER),
    "body far too long": (post(_LENGTH), b"x" * 2_000_000 + _INNER),
    "chunk far too long": _chunks(b"1e8480\r\n" + b"x" * 2_000_000 + b"\r\n" + _INSIDE),
}

#: The faults of others.  Go's server reads on where it should close: behind chunks that came with
#: Content-Length (section 6.1), behind chunks that are broken, and, now and then, in the middle
#: of a body that was refused before its end.  HAProxy 2.6 takes 2**64 for 0.
_SECOND = {
    "length, then chunked": "caddy",
    "chunked, then length": "caddy",
    "coding folded": "caddy",
    "coding on LF": "caddy",
    "nothing behind the data": "caddy",
    "body far too long": "caddy",
    "chunk far too long": "caddy",
    "length of 2**64": "haproxy",
}

BODIES: tuple[Case, ...] = (
    *hiding(400, _LENGTHS | _CODINGS | _CHUNKS, _SECOND),
    *behind(400, _SKIPPED),
    *hiding(408, _ENDLESS),
    *hiding(UNDERSTOOD, _WHOLE),
    *hiding(413, _LONG, _SECOND),
)
