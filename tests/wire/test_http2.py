"""HTTP/2 connections: settings, idling, fatal errors."""

import h2.events
from h2.settings import SettingCodes
from hyperframe.frame import ContinuationFrame, GoAwayFrame, HeadersFrame, PingFrame
from twisted.internet.defer import Deferred
from twisted.trial.unittest import SynchronousTestCase

from authsrv.wire.limits import Limits
from authsrv.wire.reply import Reply
from authsrv.wire.request import Request
from tests.wire.clients import H2, HOST, House, TlsTransport


class ConnectionTests(SynchronousTestCase):
    """One HTTP/2 connection."""

    def test_settings(self) -> None:
        """The limits are advertised."""
        client = H2(House(limits=Limits(streams=7, head_bytes=9000)))
        settings = client.conn.remote_settings
        self.assertEqual(settings[SettingCodes.MAX_CONCURRENT_STREAMS], 7)
        self.assertEqual(settings[SettingCodes.MAX_HEADER_LIST_SIZE], 9000)

    def test_settings_before_the_client_speaks(self) -> None:
        """The server's settings are out as soon as the handshake is done."""
        client = H2(House())
        self.assertEqual(len(client.of(h2.events.RemoteSettingsChanged)), 1)

    def test_long_header_list(self) -> None:
        """A header list over the limit ends the connection, and no page runs."""
        house = House(limits=Limits(head_bytes=1000))
        client = H2(house)
        client.request(x_long="a" * 2000)
        client.flush()
        self.assertEqual(len(client.of(h2.events.ConnectionTerminated)), 1)
        self.assertEqual(house.page.seen, [])

    def test_backpressure(self) -> None:
        """The transport can pause the connection."""
        client = H2(House())
        self.assertIsNotNone(client.transport.producer)

    def test_many_streams(self) -> None:
        """Streams that are sent together are all answered whole."""
        house = House(lambda r: r.send(Reply(200, (), r.text_path.encode() * 3000)))
        client = H2(house)
        streams = [client.request(f"/{n}") for n in range(9)]
        for _ in range(30):
            client.flush()
            for event in client.of(h2.events.DataReceived):
                client.conn.acknowledge_received_data(event.flow_controlled_length, event.stream_id)
                event.flow_controlled_length = 0
        for n, stream in enumerate(streams):
            self.assertEqual(client.body(stream), f"/{n}".encode() * 3000)
            self.assertTrue(client.ended(stream))

    def test_fatal_error_closes(self) -> None:
        """After a fatal error TCP is closed: we are no producer that TLS would wait for."""
        house = House()
        client = H2(house)
        data_on_stream_0 = b"\0\0\1\0\0\0\0\0\0x"
        client.protocol.dataReceived(data_on_stream_0)
        client.read()
        self.assertEqual(client.of(h2.events.ConnectionTerminated)[0].error_code, 1)
        self.assertTrue(client.closed)
        self.assertIsNone(client.transport.producer)
        house.clock.advance(16)
        self.assertTrue(client.transport.disconnected)
        client.leave()
        self.assertEqual(house.clock.getDelayedCalls(), [])

    def test_client_says_goodbye(self) -> None:
        """A client's GOAWAY closes the connection for good."""
        house = House()
        client = H2(house)
        client.conn.close_connection()
        client.flush()
        self.assertTrue(client.closed)
        self.assertIsNone(client.transport.producer)

    def test_idle(self) -> None:
        """A connection that idles is told so and closed, and cut if the client stays."""
        house = House(limits=Limits(idle_seconds=60))
        client = H2(house)
        house.clock.advance(61)
        client.read()
        self.assertEqual(client.of(h2.events.ConnectionTerminated)[0].error_code, 0)
        self.assertTrue(client.closed)
        self.assertIsNone(client.transport.producer)
        house.clock.advance(16)
        self.assertTrue(client.transport.disconnected)

    def test_handler_is_not_idle(self) -> None:
        """A handler that works in silence does not cost the client its connection."""
        waiting: Deferred[Reply] = Deferred()
        house = House(
            lambda r: _wait(r, waiting, house), limits=Limits(idle_seconds=5, handler_seconds=99)
        )
        client = H2(house)
        stream = client.request()
        client.flush()
        house.clock.pump([4] * 10)
        self.assertFalse(client.closed)
        waiting.callback(Reply(200, (), b"late"))
        client.flush()
        self.assertEqual(client.body(stream), b"late")
        house.clock.pump([4] * 3)
        self.assertTrue(client.closed)

    def test_ping_is_idle(self) -> None:
        """PING and the like keep no connection."""
        house = House(limits=Limits(idle_seconds=5))
        client = H2(house)
        for _ in range(6):
            house.clock.advance(1)
            client.protocol.dataReceived(PingFrame(0, b"12345678").serialize())
        self.assertTrue(client.closed)

    def test_frames_after_the_end(self) -> None:
        """What a client sends behind a fatal error raises nothing."""
        client = H2(House())
        client.protocol.dataReceived(GoAwayFrame(0).serialize())
        client.protocol.dataReceived(b"nonsense" * 50)
        self.assertTrue(client.closed)

    def test_expectation_and_reset_in_the_same_read(self) -> None:
        """A request that expects 100 and is reset in its own read costs the others nothing."""
        client = H2(House())
        gone = client.request("/gone", method="POST", end=False, expect="100-continue")
        client.conn.reset_stream(gone)
        kept = client.request("/kept")
        client.flush()
        self.assertEqual(client.body(kept), b"hello")

    def test_goaway_behind_a_request(self) -> None:
        """What runs when the client says GOAWAY is answered; then the connection closes."""
        client = H2(House())
        client.request()
        data = client.conn.data_to_send() + GoAwayFrame(0).serialize()
        self.assertIn(b"hello", client.send(data))
        self.assertTrue(client.closed)

    def test_frames_long_after_the_end(self) -> None:
        """Who sends on and on behind a fatal error is cut off: reading it costs, too."""
        client = H2(House())
        client.protocol.dataReceived(b"\0\0\1\0\0\0\0\0\0x")
        for _ in range(17):
            self.assertFalse(client.transport.disconnected)
            client.protocol.dataReceived(bytes(65536))
        self.assertTrue(client.transport.disconnected)

    def test_answer_in_the_turn_of_the_idle_timer(self) -> None:
        """An answer that is finished when the idle timer would be due arrives."""
        waiting: Deferred[Reply] = Deferred()
        house = House(
            lambda r: _wait(r, waiting, house), limits=Limits(idle_seconds=5, handler_seconds=99)
        )
        client = H2(house)
        stream = client.request()
        client.flush()
        house.clock.callLater(4.999, waiting.callback, Reply(200, (), b"late"))
        house.clock.advance(6)
        client.flush()
        self.assertEqual(client.body(stream), b"late")

    def test_reset_in_the_same_read(self) -> None:
        """A request that is reset in its own read costs the others nothing."""
        house = House()
        client = H2(house)
        gone, kept = client.request("/gone"), client.request("/kept")
        client.conn.reset_stream(gone)
        client.flush()
        self.assertEqual(client.body(kept), b"hello")
        self.assertEqual([r.text_path for r in house.page.seen], ["/kept"])
        self.assertEqual(client.body(client.request("/later")), b"")
        client.flush()
        self.assertEqual(len(house.page.seen), 2)

    def test_connect_without_path(self) -> None:
        """CONNECT, which has no :path, is refused alone."""
        house = House()
        client = H2(house)
        stream = client.conn.get_next_available_stream_id()
        client.conn.send_headers(
            stream, [(":method", "CONNECT"), (":authority", HOST)], end_stream=True
        )
        kept = client.request()
        client.flush()
        self.assertEqual(client.status(stream), "405")
        self.assertIn("GET", client.headers(stream)["allow"])
        self.assertEqual(client.body(kept), b"hello")


