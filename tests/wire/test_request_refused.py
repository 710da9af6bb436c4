"""Requests that no page sees, and pages that fail; on both protocols."""

from twisted.trial.unittest import SynchronousTestCase

from authsrv.wire.limits import Limits
from authsrv.wire.request import Request
from tests.wire.clients import H1, H2, HOST, House


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
