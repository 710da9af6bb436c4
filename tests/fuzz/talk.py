"""One side of an HTTP/2 connection that says whatever it is told to."""

from collections.abc import Iterator

from hpack import Decoder, Encoder
from hyperframe.frame import Frame, GoAwayFrame, HeadersFrame, RstStreamFrame

from authsrv.wire.http2 import Connection
from authsrv.wire.limits import Limits
from tests.fuzz.house import EchoHouse
from tests.wire.clients import H1, HOST, TlsTransport

#: A GET that needs nothing of what was compressed before (RFC 7541, section 6.2.2).
GOOD = b"\x82\x87\x84\x01\x11" + HOST.encode()
#: So few that they are reached.
FEW = Limits(body_bytes=1000, streams=3, requests=8)
PREFACE = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"
SETTINGS = b"\x00\x00\x00\x04\x00\x00\x00\x00\x00"


def frame(kind: int, stream: int, payload: bytes = b"", flags: int = 0) -> bytes:
    """Any frame at all."""
    return len(payload).to_bytes(3) + bytes((kind, flags)) + stream.to_bytes(4) + payload


class Talk:
    """A connection to a house; what is *waiting* is one read of the server's."""

    def __init__(self) -> None:
        self.house = EchoHouse(limits=FEW)
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

    @property
    def has_ended(self) -> bool:
        """Whether the server has said that this is the end, or has closed."""
        transport = self.client.transport
        said = any(isinstance(each, GoAwayFrame) for each in self.frames())
        return said or transport.disconnecting or transport.disconnected

    def answers(self, stream: int, head: bytes) -> bool:
        """Whether a request with the block *head* is answered or refused, or all ends with it."""
        self.connection.resumeProducing()
        self.waiting += frame(1, stream, head, flags=5)
        self.flush()
        kinds = [type(each) for each in self.frames() if each.stream_id == stream]
        return HeadersFrame in kinds or RstStreamFrame in kinds or self.has_ended

    def frames(self) -> Iterator[Frame]:
        """What the server has written: whole frames, with heads that can be read."""
        written = self.client.received()
        decoder = Decoder()
        # As large a table as the client has ever allowed.
        decoder.max_allowed_table_size = 2**32
        while written:
            found, length = Frame.parse_frame_header(memoryview(written[:9]))
            assert len(written) >= 9 + length
            found.parse_body(memoryview(written[9 : 9 + length]))
            written = written[9 + length :]
            if isinstance(found, HeadersFrame):
                (_, status), *_ = decoder.decode(found.data, raw=True)
                assert status != b"500"
            yield found

    def end(self) -> None:
        """Send what waits, and leave."""
        self.flush()
        self.house.turn()
        assert [*self.frames()]
        self.client.leave()
        self.house.close()
