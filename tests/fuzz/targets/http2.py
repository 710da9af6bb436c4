"""Bytes and frames into a whole HTTP/2 connection."""

from collections.abc import Callable

from hpack import Decoder, Encoder
from hyperframe.frame import Frame, HeadersFrame

from authsrv.wire.http2 import Connection
from tests.fuzz.draw import Draw
from tests.fuzz.house import EchoHouse, unharmed
from tests.fuzz.target import target
from tests.wire.clients import H1, HOST, TlsTransport

PREFACE = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"
SETTINGS = b"\x00\x00\x00\x04\x00\x00\x00\x00\x00"
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
_SECONDS = (0, 1, 11, 21, 61)


def frame(kind: int, stream: int, payload: bytes = b"", flags: int = 0) -> bytes:
    """Any frame at all."""
    return len(payload).to_bytes(3) + bytes((kind, flags)) + stream.to_bytes(4) + payload


class Talk:
    """One connection, and what is told to it; :meth:`flush` is one read of the server's."""

    def __init__(self) -> None:
        self.house = EchoHouse()
        self.client = H1(self.house, TlsTransport())
        self.client.protocol.handshakeCompleted()
        self.encoder = Encoder()
        self.waiting = PREFACE + SETTINGS

    @property
    def connection(self) -> Connection:
        """The server's end."""
        channel = self.client.protocol._channel
        assert isinstance(channel, Connection)
        return channel

    def flush(self) -> None:
        """Send what waits."""
        data, self.waiting = self.waiting, b""
        self.client.protocol.dataReceived(data)
        self.house.turn()

    def end(self) -> None:
        """Send what waits, read what came, leave."""
        self.flush()
        self.house.turn()
        check_frames(self.client.received())
        self.client.leave()
        self.house.close()


def check_frames(written: bytes) -> None:
    """*written* is whole frames, and none of its answers says that it is our fault."""
    decoder = Decoder()
    decoder.max_allowed_table_size = 2**32
    while written:
        found, length = Frame.parse_frame_header(memoryview(written[:9]))
        assert len(written) >= 9 + length
        found.parse_body(memoryview(written[9 : 9 + length]))
        written = written[9 + length :]
        if isinstance(found, HeadersFrame):
            (_, status), *_ = decoder.decode(found.data, raw=True)
            assert status != b"500"


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


_MOVES: tuple[Callable[[Talk, Draw], bytes], ...] = (
    _request, _any_fields, _block, _data, _reset, _window, _setting, _any_frame, _ping, _read,
    _wait, _fill,
)  # fmt: skip


@target(
    bytes((0, 0, 0, 0, 1, 9)),
    bytes((0, 1, 0, 0, 0, 9, 3, 0, 5, 1, 1, 9)),
    bytes((0, 1, 0, 0, 0, 3, 0, 200, 2, 0, 4, 0, 0, 0, 0, 8)),
    bytes((6, 4, 0, 0, 0, 0, 0, 1, 9, 5, 0, 0, 10, 3)),
    bytes((0, 0, 0, 0, 1, 0, 0, 0, 1, 1, 11, 1, 10, 3, 11, 0)),
    bytes((1, 4, 0, 0, 1, 5, 2, 9, 3, 10, 0, 5, 7, 7, 0, 0, 5)),
    bytes((7, 1, 0, 3, 1, 2, 3, 4, 2, 0, 0, 3, 0x82, 0x84, 0x86, 4)),
    longest=400,
)
def frames(data: bytes) -> None:
    """Whatever frames in whatever order: nothing breaks, and nothing is left of them."""
    draw = Draw(data)
    with unharmed():
        talk = Talk()
        while draw:
            talk.waiting += draw.one(_MOVES)(talk, draw)
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
