"""HTTP/1.1 connections that end."""

from twisted.trial.unittest import SynchronousTestCase

from tests.wire.clients import H1, HOST, House

NEXT = f"GET / HTTP/1.1\r\nHost: {HOST}\r\n\r\n".encode()


class LeaverTests(SynchronousTestCase):
    """The last answer, and what follows it."""

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

    def test_closing_has_a_deadline(self) -> None:
        """A client that never closes its side cannot keep a connection that we have closed."""
        house = House()
        client = H1(house)
        client.get("/", "Connection: close")
        self.assertFalse(client.transport.disconnected)
        house.clock.advance(21)
        self.assertTrue(client.transport.disconnected)

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
