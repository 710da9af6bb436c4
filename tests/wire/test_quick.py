"""The short ways of HTTP/2 lead where the long ones do."""

from h2.errors import ErrorCodes
from h2.exceptions import StreamClosedError, TooManyStreamsError
from hyperframe.frame import DataFrame, HeadersFrame, RstStreamFrame, WindowUpdateFrame

from authsrv.wire.limits import Limits
from authsrv.wire.lines import ReplyHead, date, fields, length
from authsrv.wire.quick import QuickConnection
from authsrv.wire.strict import StrictConnection
from tests.wire.test_strict import StrictCase

HEAD = ReplyHead(200, date(0), fields((("X-One", "1"), ("Set-Cookie", "a=b"))), length(5))


class QuickCase(StrictCase):
    """A server's side with short ways."""

    kind: type[StrictConnection] = QuickConnection
    connection: QuickConnection
    GET = ((":method", "GET"), (":scheme", "https"), (":authority", "a"), (":path", "/"))

    def get(self, stream: int, *more: tuple[str, str]) -> HeadersFrame:
        block = self.encoder.encode([*self.GET, *more])
        return HeadersFrame(stream, block, flags=["END_HEADERS", "END_STREAM"])


def long_way() -> StrictConnection:
    """Another server that has been asked the same, where h2 does it all."""
    other = QuickCase("run")
    other.kind = StrictConnection
    other.setUp()
    other.feed(other.get(1))
    other.sent()
    return other.connection


class AgainTests(QuickCase):
    """A request that comes again, byte for byte."""

    def events(self, frame: HeadersFrame) -> list[tuple[str, object]]:
        return [(type(it).__name__, getattr(it, "headers", None)) for it in self.feed(frame)]

    def test_same(self) -> None:
        """It is the same request on another stream, however often it comes."""
        first, *others = (self.events(self.get(n, ("x-one", "1"))) for n in (1, 3, 5, 7))
        self.assertEqual([kind for kind, _ in first], ["WholeRequest"])
        self.assertEqual(others, [first] * 3)
        self.assertEqual(self.connection.open_inbound_streams, 4)

    def test_malformed(self) -> None:
        """One that is malformed is refused each time."""
        for stream in (1, 3, 5):
            self.feed(self.get(stream, ("connection", "close")))
            self.assertEqual(self.resets(), [(stream, ErrorCodes.PROTOCOL_ERROR)])

    def test_on_a_used_stream(self) -> None:
        """A known request on a stream that has had one ends that stream, as ever."""
        for stream in (1, 3, 3):
            self.feed(self.get(stream))
        self.assertEqual(self.resets(), [(3, ErrorCodes.STREAM_CLOSED)])

    def test_as_trailers(self) -> None:
        """A known request is no trailers."""
        for stream in (1, 3):
            self.feed(self.get(stream))
        self.feed(self.head(5))
        self.sent()
        self.feed(self.get(5))
        self.assertEqual(self.resets(), [(5, ErrorCodes.PROTOCOL_ERROR)])

    def test_on_a_wrong_stream(self) -> None:
        """A known request on a stream that clients do not have is a connection error."""
        for stream in (1, 3):
            self.feed(self.get(stream))
        self.sent()
        self.ends_with(ErrorCodes.PROTOCOL_ERROR, self.get(8))

    def test_too_many(self) -> None:
        """Known requests are counted like others."""
        limits = Limits(reset_burst=7)
        with self.assertRaises(TooManyStreamsError):
            for number in range(limits.streams + limits.reset_burst + 1):
                self.feed(self.get(2 * number + 1))

    def test_promised_body(self) -> None:
        """One that promises a body and ends is malformed, each time (RFC 9113, section 8.1.1)."""
        for stream in (1, 3, 5):
            self.feed(self.get(stream, ("content-length", "5")))
            self.assertEqual(self.resets(), [(stream, ErrorCodes.PROTOCOL_ERROR)])
        self.assertEqual(self.events(self.get(7, ("content-length", "0")))[0][0], "WholeRequest")

    def test_state(self) -> None:
        """Its stream stands where h2 would have put it."""
        self.feed(self.get(1), self.get(3), self.get(5))
        there = long_way().streams[1]
        for stream in self.connection.streams.values():
            self.assertEqual(
                vars(stream.state_machine) | {"stream_id": 1}, vars(there.state_machine)
            )
            self.assertEqual(stream.max_outbound_frame_size, there.max_outbound_frame_size)
            self.assertEqual(
                (stream.inbound_flow_control_window, stream.outbound_flow_control_window),
                (there.inbound_flow_control_window, there.outbound_flow_control_window),
            )
        self.assertEqual(self.connection.highest_inbound_stream_id, 5)

    def test_after_the_end(self) -> None:
        """One behind our GOAWAY is nothing that h2 would take."""
        self.feed(self.get(1), self.get(3))
        self.connection.close_connection()
        self.sent()
        self.ends_with(ErrorCodes.PROTOCOL_ERROR, self.get(5))