class PatienceTests(SynchronousTestCase):
    """How long a client may take; no frame in between prolongs it."""

    def setUp(self) -> None:
        self.house = House(limits=Limits(header_seconds=10, body_seconds=20, idle_seconds=60))
        self.client = H2(self.house)

    def _ping(self, every: float, times: int) -> None:
        for _ in range(times):
            self.house.clock.advance(every)
            self.client.conn.ping(b"12345678")
            self.client.flush()

    def test_no_preface(self) -> None:
        """Who has agreed on HTTP/2 and says nothing is cut off."""
        protocol = self.house.site.buildProtocol(None)
        transport = TlsTransport()
        protocol.makeConnection(transport)
        protocol.handshakeCompleted()
        self.house.clock.advance(10)
        self.assertTrue(transport.disconnecting)

    def test_trickled_frame(self) -> None:
        """A frame that comes byte by byte has to end in time."""
        data = HeadersFrame(1, data=b"x" * 100).serialize()
        for n in range(11):
            self.client.protocol.dataReceived(data[n : n + 1])
            self.house.clock.advance(0.99)
        self.client.read()
        (end,) = self.client.of(h2.events.ConnectionTerminated)
        self.assertEqual(end.error_code, 11)
        self.assertEqual(self.house.site.counters.limits, {"header_seconds": 1})

    def test_trickled_header_block(self) -> None:
        """So has a header block, whatever its CONTINUATIONs do."""
        self.client.protocol.dataReceived(HeadersFrame(1).serialize())
        for _ in range(4):
            self.house.clock.advance(2.6)
            self.client.protocol.dataReceived(ContinuationFrame(1).serialize())
        self.assertTrue(self.client.closed)

    def test_a_frame_after_the_other(self) -> None:
        """Each frame has its own time, however they are cut."""
        data = PingFrame(0, b"12345678").serialize() * 20
        for n in range(0, len(data), 10):
            self.client.protocol.dataReceived(data[n : n + 10])
            self.house.clock.advance(1)
        self.assertFalse(self.client.closed)

    def test_body(self) -> None:
        """A body that does not end in time: 408, a reset without an error, the others live on."""
        late = self.client.request("/late", method="POST", end=False)
        self.client.flush()
        self._ping(2, 10)
        self.assertEqual(self.client.status(late), "408")
        self.assertTrue(self.client.ended(late))
        self.house.clock.advance(1)
        self.client.read()
        self.assertEqual([e.error_code for e in self.client.of(h2.events.StreamReset)], [0])
        other = self.client.request()
        self.client.flush()
        self.assertEqual(self.client.body(other), b"hello")
        self.assertEqual(self.house.site.counters.limits, {"body_seconds": 1})

    def test_body_in_time(self) -> None:
        """One that does is answered, and nothing strikes later."""
        stream = self.client.request(method="POST", end=False)
        self.client.flush()
        self.house.clock.advance(19)
        self.client.conn.send_data(stream, b"abc", end_stream=True)
        self.client.flush()
        self._ping(1, 5)
        self.assertEqual(self.client.body(stream), b"hello")
        self.assertEqual(self.house.site.counters.limits, {})

    def test_nothing_left_behind(self) -> None:
        """A client that leaves in the middle leaves no timer."""
        self.client.request(method="POST", end=False)
        self.client.flush()
        self.client.protocol.dataReceived(b"\0")
        self.client.leave()
        self.assertEqual(self.house.clock.getDelayedCalls(), [])


def _wait(request: Request, waiting: "Deferred[Reply]", house: House) -> None:
    async def work() -> Reply:
        return await waiting

    request.drive(work(), house.explain)
