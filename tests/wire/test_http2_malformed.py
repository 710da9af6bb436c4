"""Malformed HTTP/2 requests (RFC 9113, section 8.1.1): no page is asked for any of them."""

from h2.errors import ErrorCodes
from h2.events import ConnectionTerminated, StreamReset
from twisted.trial.unittest import SynchronousTestCase

from tests.wire.clients import H2, HOST, House

#: Fields that belong to one connection of HTTP/1.1 (section 8.2.2), and names and values that
#: could break out of their field behind us (section 8.2.1).
FIELDS = (
    ("connection", "keep-alive"), ("connection", "close"), ("keep-alive", "timeout=5"),
    ("proxy-connection", "keep-alive"), ("transfer-encoding", "chunked"), ("upgrade", "websocket"),
    ("te", "gzip"), ("te", "trailers, deflate"),
    ("x-a", "b\r\nx-c: d"), ("x-a", "b\rc"), ("x-a", "b\nc"), ("x-a", "b\0c"), ("x-a", "\0"),
    ("x-a", " b"), ("x-a", "b\t"), ("x-a\r\nx-c", "d"), ("x-a\n", "b"), ("x\0a", "b"), ("x a", "b"),
    ("x-a:", "b"), ("X-Upper", "b"), ("", "b"),
)  # fmt: skip
#: What is announced, and what comes.
LENGTHS = (("5", 4), ("5", 6), ("5", 0), ("0", 1), ("-1", 1), ("x", 1), ("5, 5", 5), ("", 0))


class MalformedTests(SynchronousTestCase):
    """Every entry of the tables."""

    def client(self) -> H2:
        """A client that sends what it is told."""
        client = H2(House())
        client.conn.config.validate_outbound_headers = False
        client.conn.config.normalize_outbound_headers = False
        return client

    def check_refused(self, client: H2, stream: int, told: object) -> None:
        """No page has run, and the client was told that it is to blame."""
        self.assertEqual(client.house.page.seen, [], told)
        ends = [*client.of(StreamReset), *client.of(ConnectionTerminated)]
        refused = client.status(stream) == "400" or any(
            end.error_code == ErrorCodes.PROTOCOL_ERROR for end in ends
        )
        self.assertTrue(refused, told)
        self.assertEqual(self.flushLoggedErrors(), [], told)

    def test_control(self) -> None:
        """The same requests without their mistake are served."""
        for fields, size in (({}, 0), ({"te": "trailers"}, 0), ({"content-length": "5"}, 5)):
            client = self.client()
            stream = client.request(method="POST", end=False, **fields)
            client.conn.send_data(stream, b"x" * size, end_stream=True)
            client.flush()
            self.assertEqual(client.status(stream), "200", fields)

    def test_fields(self) -> None:
        """A field that is forbidden, or no field, is refused."""
        for name, value in FIELDS:
            client = self.client()
            stream = client.conn.get_next_available_stream_id()
            head = [(":method", "GET"), (":scheme", "https"), (":authority", HOST), (":path", "/")]
            client.conn.send_headers(stream, [*head, (name, value)], end_stream=True)
            client.flush()
            self.check_refused(client, stream, (name, value))

    def test_lengths(self) -> None:
        """A Content-Length that is not the length of the DATA is refused."""
        for announced, size in LENGTHS:
            client = self.client()
            stream = client.request(method="POST", end=False, **{"content-length": announced})
            client.conn.send_data(stream, b"x" * size, end_stream=True)
            client.flush()
            self.check_refused(client, stream, (announced, size))
