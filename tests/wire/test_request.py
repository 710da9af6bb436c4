"""Requests: when a page runs, what it is given, how its answer leaves; on both protocols."""

from twisted.internet.address import IPv4Address, UNIXAddress
from twisted.internet.testing import StringTransport
from twisted.trial.unittest import SynchronousTestCase

from authsrv.core.errors import Malformed
from authsrv.core.peers import Trust
from authsrv.wire.reply import Reply
from authsrv.wire.request import Request
from tests.wire.clients import H1, H2, HOST, House, hello


class TurnTests(SynchronousTestCase):
    """When a page runs."""

    def test_one_turn_later(self) -> None:
        """A page runs one reactor turn after the request's last byte, not within its read."""
        house = House()
        client = H1(house)
        client.protocol.dataReceived(f"GET / HTTP/1.1\r\nHost: {HOST}\r\n\r\n".encode())
        self.assertEqual(house.page.seen, [])
        house.turn(1)
        self.assertEqual(len(house.page.seen), 1)

    def test_not_before_the_body(self) -> None:
        """On HTTP/1.1 a page runs when the body has ended and not before."""
        house = House()
        client = H1(house)
        client.get("/", "Content-Length: 4", method="POST")
        client.send(b"ab")
        self.assertEqual(house.page.seen, [])
        client.send(b"cd")
        self.assertEqual(house.page.seen[0].body, b"abcd")

    def test_not_before_the_body_http2(self) -> None:
        """On HTTP/2 a page runs when the stream has ended and not before."""
        house = House()
        client = H2(house)
        stream = client.request(method="POST", end=False)
        client.conn.send_data(stream, b"ab")
        client.flush()
        self.assertEqual(house.page.seen, [])
        client.conn.send_data(stream, b"cd", end_stream=True)
        client.flush()
        self.assertEqual(house.page.seen[0].body, b"abcd")
        self.assertEqual(client.body(stream), b"hello")

    def test_gone_before_its_turn(self) -> None:
        """A client that leaves in between is not served."""
        house = House()
        client = H1(house)
        client.protocol.dataReceived(f"GET / HTTP/1.1\r\nHost: {HOST}\r\n\r\n".encode())
        client.leave()
        house.turn()
        self.assertEqual((house.page.seen, house.logged), ([], []))

    def test_reset_in_the_same_read(self) -> None:
        """HEADERS and RST_STREAM in one read do nothing, and the next stream is served."""
        house = House()
        client = H2(house)
        dead = client.request("/dead")
        client.conn.reset_stream(dead)
        alive = client.request("/alive")
        client.flush()
        self.assertEqual([r.text_path for r in house.page.seen], ["/alive"])
        self.assertEqual(client.body(alive), b"hello")
        later = client.request("/later")
        client.flush()
        self.assertEqual(client.body(later), b"hello")


class ViewTests(SynchronousTestCase):
    """What a page sees of a request."""

    def seen(self, *fields: str, path: str = "/", **settings: object) -> Request:
        house = House(lambda request: None, **settings)
        H1(house).get(path, *fields)
        return house.page.seen[0]

    def test_target(self) -> None:
        """The path is decoded, the query is not, and Twisted parses no arguments."""
        request = self.seen(path="/caf%C3%A9?a=%20b")
        self.assertEqual((request.text_path, request.text_query), ("/café", "a=%20b"))
        self.assertEqual((request.verb, request.args), ("GET", {}))
        self.assertEqual(request.id, "0123456789abcdef")

    def test_protocols(self) -> None:
        """The protocol has its public name."""
        self.assertEqual(self.seen().protocol_name, "HTTP/1.1")
        house = House()
        client = H2(house)
        client.request()
        client.flush()
        self.assertEqual(house.page.seen[0].protocol_name, "HTTP/2")

    def test_headers(self) -> None:
        """A field is found whatever its case; one that occurs twice is malformed, not chosen."""
        request = self.seen("X-One: 1", "X-Two: a", "x-two: b", "X-Latin: caf\xe9")
        self.assertEqual(request.header("x-one"), "1")
        self.assertIsNone(request.header("X-None"))
        self.assertEqual(request.header_values("X-Two"), ["a", "b"])
        self.assertRaises(Malformed, request.header, "X-Two")
        self.assertEqual(request.header("X-Latin"), "café")

    def test_cookie_crumbs(self) -> None:
        """Cookies that HTTP/2 sends apart arrive as one field (RFC 9113, section 8.2.3)."""
        house = House()
        client = H2(house)
        stream = client.conn.get_next_available_stream_id()
        head = [(":method", "GET"), (":scheme", "https"), (":authority", HOST), (":path", "/")]
        crumbs = [("cookie", "a=1"), ("cookie", "b=2")]
        client.conn.send_headers(stream, [*head, *crumbs], end_stream=True)
        client.flush()
        self.assertEqual(house.page.seen[0].header("Cookie"), "a=1; b=2")

    def test_client(self) -> None:
        """The client is the peer, or what a trusted proxy says of it."""
        field = "X-Forwarded-For: 203.0.113.7"
        self.assertEqual(self.seen(field).client, "192.168.1.1")
        trust = Trust.parse(["192.168.1.1/32"])
        self.assertEqual(self.seen(field, trust=trust).client, "203.0.113.7")

    def test_unix_client(self) -> None:
        """A peer on a unix socket is "unix", and may be trusted by that name."""
        for trust, client in ((Trust(), "unix"), (Trust(unix=True), "203.0.113.7")):
            house = House(trust=trust)
            transport = StringTransport(peerAddress=UNIXAddress(None))
            H1(house, transport).get("/", "X-Forwarded-For: 203.0.113.7")
            self.assertEqual(house.page.seen[0].client, client)

    def test_peer_address(self) -> None:
        """Without a proxy the address is the socket's."""
        house = House()
        transport = StringTransport(peerAddress=IPv4Address("TCP", "198.51.100.3", 5))
        H1(house, transport).get()
        self.assertEqual(house.page.seen[0].client, "198.51.100.3")


