"""Bodies: how long they may be, and what becomes of the rest; on both protocols."""

import h2.events
from twisted.trial.unittest import SynchronousTestCase

from authsrv.wire.limits import UPLOAD_CLOSE, Limits
from authsrv.wire.request import LONGEST_SWALLOW
from tests.wire.clients import H1, H2, HOST, House

SMALL = Limits(body_bytes=10)


class BodyTests(SynchronousTestCase):
    """Bodies over the limit."""

    def test_at_the_limit(self) -> None:
        """A body of exactly the limit is served."""
        house = House(limits=SMALL)
        H1(house).send(_post(b"a" * 10))
        self.assertEqual(house.page.seen[0].body, b"a" * 10)

    def test_too_large(self) -> None:
        """A body over the limit is read to its end, refused, and the connection closed."""
        house = House(limits=SMALL)
        client = H1(house)
        answer = client.send(_post(b"a" * 11) + b"GET / HTTP/1.1\r\n\r\n")
        self.assertIn(b"HTTP/1.1 413 ", answer)
        self.assertIn(b"Connection: close\r\n", answer)
        self.assertTrue(client.closed)
        self.assertEqual(house.page.seen, [])
        self.assertEqual(answer.count(b"HTTP/1.1 "), 1)
        self.assertEqual(house.site.counters.limits, {"body_bytes": 1})

    def test_chunked(self) -> None:
        """A body without Content-Length has the same limit, and what is kept is bounded."""
        house = House(limits=SMALL)
        client = H1(house)
        client.get("/", "Transfer-Encoding: chunked", method="POST")
        for _ in range(3):
            self.assertEqual(client.send(b"8\r\naaaaaaaa\r\n"), b"")
        self.assertIn(b" 413 ", client.send(b"0\r\n\r\n"))
        self.assertEqual(str(house.refusals.errors[0]), "more than 10 bytes")

    def test_get_with_a_body(self) -> None:
        """A body on GET is read, bounded like any other."""
        for size, status in ((10, b" 200 "), (11, b" 413 ")):
            answer = H1(House(limits=SMALL)).send(_post(b"a" * size).replace(b"POST", b"GET"))
            self.assertIn(status, answer)

    def test_too_large_http2(self) -> None:
        """On HTTP/2 the refusal comes at the stream's end, and other streams live on."""
        house = House(limits=SMALL)
        client = H2(house)
        other = client.request("/other", method="POST", end=False)
        stream = client.request(method="POST", end=False)
        client.conn.send_data(stream, b"a" * 11)
        client.flush()
        self.assertIsNone(client.status(stream))
        client.conn.send_data(stream, b"a" * 11, end_stream=True)
        client.flush()
        self.assertEqual(client.status(stream), "413")
        client.conn.send_data(other, b"abc", end_stream=True)
        client.flush()
        self.assertEqual(client.body(other), b"hello")
        self.assertFalse(client.closed)

    def test_endless(self) -> None:
        """An upload that does not end is cut off with a bare 413, whatever it announced."""
        house = House(limits=SMALL)
        client = H1(house)
        client.get("/", f"Content-Length: {LONGEST_SWALLOW * 9}", method="POST")
        self.assertEqual(client.send(b"a" * LONGEST_SWALLOW), b"")
        answer = client.send(b"a")
        self.assertTrue(answer.startswith(b"HTTP/1.1 413 Content Too Large\r\n"))
        self.assertTrue(client.closed)
        self.assertEqual(client.send(b"a" * LONGEST_SWALLOW * 9), b"")
        self.assertEqual(house.page.seen, [])

    def test_endless_and_ended_in_one_read(self) -> None:
        """A cut upload is not refused a second time when its end is in the same read."""
        house = House(limits=SMALL)
        answer = H1(house).send(_post(b"a" * (LONGEST_SWALLOW + 1)))
        self.assertEqual(answer.count(b" 413 "), 1)
        self.assertEqual(house.refusals.errors, [])

    def test_endless_http2(self) -> None:
        """On HTTP/2 only the stream is cut off: 413, and a second later a reset without error."""
        house = House(limits=SMALL)
        client = H2(house)
        stream = client.request(method="POST", end=False)
        other = client.request("/other", method="POST", end=False)
        client.flush()
        for _ in range(LONGEST_SWALLOW // 16384 + 1):
            client.conn.send_data(stream, b"a" * 16384)
            client.flush()
        self.assertEqual(client.status(stream), "413")
        self.assertEqual(house.site.counters.limits, {"body_bytes": 1})
        self.assertEqual(client.of(h2.events.StreamReset), [])
        house.clock.advance(UPLOAD_CLOSE)
        client.flush()
        self.assertEqual([e.error_code for e in client.of(h2.events.StreamReset)], [0])
        client.conn.send_data(other, b"abc", end_stream=True)
        client.flush()
        self.assertEqual(client.body(other), b"hello")

    def test_cut_off_and_more_in_one_read(self) -> None:
        """What follows a cut stream in the same read, data, its end or its reset, is harmless."""
        for reset in (False, True):
            house = House(limits=SMALL)
            client = H2(house)
            stream = client.request(method="POST", end=False)
            for _ in range(LONGEST_SWALLOW // 16384):
                client.conn.send_data(stream, b"a" * 16384)
                client.flush()
            client.conn.send_data(stream, b"a" * 100)
            client.conn.send_data(stream, b"b" * 100, end_stream=not reset)
            if reset:
                client.conn.reset_stream(stream)
            other = client.request("/other")
            client.flush()
            self.assertEqual(client.body(other), b"hello")


def _post(body: bytes) -> bytes:
    head = f"POST / HTTP/1.1\r\nHost: {HOST}\r\nContent-Length: {len(body)}\r\n\r\n"
    return head.encode() + body