class AnswerTests(QuickCase):
    """What an answer is on the wire, and what becomes of its stream."""

    def test_whole(self) -> None:
        """Head and body are the bytes that h2 would send; the windows and the stream, too."""
        self.feed(self.get(1))
        other = long_way()
        other.send_headers(1, HEAD.pairs())
        other.send_data(1, b"hello", end_stream=True)
        self.assertTrue(self.connection.answer_whole(1, HEAD, b"hello"))
        self.assertEqual(self.connection.data_to_send(), other.data_to_send())
        self.assertEqual(
            self.connection.outbound_flow_control_window, other.outbound_flow_control_window
        )
        self.assertEqual((self.connection.open_inbound_streams, other.open_inbound_streams), (0, 0))
        self.assertEqual(self.connection._closed_streams, other._closed_streams)

    def test_head(self) -> None:
        """A head alone, with the end of its stream or without."""
        for ends in (False, True):
            with self.subTest(ends=ends):
                self.setUp()
                self.feed(self.get(1))
                other = long_way()
                other.send_headers(1, HEAD.pairs(), end_stream=ends)
                self.connection.answer(1, HEAD.pairs(), ends=ends)
                self.assertEqual(self.connection.data_to_send(), other.data_to_send())
                self.assertEqual(self.connection.open_inbound_streams, int(not ends))

    def test_in_pieces(self) -> None:
        """A head longer than a frame goes on in others."""
        self.feed(self.get(1))
        long = [(b":status", b"200"), *[(b"x-%d" % n, b"\x7f" * 3000) for n in range(9)]]
        self.connection.answer(1, long, ends=True)
        first, *others = self.sent()
        self.assertEqual([type(it).__name__ for it in others], ["ContinuationFrame"] * len(others))
        self.assertGreater(len(others), 0)
        self.assertEqual(first.flags, {"END_STREAM"})
        self.assertEqual([bool(it.flags) for it in others], [*[False] * (len(others) - 1), True])

    def test_no_room(self) -> None:
        """What the client's windows do not hold is not begun."""
        self.feed(self.get(1), self.get(3))
        for window in (self.connection, self.connection.streams[1]):
            with self.subTest(window=type(window).__name__):
                before, window.outbound_flow_control_window = 65535, 4
                self.assertFalse(self.connection.answer_whole(1, HEAD, b"hello"))
                window.outbound_flow_control_window = before
        self.assertFalse(self.connection.answer_whole(1, HEAD, bytes(16385)))
        self.assertEqual(self.sent(), [])
        self.assertTrue(self.connection.answer_whole(1, HEAD, bytes(16384)))

    def test_while_the_body_comes(self) -> None:
        """An answer to a request that has not ended closes our half alone."""
        self.feed(self.head(1))
        self.assertTrue(self.connection.answer_whole(1, HEAD, b"hello"))
        self.assertEqual(self.connection.open_inbound_streams, 1)
        self.feed(DataFrame(1, b"x", flags=["END_STREAM"]))
        self.assertEqual(self.connection.open_inbound_streams, 0)

    def test_after_the_answer(self) -> None:
        """What a client sends about an answered stream ends nothing else, and it has no second."""
        self.feed(self.get(1))
        self.connection.answer_whole(1, HEAD, b"hello")
        self.sent()
        self.assertEqual(self.feed(WindowUpdateFrame(1, window_increment=5)), [])
        self.assertEqual(self.feed(RstStreamFrame(1)), [])
        with self.assertRaises(StreamClosedError):
            self.connection.answer_whole(1, HEAD, b"hello")
        self.assertEqual(self.sent(), [])
        self.ends_with(ErrorCodes.STREAM_CLOSED, self.get(1))
