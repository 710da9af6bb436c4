"""h2's connection where ours is stricter, or milder."""

import h2.events
from h2.errors import ErrorCodes
from hpack import Encoder
from hyperframe.frame import (
    DataFrame,
    Frame,
    GoAwayFrame,
    HeadersFrame,
    PingFrame,
    RstStreamFrame,
    SettingsFrame,
    WindowUpdateFrame,
)
from twisted.trial.unittest import SynchronousTestCase

from authsrv.wire.limits import Limits
from authsrv.wire.strict import StrictConnection
from tests.wire.clients import frames_in

PREFACE = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"
GOOD = ((":method", "POST"), (":scheme", "https"), (":authority", "a"), (":path", "/"))


class StrictCase(SynchronousTestCase):
    """A server's side, and what a client sends."""

    kind: type[StrictConnection] = StrictConnection

    def setUp(self) -> None:
        self.now = 0.0
        self.connection = self.kind(Limits(reset_burst=7), lambda: self.now)
        self.connection.initiate_connection()
        self.encoder = Encoder()
        self.feed(PREFACE + SettingsFrame(0).serialize())
        self.sent()

    def feed(self, *parts: Frame | bytes) -> list[h2.events.Event]:
        data = [it if isinstance(it, bytes) else it.serialize() for it in parts]
        return self.connection.receive_data(b"".join(data))

    def head(self, stream: int, *more: tuple[str, str], ends: bool = False) -> HeadersFrame:
        flags = ["END_HEADERS", *(["END_STREAM"] if ends else [])]
        return HeadersFrame(stream, self.encoder.encode([*GOOD, *more]), flags=flags)

    def sent(self) -> list[Frame]:
        """What the server has to say."""
        return frames_in(self.connection.data_to_send())

    def resets(self) -> list[tuple[int, int]]:
        return [(f.stream_id, f.error_code) for f in self.sent() if isinstance(f, RstStreamFrame)]

    def ends_with(self, code: ErrorCodes, *parts: Frame | bytes) -> None:
        """The connection is over, and says why."""
        try:
            self.feed(*parts)
        except Exception as error:
            self.assertEqual(getattr(error, "error_code", None), code)
        (end,) = [f for f in self.sent() if isinstance(f, GoAwayFrame)]
        self.assertEqual(end.error_code, code)


class MalformedTests(StrictCase):
    """A malformed request costs its stream."""

    def test_fields(self) -> None:
        """Fields that HTTP/2 does not have reset the stream; the next one is served."""
        events = self.feed(self.head(1, ("connection", "close"), ends=True))
        self.assertEqual([type(e) for e in events], [h2.events.StreamReset])
        self.assertEqual(self.resets(), [(1, 1)])
        events = self.feed(self.head(3, ends=True))
        self.assertIsInstance(events[0], h2.events.RequestReceived)

    def test_lengths(self) -> None:
        """So does a Content-Length that is not the body's, or that no body follows."""
        three = ("content-length", "3")
        for number, ends in ((1, True), (3, False), (5, False)):
            self.feed(self.head(number, three, ends=ends))
        self.feed(DataFrame(3, b"abcd"), DataFrame(5, b"ab", flags=["END_STREAM"]))
        self.assertEqual(self.resets(), [(1, 1), (3, 1), (5, 1)])

    def test_too_many(self) -> None:
        """Who provokes one after the other is sent away, sooner than for resets of its own."""
        heads = [self.head(n, ("connection", "close"), ends=True) for n in (1, 3, 5, 7)]
        self.ends_with(ErrorCodes.ENHANCE_YOUR_CALM, *heads)

    def test_resets_again(self) -> None:
        """What comes for a stream that was reset is not answered again, but counted."""
        self.feed(self.head(1))
        self.connection.reset_stream(1)
        self.assertEqual(self.resets(), [(1, 0)])
        self.feed(*[DataFrame(1, b"x" * 100)] * 6)
        self.assertEqual(self.resets(), [])
        self.ends_with(ErrorCodes.ENHANCE_YOUR_CALM, DataFrame(1, b"x" * 100))


class ErrorTests(StrictCase):
    """What ends a connection is called by its name."""

    def test_compression(self) -> None:
        """A field block that cannot be read is COMPRESSION_ERROR."""
        flags = ["END_HEADERS", "END_STREAM"]
        self.ends_with(ErrorCodes.COMPRESSION_ERROR, HeadersFrame(1, b"\xff\xff", flags=flags))

    def test_idle_reset(self) -> None:
        """A stream that never was cannot be reset."""
        self.ends_with(ErrorCodes.PROTOCOL_ERROR, RstStreamFrame(9))

    def test_settings(self) -> None:
        """Each setting is looked at; an acknowledgement says nothing more."""
        window = b"\0\4\xff\xff\xff\xff" + b"\0\4\0\0\1\0"
        head = len(window).to_bytes(3, "big")
        self.ends_with(ErrorCodes.FLOW_CONTROL_ERROR, head + b"\4\0\0\0\0\0" + window)
        self.setUp()
        self.ends_with(ErrorCodes.FRAME_SIZE_ERROR, b"\0\0\6\4\1\0\0\0\0" + window[:6])

    def test_first_frame(self) -> None:
        """The first frame is SETTINGS."""
        self.connection = StrictConnection(Limits(), lambda: 0.0)
        self.connection.initiate_connection()
        self.sent()
        self.ends_with(ErrorCodes.PROTOCOL_ERROR, PREFACE, PingFrame(0, b"12345678"))


class MildTests(StrictCase):
    """What hyperframe or h2 would take amiss."""

    def test_reserved_bit(self) -> None:
        """The reserved bit of WINDOW_UPDATE is no part of it."""
        update = bytearray(WindowUpdateFrame(0, window_increment=5).serialize())
        update[9] |= 0x80
        (event,) = self.feed(bytes(update))
        self.assertEqual(getattr(event, "delta", None), 5)

    def test_altsvc(self) -> None:
        """ALTSVC is for clients, whatever is in it."""
        (event,) = self.feed(b"\0\0\1\x0a\0\0\0\0\0x")
        self.assertIsInstance(event, h2.events.UnknownFrameReceived)

    def test_goaway(self) -> None:
        """A client that leaves ends nothing that runs."""
        self.feed(self.head(1))
        self.assertEqual(self.feed(GoAwayFrame(0)), [])
        self.assertTrue(self.connection.frames.client_leaves)
        (data, _) = self.feed(DataFrame(1, b"abc", flags=["END_STREAM"]))
        self.assertIsInstance(data, h2.events.DataReceived)
