"""HTTP/1.1 heads and their limits; what is malformed has a file of its own."""

from twisted.trial.unittest import SynchronousTestCase

from authsrv.wire.limits import Limits
from tests.wire.clients import H1, HOST, House


class ReaderTests(SynchronousTestCase):
    """One head after the other."""

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
