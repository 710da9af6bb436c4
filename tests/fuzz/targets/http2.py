"""Bytes and frames into a whole HTTP/2 connection."""

from collections.abc import Callable

from hpack import Encoder

from tests.fuzz.draw import Draw
from tests.fuzz.house import unharmed
from tests.fuzz.talk import GOOD, Talk, frame
from tests.fuzz.target import target
from tests.wire.clients import HOST

DATA, HEADERS, PRIORITY, RST, SETTING, PUSH, PING, GOAWAY, WINDOW, CONTINUATION = range(10)
END_STREAM, END_HEADERS = 1, 4
_NAMES = (
    ":method", ":path", ":scheme", ":authority", ":status", ":protocol", "host", "cookie", "te",
    "connection", "content-length", "expect", "transfer-encoding", "x", "X", "", "a b",
)  # fmt: skip
_VALUES = (
    "GET", "POST", "CONNECT", "TRACE", "HEAD", "/", "/a?b", "*", "http://x/", "https", HOST,
    "x.test", "0", "3", "chunked", "trailers", "100-continue", "a\r\nb: c", "\0", "", " x ", "é",
)  # fmt: skip
#: No stream of a move, but the last there is.
_UNUSED = 101
_SECONDS = (0, 1, 11, 21, 61)


def _stream(draw: Draw) -> int:
    return (1, 3, 5, 7, 0, 2, 9, 2**31 - 1)[draw.number() % 8]


def _flags(draw: Draw) -> int:
    return draw.number() & 0x2D


def _request(talk: Talk, draw: Draw) -> bytes:
    """A good request, with a field more."""
    method = draw.one(("GET", "POST", "HEAD"))
    fields = [(":method", method), (":scheme", "https"), (":authority", HOST), (":path", "/a?b")]
    if draw.number() % 2:
        fields.append((draw.one(_NAMES), draw.one(_VALUES)))
    stream, ends = _stream(draw), draw.number() % 2
    return frame(HEADERS, stream, talk.encoder.encode(fields), END_HEADERS | ends)


def _any_fields(talk: Talk, draw: Draw) -> bytes:
    """Any fields: a request, trailers, or nothing of the kind."""
    fields = [(draw.one(_NAMES), draw.one(_VALUES)) for _ in range(draw.number() % 7)]
    return frame(HEADERS, _stream(draw), talk.encoder.encode(fields), _flags(draw))


def _block(talk: Talk, draw: Draw) -> bytes:
    """Any bytes in place of compressed fields."""
    kind = draw.one((HEADERS, CONTINUATION))
    return frame(kind, _stream(draw), draw.bytes(draw.number()), _flags(draw))


def _data(talk: Talk, draw: Draw) -> bytes:
    return frame(DATA, _stream(draw), bytes(draw.number() * draw.one((0, 1, 64))), _flags(draw))


def _reset(talk: Talk, draw: Draw) -> bytes:
    return frame(RST, _stream(draw), draw.bytes(4).ljust(4, b"\0"))


def _window(talk: Talk, draw: Draw) -> bytes:
    step = draw.one((1, 100, 2**16, 2**31 - 1, 0, 2**31 + 1))
    return frame(WINDOW, _stream(draw), step.to_bytes(4))


def _setting(talk: Talk, draw: Draw) -> bytes:
    code, most = draw.number() % 9, draw.one((0, 1, 100, 16384, 65535, 2**24 - 1, 2**31, 2**32 - 1))
    return frame(SETTING, 0, code.to_bytes(2) + most.to_bytes(4))


def _any_frame(talk: Talk, draw: Draw) -> bytes:
    kind = draw.number() % 14
    return frame(kind, _stream(draw), draw.bytes(draw.number() % 40), draw.number())


def _ping(talk: Talk, draw: Draw) -> bytes:
    return frame(PING, 0, bytes(8), draw.number() % 2)


def _read(talk: Talk, draw: Draw) -> bytes:
    talk.flush()
    return b""


def _wait(talk: Talk, draw: Draw) -> bytes:
    talk.flush()
    talk.house.clock.advance(draw.one(_SECONDS))
    return b""


def _fill(talk: Talk, draw: Draw) -> bytes:
    """The client does not read, or reads again."""
    talk.flush()
    if draw.number() % 2:
        talk.connection.pauseProducing()
    else:
        talk.connection.resumeProducing()
    return b""


def _upload(talk: Talk, draw: Draw) -> bytes:
    """More than is swallowed."""
    stream = _stream(draw)
    for _ in range(draw.one((1, 66))):
        talk.waiting += frame(DATA, stream, bytes(16384))
        talk.flush()
    return b""