class SendTests(SynchronousTestCase):
    """How an answer leaves."""

    def answer(self, reply: Reply, method: str = "GET") -> bytes:
        return H1(House(lambda r: r.send(reply))).get(method=method)

    def test_whole(self) -> None:
        """Status, fields, length and date are there; the server's version is not."""
        answer = self.answer(Reply(422, (("X-A", "1"), ("X-A", "2")), b"body"))
        self.assertTrue(answer.startswith(b"HTTP/1.1 422 Unprocessable Entity\r\n"))
        self.assertIn(b"X-A: 1\r\nX-A: 2\r\n", answer)
        self.assertIn(b"Content-Length: 4\r\n", answer)
        self.assertIn(b"\r\nDate: ", answer)
        self.assertNotIn(b"Server", answer)
        self.assertNotIn(b"Content-Type", answer)
        self.assertTrue(answer.endswith(b"\r\n\r\nbody"))

    def test_length_is_ours(self) -> None:
        """A page cannot claim another length."""
        answer = self.answer(Reply(200, (("content-length", "99"),), b"body"))
        self.assertEqual(answer.lower().count(b"content-length"), 1)
        self.assertIn(b"Content-Length: 4\r\n", answer)

    def test_head(self) -> None:
        """HEAD tells the length of the body and sends none."""
        answer = self.answer(Reply(200, (), b"body"), "HEAD")
        self.assertIn(b"Content-Length: 4\r\n", answer)
        self.assertTrue(answer.endswith(b"\r\n\r\n"))

    def test_bodiless(self) -> None:
        """204 and 304 have neither body nor length (RFC 9110, section 8.6)."""
        for status in (204, 304):
            answer = self.answer(Reply(status, (("Content-Length", "4"),), b"body"))
            self.assertNotIn(b"Content-Length", answer)
            self.assertNotIn(b"Transfer-Encoding", answer)
            self.assertTrue(answer.endswith(b"\r\n\r\n"))

    def test_http2(self) -> None:
        """The same rules hold on HTTP/2, and every stream ends."""
        replies = {
            "GET": Reply(200, (("Set-Cookie", "a"), ("Set-Cookie", "b")), b"body"),
            "HEAD": Reply(200, (), b"body"),
            "DELETE": Reply(204, (), b"body"),
        }
        house = House(lambda r: r.send(replies[r.verb]))
        client = H2(house)
        streams = {method: client.request(method=method) for method in replies}
        client.flush()
        bodies = {method: client.body(stream) for method, stream in streams.items()}
        self.assertEqual(bodies, {"GET": b"body", "HEAD": b"", "DELETE": b""})
        lengths = [client.headers(s).get("content-length") for s in streams.values()]
        self.assertEqual(lengths, ["4", "4", None])
        self.assertTrue(all(client.ended(stream) for stream in streams.values()))
        self.assertNotIn("server", client.headers(streams["GET"]))
        self.assertIn("date", client.headers(streams["GET"]))

    def test_injection(self) -> None:
        """A value that would begin another field is an error, and nothing of it is sent."""
        reply = Reply(200, (("X-Good", "1"), ("Location", "/\r\nSet-Cookie: a=b")))
        house = House(lambda r: None)
        client = H1(house)
        client.get()
        request = house.page.seen[0]
        self.assertRaises(ValueError, request.send, reply)
        self.assertEqual(client.received(), b"")
        request.answer(reply)
        self.assertIn(b" 500 ", client.received())
        self.assertNotIn(b"X-Good", client.received())
        self.assertEqual(len(self.flushLoggedErrors(ValueError)), 1)

    def test_client_gone(self) -> None:
        """Answering a client that has left, or was answered, does nothing and raises nothing."""
        house = House(lambda r: None)
        client = H1(house)
        client.get()
        client.leave()
        house.page.seen[0].send(Reply(200))
        self.assertEqual(client.received(), b"")
        house = House(hello)
        client = H1(house)
        client.get()
        client.transport.clear()
        house.page.seen[0].send(Reply(200))
        self.assertEqual(client.received(), b"")

    def test_keep_alive(self) -> None:
        """An ordinary answer leaves the connection open for the next."""
        house = House()
        client = H1(house)
        self.assertNotIn(b"Connection", client.get())
        self.assertIn(b" 200 ", client.get("/again"))
        self.assertEqual(house.logged, [("/", 200), ("/again", 200)])
