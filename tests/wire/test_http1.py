"""HTTP/1.1 connections: what they wait for, and for how long."""

from typing import Any

from twisted.trial.unittest import SynchronousTestCase

from authsrv.wire.limits import Limits
from authsrv.wire.reply import Reply
from tests.wire.clients import H1, H2, HOST, House, TlsTransport

NEXT = f"GET / HTTP/1.1\r\nHost: {HOST}\r\n\r\n".encode()
CHUNKED = "Transfer-Encoding: chunked"


class ChannelTests(SynchronousTestCase):
    """One HTTP/1.1 connection."""

    def test_over_tls(self) -> None:
        """A TLS client that chose http/1.1, or nothing, is served HTTP/1.1."""
        for chosen in (b"http/1.1", None):
            client = H1(House(), TlsTransport(chosen))
            client.protocol.handshakeCompleted()
            self.assertIn(b"HTTP/1.1 200 OK\r\n", client.get())

    def test_pipelined(self) -> None:
        """Requests sent together are answered in their order, one at a time."""
        house = House()
        request = f"GET /%d HTTP/1.1\r\nHost: {HOST}\r\n\r\n"
        H1(house).send((request % 1 + request % 2).encode())
        self.assertEqual(house.logged, [("/1", 200), ("/2", 200)])

    def test_idle(self) -> None:
        """A connection that idles is closed, and cut when the client does not close its side."""
        house = House(limits=Limits(idle_seconds=60))
        client = H1(house)
        client.get()
        house.clock.advance(59)
        self.assertFalse(client.closed)
        house.clock.advance(2)
        self.assertTrue(client.closed)
        self.assertFalse(client.transport.disconnected)
        house.clock.advance(21)
        self.assertTrue(client.transport.disconnected)

    def test_slow_head(self) -> None:
        """A head must be there in time; a byte a second buys none."""
        for first in (b"", b"\r\n", NEXT):
            house = House(limits=Limits(header_seconds=10))
            client = H1(house)
            client.send(first)
            client.transport.clear()
            for byte in NEXT[:9]:
                self.assertFalse(client.closed)
                client.protocol.dataReceived(bytes([byte]))
                house.clock.advance(1)
            self.assertEqual(client.received(), b"")
            house.clock.advance(1)
            self.assertTrue(client.received().startswith(b"HTTP/1.1 408 Request Timeout\r\n"))
            self.assertIn(b"Connection: close\r\n", client.received())
            self.assertTrue(client.closed)
            self.assertEqual(house.site.counters.limits, {"header_seconds": 1})
            self.assertEqual(client.send(NEXT[9:] + NEXT), b"")

    def test_nothing_comes(self) -> None:
        """A connection opened ahead of need is closed in silence."""
        house = House(limits=Limits(header_seconds=10))
        client = H1(house)
        house.clock.advance(9)
        self.assertFalse(client.closed)
        house.clock.advance(1)
        self.assertTrue(client.closed)
        self.assertEqual(house.site.counters.limits, {})
        self.assertEqual(client.received(), b"")

    def test_late_first_byte(self) -> None:
        """The first request's time runs from the connection's start, not from its first byte."""
        house = House(limits=Limits(header_seconds=10))
        client = H1(house)
        house.clock.advance(9)
        client.send(NEXT[:9])
        house.clock.advance(1)
        self.assertTrue(client.received().startswith(b"HTTP/1.1 408 "))

    def test_next_head(self) -> None:
        """The time of a later request runs from its first byte, however long it was idle."""
        house = House(limits=Limits(header_seconds=10, idle_seconds=60))
        client = H1(house)
        client.get()
        house.clock.advance(59)
        client.send(NEXT[:9])
        house.clock.advance(9)
        self.assertIn(b" 200 ", client.send(NEXT[9:]))

    def test_pipelined_head(self) -> None:
        """The time of a head that waits behind another request runs from that one's answer."""
        house = House(lambda r: None, limits=Limits(header_seconds=10))
        client = H1(house)
        client.send(NEXT + NEXT[:9])
        house.clock.advance(14)
        house.page.seen[0].send(Reply(204))
        client.transport.clear()
        house.clock.advance(9)
        self.assertFalse(client.closed)
        house.clock.advance(1)
        self.assertTrue(client.received().startswith(b"HTTP/1.1 408 "))

    def test_slow_body(self) -> None:
        """A body must be there in time, whichever its framing."""
        for field, part in (("Content-Length: 99", b"a"), (CHUNKED, b"1\r\na\r\n")):
            house = House(limits=Limits(body_seconds=20))
            client = H1(house)
            client.get("/", field, method="POST")
            for _ in range(19):
                client.protocol.dataReceived(part)
                house.clock.advance(1)
            self.assertFalse(client.closed)
            house.clock.advance(1)
            self.assertTrue(client.received().startswith(b"HTTP/1.1 408 Request Timeout\r\n"))
            self.assertTrue(client.closed)
            self.assertEqual(house.site.counters.limits, {"body_seconds": 1})
            self.assertEqual(house.page.seen, [])

    def test_answer_not_read(self) -> None:
        """A client that does not read what fills the buffer is cut; one that does is not."""
        house = House(limits=Limits(write_seconds=20))
        client = H1(house)
        client.get()
        channel: Any = client.transport.producer
        for _ in range(2):
            channel.pauseProducing()
            house.clock.advance(19)
            channel.resumeProducing()
        self.assertFalse(client.transport.disconnected)
        channel.pauseProducing()
        house.clock.advance(20)
        self.assertTrue(client.transport.disconnected)
        self.assertEqual(house.site.counters.limits, {"write_seconds": 1})
        client.leave()
        self.assertEqual(house.clock.getDelayedCalls(), [])

    def test_no_timer_left(self) -> None:
        """A connection that is gone leaves no timer behind."""
        house = House()
        client = H1(house)
        client.get("/", "Connection: close")
        client.leave()
        self.assertEqual(house.clock.getDelayedCalls(), [])

    def test_handler_is_not_idle(self) -> None:
        """A handler may be silent for longer than the idle timeout."""
        house = House(lambda r: None, limits=Limits(idle_seconds=5))
        client = H1(house)
        client.get()
        house.clock.advance(30)
        self.assertFalse(client.closed)
        house.page.seen[0].send(Reply(204))
        self.assertIn(b" 204 ", client.received())

    def test_counted(self) -> None:
        """Connections are counted while they are open, on both protocols."""
        house = House()
        clients = [H1(house), H2(house)]
        self.assertEqual(house.site.counters.connections, 2)
        clients[0].leave()
        clients[1].leave()
        self.assertEqual(house.site.counters.connections, 0)
        self.assertEqual(house.site.connections, set())
