"""Requests: when a page runs, what it is given, how its answer leaves; on both protocols."""

import h2.events
from twisted.internet.address import IPv4Address, UNIXAddress
from twisted.internet.testing import StringTransport
from twisted.trial.unittest import SynchronousTestCase

from authsrv.core.errors import Malformed
from authsrv.core.peers import Trust
from authsrv.wire.limits import UPLOAD_CLOSE, Limits
from authsrv.wire.reply import Reply
from authsrv.wire.request import LONGEST_SWALLOW, Request
from tests.wire.clients import H1, H2, HOST, House, hello

SMALL = Limits(body_bytes=10)


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


class CheckTests(SynchronousTestCase):
    """What is looked at before a page runs."""

    def refused(self, data: str) -> str:
        """The name of the error for which HTTP/1.1 *data* is refused, or "" if it is served."""
        house = House()
        H1(house).send(data.encode("latin-1"))
        self.assertEqual(len(house.page.seen) + len(house.refusals.errors), 1, data)
        return type(house.refusals.errors[0]).__name__ if house.refusals.errors else ""

    def test_hosts(self) -> None:
        """Exactly one Host that can be read, and is ours; the default port may be given."""
        table = {
            f"Host: {HOST}\r\n": "",
            f"Host: {HOST.upper()}\r\n": "",
            f"Host: {HOST}:80\r\n": "",
            f"Host: {HOST}:443\r\n": "WrongHost",
            "Host: evil.example\r\n": "WrongHost",
            f"Host: {HOST}.\r\n": "WrongHost",
            "": "Malformed",
            "Host:\r\n": "Malformed",
            f"Host: {HOST}\r\nHost: {HOST}\r\n": "Malformed",
            f"Host: {HOST}, {HOST}\r\n": "Malformed",
            f"Host: a@{HOST}\r\n": "Malformed",
        }
        for fields, error in table.items():
            self.assertEqual(self.refused(f"GET / HTTP/1.1\r\n{fields}\r\n"), error, fields)

    def test_methods(self) -> None:
        """A forbidden method and an unknown one are refused."""
        for method, error in (("PUT", ""), ("TRACE", "MethodNotAllowed"), ("BREW", "Malformed")):
            request = f"{method} / HTTP/1.1\r\nHost: {HOST}\r\n\r\n"
            self.assertEqual(self.refused(request), error)

    def test_fields(self) -> None:
        """Too many fields and control characters are refused."""
        many = "X: y\r\n" * 99
        start = f"GET / HTTP/1.1\r\nHost: {HOST}\r\n"
        self.assertEqual(self.refused(f"{start}{many}\r\n"), "")
        self.assertEqual(self.refused(f"{start}{many}X: y\r\n\r\n"), "HeadTooLarge")
        self.assertEqual(self.refused(f"{start}Cookie: a=\x01\r\n\r\n"), "Malformed")

    def test_absolute_target(self) -> None:
        """A target in absolute form is served if it names the Host's host."""
        for target, error in ((f"http://{HOST}/x", ""), ("http://evil.example/x", "Malformed")):
            request = f"GET {target} HTTP/1.1\r\nHost: {HOST}\r\n\r\n"
            self.assertEqual(self.refused(request), error)

    def test_malformed_closes(self) -> None:
        """A malformed request is the last of its HTTP/1.1 connection; a wrong host is not."""
        client = H1(House())
        client.get("/%zz")
        self.assertTrue(client.closed)
        client = H1(House())
        client.send(b"GET / HTTP/1.1\r\nHost: evil.example\r\n\r\n")
        self.assertFalse(client.closed)

    def test_http2_hosts(self) -> None:
        """On HTTP/2 :authority is the host, and 443 its default port."""
        for authority, error in (
            (HOST, ""),
            (f"{HOST}:443", ""),
            (f"{HOST}:80", "WrongHost"),
            ("evil.example", "WrongHost"),
            ("a b", "Malformed"),
        ):
            house = House()
            client = H2(house)
            client.request(authority=authority)
            client.flush()
            names = [type(e).__name__ for e in house.refusals.errors]
            self.assertEqual("".join(names), error, authority)

    def test_http2_same_host_twice(self) -> None:
        """:authority and an equal Host are one host."""
        house = House()
        client = H2(house)
        stream = client.request(host=HOST)
        client.flush()
        self.assertEqual(client.status(stream), "200")

    def test_http1_connect(self) -> None:
        """On HTTP/1.1 nothing behind CONNECT is read: it may be meant for the tunnel."""
        client = H1(House())
        answer = client.send(
            f"CONNECT {HOST} HTTP/1.1\r\nHost: {HOST}\r\n\r\n"
            f"GET / HTTP/1.1\r\nHost: {HOST}\r\n\r\n".encode()
        )
        self.assertEqual(answer.count(b"HTTP/1.1 "), 1)
        self.assertIn(b"MethodNotAllowed", answer)
        self.assertTrue(client.closed)

    def test_asterisk(self) -> None:
        """OPTIONS * asks the server as a whole, which is what "/" does; GET * asks nothing."""
        self.assertIn(b" 200 ", H1(House()).get("*", method="OPTIONS"))
        http2 = H2(House())
        stream, wrong = http2.request("*", "OPTIONS"), http2.request("*")
        http2.flush()
        self.assertEqual(http2.body(stream), b"hello")
        self.assertEqual(http2.body(wrong), b"Malformed")

    def test_http2_targets(self) -> None:
        """What Twisted does not check on HTTP/2 is refused like on HTTP/1.1."""
        for method, path in (("GET", "abc"), ("GET", "http://evil.example/"), ("G", "/")):
            client = H2(House())
            stream = client.request(path, method)
            client.flush()
            self.assertEqual(client.body(stream), b"Malformed")

    def test_many_fields_http2(self) -> None:
        """On HTTP/2 too many fields cost their stream a page with 431, and no other stream."""
        client = H2(House(limits=Limits(head_fields=5)))
        stream = client.request(x1="y", x2="y", x3="y", x4="y", x5="y", x6="y")
        other = client.request()
        client.flush()
        self.assertEqual(client.status(stream), "431")
        self.assertEqual(client.body(stream), b"HeadTooLarge")
        self.assertEqual(client.body(other), b"hello")

    def test_own_ports(self) -> None:
        """A public URL with a port of its own is a host with that port, and no other."""
        house = House(hosts=frozenset({"localhost:8443"}))
        for host, status in (("localhost:8443", b" 200 "), ("localhost", b" 400 ")):
            answer = H1(house).send(f"GET / HTTP/1.1\r\nHost: {host}\r\n\r\n".encode())
            self.assertIn(status, answer)

    def test_any_host(self) -> None:
        """Without a list every host that can be read is served."""
        house = House(hosts=None)
        self.assertIn(b" 200 ", H1(house).send(b"GET / HTTP/1.1\r\nHost: any\r\n\r\n"))
        self.assertIn(b" 400 ", H1(house).send(b"GET / HTTP/1.1\r\nHost: a b\r\n\r\n"))

    def test_page_fails(self) -> None:
        """A page that raises is answered with a bare 500 that shows nothing of it."""

        def handle(request: Request) -> None:
            raise ZeroDivisionError("secret")

        answer = H1(House(handle)).get()
        self.assertIn(b" 500 ", answer)
        self.assertNotIn(b"secret", answer)
        self.assertEqual(len(self.flushLoggedErrors(ZeroDivisionError)), 1)

    def test_page_fails_half_way(self) -> None:
        """A page that raises when half its answer is out is cut, not left to look whole."""

        def handle(request: Request) -> None:
            request.write(b"half")
            raise ZeroDivisionError

        client = H1(House(handle))
        client.get()
        self.assertTrue(client.transport.disconnected)
        self.assertEqual(len(self.flushLoggedErrors(ZeroDivisionError)), 1)


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


def _post(body: bytes) -> bytes:
    head = f"POST / HTTP/1.1\r\nHost: {HOST}\r\nContent-Length: {len(body)}\r\n\r\n"
    return head.encode() + body