def _shut(talk: Talk, draw: Draw) -> bytes:
    """The server shall stop."""
    talk.flush()
    talk.client.protocol.drain()
    return b""


_MOVES: tuple[Callable[[Talk, Draw], bytes], ...] = (
    _request, _any_fields, _block, _data, _reset, _window, _setting, _any_frame, _ping, _read,
    _wait, _fill, _upload, _shut,
)  # fmt: skip


# The first number of a move is its place in _MOVES.
@target(
    # A GET, read; a POST with a body in two reads.
    bytes((0, 0, 0, 0, 1, 9)),
    bytes((0, 1, 0, 0, 0, 9, 3, 0, 5, 1, 1, 9)),
    # A GET and its reset in one read; the same of one that waits for 100.
    bytes((0, 0, 0, 0, 1, 4, 0, 0, 0, 0, 8)),
    bytes((0, 0, 1, 11, 16, 0, 1, 4, 0, 0, 0, 0, 8)),
    # One stream too many, with its body in the same read.
    bytes((0, 1, 0, 0, 0, 0, 1, 0, 1, 0, 0, 1, 0, 2, 0, 0, 1, 0, 3, 0, 3, 3, 5, 1, 1)),
    # An upload that is cut off, and goes on.
    bytes((0, 1, 0, 0, 0, 12, 0, 1, 3, 0, 5, 1, 1)),
    # A window of one byte, opened later; a client that does not read for a while.
    bytes((6, 4, 1, 0, 0, 0, 0, 1, 9, 5, 0, 0, 10, 1, 5, 0, 2)),
    bytes((0, 0, 0, 0, 1, 0, 0, 0, 1, 1, 11, 1, 10, 3, 11, 0)),
    # Trailers, CONTINUATION, and frames nobody knows; a server that stops.
    bytes((0, 1, 0, 0, 0, 1, 1, 13, 0, 0, 5, 2, 1, 0, 3, 1, 2, 3, 4, 7, 13, 0, 3, 1, 2, 3, 0)),
    bytes((0, 1, 0, 0, 0, 13, 10, 1, 3, 0, 5, 1, 1, 0, 0, 0, 1, 1)),
    longest=400,
)
def frames(data: bytes) -> None:
    """Whatever frames in whatever order: nothing breaks, and the next request is answered."""
    draw = Draw(data)
    with unharmed():
        talk = Talk()
        while draw:
            said = draw.one(_MOVES)(talk, draw)
            talk.waiting += said
        talk.flush()
        assert talk.has_ended or talk.answers(_UNUSED, GOOD)
        talk.end()


@target(
    frame(SETTING, 0, b"\0\4\0\0\0\1") + frame(HEADERS, 1, b"\x82\x87\x84", 5),
    frame(HEADERS, 1, b"\x82\x87\x84\x41\x11" + HOST.encode(), 5) + frame(PING, 0, bytes(8)),
    frame(HEADERS, 1, b"\x83\x87\x84\x41\x11" + HOST.encode(), 4) + frame(DATA, 1, b"abc", 1),
    tokens=(b"\x41\x11" + HOST.encode(), b"\x82\x87\x84", b"\x00\x00\x00\x01", b"\x00\x00\x04\x08",
            b"\x00\x00\x08\x06\x00\x00\x00\x00\x00", b"\x3f\xe1\xff\x03", b"\x0f\x0d"),
)  # fmt: skip
def stream(data: bytes) -> None:
    """Whatever bytes behind the preface."""
    with unharmed():
        talk = Talk()
        talk.waiting += data
        talk.end()


@target(
    b"\x82\x87\x84\x41\x11" + HOST.encode(),
    b"\x40\x01a\x01b\x82\xbe\x3f\x00",
    Encoder().encode([(":method", "POST"), (":path", "/a%20b?c"), ("cookie", "a=b")]),
    tokens=(
        b"\x3f\xe1\xff\xff\xff\x0f",
        b"\x20",
        b"\xbe",
        b"\x41\x11" + HOST.encode(),
        b"\x7f\xff",
    ),
    longest=600,
)
def head(data: bytes) -> None:
    """Whatever compressed fields: a request of them is answered, or the connection ends."""
    with unharmed():
        talk = Talk()
        talk.waiting += frame(HEADERS, 1, data, END_STREAM | END_HEADERS)
        talk.flush()
        talk.waiting += frame(HEADERS, 3, data, END_STREAM | END_HEADERS)
        talk.end()
