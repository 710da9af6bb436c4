"""HTTP/1.1 connections: closing, idling, limits."""

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

    def test_last_answer_says_so(self) -> None:
        """A client that wants to close is told Connection: close, and nothing follows."""
        client = H1(House())
        answer = client.get("/", "Connection: close")
        self.assertIn(b"Connection: close\r\n", answer)
        self.assertTrue(client.closed)
        self.assertIsNone(client.transport.producer)
        self.assertEqual(client.send(b"GET / HTTP/1.1\r\n\r\n"), b"")

    def test_http10(self) -> None:
        """HTTP/1.0 is answered and closed."""
        client = H1(House())
        self.assertIn(b" 200 ", client.send(f"GET / HTTP/1.0\r\nHost: {HOST}\r\n\r\n".encode()))
        self.assertTrue(client.closed)

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

    def test_closing_has_a_deadline(self) -> None:
        """A client that never closes its side cannot keep a connection that we have closed."""
        house = House()
        client = H1(house)
        client.get("/", "Connection: close")
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

    def test_half_closed(self) -> None:
        """A client that closes its side behind its requests is answered each, then closed."""
        for count in (1, 2, 3):
            house = House()
            client = H1(house)
            client.protocol.dataReceived(NEXT * count)
            client.protocol.readConnectionLost()
            self.assertFalse(client.closed)
            house.turn()
            answers = client.received()
            self.assertEqual(answers.count(b"HTTP/1.1 200 OK\r\n"), count)
            self.assertEqual(answers.count(b"Connection: close\r\n"), 1)
            self.assertTrue(client.closed)

    def test_half_closed_with_nothing_to_do(self) -> None:
        """A client that closes its side between requests, or within one, is closed in silence."""
        post = NEXT.replace(b"\r\n\r\n", b"\r\nContent-Length: 5\r\n\r\n")
        for sent in (b"", NEXT[:9], post + b"abc"):
            client = H1(House())
            client.send(sent)
            client.protocol.readConnectionLost()
            self.assertTrue(client.closed)
            self.assertEqual(client.received(), b"")

    def test_half_closed_within_the_next(self) -> None:
        """A whole request is answered though half another stands behind it."""
        house = House()
        client = H1(house)
        client.protocol.dataReceived(NEXT + NEXT[:9])
        client.protocol.readConnectionLost()
        house.turn()
        self.assertEqual(client.received().count(b"HTTP/1.1 "), 1)
        self.assertTrue(client.closed)

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

    def test_long_head(self) -> None:
        """A line or fields over the limit are answered at once, ended or not, and that is all."""
        request_line, field = b"GET /" + b"a" * 300, b"GET / HTTP/1.1\r\nX: " + b"a" * 300
        many = b"GET / HTTP/1.1\r\n" + b"X: aaaaaaaaaa\r\n" * 20
        for start, status in ((request_line, b"414"), (field, b"431"), (many, b"431")):
            for end in (b"", b"\r\n", f" HTTP/1.1\r\nHost: {HOST}\r\n\r\n".encode()):
                house = House(limits=Limits(head_bytes=200))
                client = H1(house)
                answer = client.send(start + end)
                self.assertTrue(answer.startswith(b"HTTP/1.1 " + status + b" "), answer)
                self.assertIn(b"Connection: close\r\nContent-Length: 0\r\n\r\n", answer)
                self.assertTrue(client.closed)
                self.assertEqual(house.site.counters.limits, {"head_bytes": 1})
                self.assertEqual(client.send(b"\r\n\r\n"), b"")
                self.assertEqual(house.page.seen, [])

    def test_longest_head(self) -> None:
        """A head of exactly the limit is served, also behind another; one byte more is not."""
        size = len(f"GET / HTTP/1.1\r\nHost: {HOST}\r\nX: \r\n\r\n")
        client = H1(House(limits=Limits(head_bytes=200)))
        for _ in range(2):
            self.assertIn(b" 200 OK\r\n", client.get("/", "X: " + "a" * (200 - size)))
        self.assertIn(b" 431 ", client.get("/", "X: " + "a" * (201 - size)))

    def test_many_fields(self) -> None:
        """A field too many is refused with a page."""
        house = House(limits=Limits(head_fields=5))
        self.assertIn(b" 200 OK\r\n", H1(house).get("/", *["X: a"] * 4))
        client = H1(house)
        answer = client.get("/", *["X: a"] * 5)
        self.assertIn(b"HTTP/1.1 431 Request Header Fields Too Large\r\n", answer)
        self.assertTrue(answer.endswith(b"HeadTooLarge"))
        self.assertTrue(client.closed)
        self.assertEqual(house.site.counters.limits, {"head_fields": 1})

    def test_counted(self) -> None:
        """Connections are counted while they are open, on both protocols."""
        house = House()
        clients = [H1(house), H2(house)]
        self.assertEqual(house.site.counters.connections, 2)
        clients[0].leave()
        clients[1].leave()
        self.assertEqual(house.site.counters.connections, 0)
        self.assertEqual(house.site.connections, set())
