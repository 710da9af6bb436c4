"""Requests that no client of good will sends: each is answered once, and nothing behind it."""

from twisted.trial.unittest import SynchronousTestCase

from tests.wire.clients import H1, HOST, House

HOST_LINE = f"Host: {HOST}\r\n".encode()
NEXT = b"GET /next HTTP/1.1\r\n" + HOST_LINE + b"\r\n"


def line(text: bytes) -> bytes:
    """A request whose first line is *text*."""
    return text + b"\r\n" + HOST_LINE + b"\r\n"


def head(*fields: bytes, version: bytes = b"1.1") -> bytes:
    """A POST with Host and *fields*."""
    lines = (b"POST / HTTP/" + version, HOST_LINE[:-2], *fields)
    return b"\r\n".join(lines) + b"\r\n\r\n"


def hostless(*fields: bytes) -> bytes:
    """A GET with *fields* alone."""
    return b"\r\n".join((b"GET / HTTP/1.1", *fields)) + b"\r\n\r\n"


def chunks(body: bytes) -> bytes:
    """A POST whose chunked body is *body*."""
    return head(b"Transfer-Encoding: chunked") + body


CHUNKED = b"Transfer-Encoding: chunked"
FIVE = b"Content-Length: 5"

#: By what is wrong with each: the bytes; the answer is 400.
MALFORMED = {
    # The request line.
    "no version": line(b"GET /"),
    "no target": line(b"GET HTTP/1.1"),
    "empty target": line(b"GET  HTTP/1.1"),
    "nothing but a method": line(b"GET"),
    "two spaces": line(b"GET  / HTTP/1.1"),
    "space in the target": line(b"GET /a b HTTP/1.1"),
    "space in front": line(b" GET / HTTP/1.1"),
    "space behind": line(b"GET / HTTP/1.1 "),
    "tab for space": line(b"GET\t/\tHTTP/1.1"),
    "method is no token": line(b"GE(T / HTTP/1.1"),
    "method in lower case": line(b"get / HTTP/1.1"),
    "unknown method": line(b"BREW / HTTP/1.1"),
    "two empty lines": b"\r\n\r\n" + line(b"GET / HTTP/1.1"),
    "HTTP/0.9": line(b"GET / HTTP/0.9"),
    "HTTP/1.2": line(b"GET / HTTP/1.2"),
    "HTTP/2.0": line(b"GET / HTTP/2.0"),
    "HTTP/1.10": line(b"GET / HTTP/1.10"),
    "HTTP/11": line(b"GET / HTTP/11"),
    "http/1.1": line(b"GET / http/1.1"),
    "absurd version": line(b"GET / HTTP/" + b"9" * 300 + b".1"),
    "another protocol": line(b"GET / RTSP/1.0"),
    "the preface of HTTP/2": b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
    "TLS on a plain port": b"\x16\x03\x01\x02\0\x01\0\x01\xfc\x03\x03",
    # The target.
    "8-bit target": line(b"GET /caf\xc3\xa9 HTTP/1.1"),
    "low 8-bit target": line(b"GET /\x80 HTTP/1.1"),
    "DEL in the target": line(b"GET /\x7f HTTP/1.1"),
    "NUL in the target": line(b"GET /\0 HTTP/1.1"),
    "escape in the target": line(b"GET /\x1b HTTP/1.1"),
    "fragment": line(b"GET /#a HTTP/1.1"),
    "backslash": line(b"GET /a\\b HTTP/1.1"),
    "dot segments": line(b"GET /../a HTTP/1.1"),
    "disguised slash": line(b"GET /a%2fb HTTP/1.1"),
    "broken escape": line(b"GET /%zz HTTP/1.1"),
    "no slash": line(b"GET a HTTP/1.1"),
    "asterisk": line(b"GET * HTTP/1.1"),
    "another host": line(b"GET http://evil.example/ HTTP/1.1"),
    "another port": line(f"GET http://{HOST}:81/ HTTP/1.1".encode()),
    "user in the target": line(f"GET http://{HOST}@evil.example/ HTTP/1.1".encode()),
    "another scheme": line(f"GET ftp://{HOST}/ HTTP/1.1".encode()),
    # Line ends.
    "bare LF everywhere": b"GET / HTTP/1.1\nHost: a\n\n",
    "bare LF in the request line": line(b"GET / HTTP/1.1\nX: y"),
    "bare CR in the request line": line(b"GET /\r HTTP/1.1"),
    "bare LF in a field": hostless(HOST_LINE[:-2], b"X: a\nY: b"),
    "bare CR in a field": hostless(HOST_LINE[:-2], b"X: a\rY: b"),
    "bare CR before the end": hostless(HOST_LINE[:-2], b"X: a\r"),
    "NUL in a field": hostless(HOST_LINE[:-2], b"X: a\0b"),
    "NUL in a name": hostless(HOST_LINE[:-2], b"X\0: a"),
    "control in a field": hostless(HOST_LINE[:-2], b"X: a\x01b"),
    # Fields.
    "obs-fold": hostless(HOST_LINE[:-2], b"X: a", b" b"),
    "obs-fold by tab": hostless(HOST_LINE[:-2], b"X: a", b"\tb"),
    "obs-fold of nothing": b"GET / HTTP/1.1\r\n " + HOST_LINE + b"\r\n",
    "obs-fold in Transfer-Encoding": head(b"Transfer-Encoding:", b" chunked"),
    "line of spaces": hostless(HOST_LINE[:-2], b"  "),
    "space before the colon": hostless(b"Host : " + HOST.encode()),
    "tab before the colon": head(b"Content-Length\t: 5"),
    "no colon": hostless(HOST_LINE[:-2], b"X"),
    "no name": hostless(HOST_LINE[:-2], b": a"),
    "name is no token": hostless(HOST_LINE[:-2], b"X(y): a"),
    "8-bit name": hostless(HOST_LINE[:-2], b"X\xe9: a"),
    # Host.
    "no host": hostless(),
    "no host on 1.0": b"GET / HTTP/1.0\r\n\r\n",
    "two hosts": hostless(HOST_LINE[:-2], b"Host: evil.example"),
    "the same host twice": hostless(HOST_LINE[:-2], HOST_LINE[:-2]),
    "empty host": hostless(b"Host:"),
    "host with a path": hostless(b"Host: a/b"),
    "host with a user": hostless(b"Host: a@b"),
    "host with a comma": hostless(b"Host: a, b"),
    "host with port 0": hostless(b"Host: a:0"),
    "8-bit host": hostless(b"Host: \xe9"),
    # The body's length.
    "two lengths": head(FIVE, b"Content-Length: 6"),
    "the same length twice": head(FIVE, FIVE),
    "a list of lengths": head(b"Content-Length: 5, 5"),
    "signed length": head(b"Content-Length: +5"),
    "negative length": head(b"Content-Length: -5"),
    "length with spaces": head(b"Content-Length: 1 0"),
    "hexadecimal length": head(b"Content-Length: 0x5"),
    "underscored length": head(b"Content-Length: 1_0"),
    "length in other digits": head("Content-Length: \u0665".encode()),
    "empty length": head(b"Content-Length:"),
    "length of 4,300 digits": head(b"Content-Length: " + b"9" * 4300),
    "length of 5,000 digits": head(b"Content-Length: " + b"1" * 5000),
    "chunked, then length": head(CHUNKED, FIVE),
    "length, then chunked": head(FIVE, CHUNKED),
    "length between": head(CHUNKED, FIVE, CHUNKED),
    "length 0 with chunked": head(b"Content-Length: 0", CHUNKED),
    "chunked on 1.0": head(CHUNKED, version=b"1.0"),
    "identity": head(b"Transfer-Encoding: identity"),
    "identity with length": head(b"Transfer-Encoding: identity", FIVE),
    "gzip": head(b"Transfer-Encoding: gzip"),
    "gzip, chunked": head(b"Transfer-Encoding: gzip, chunked"),
    "chunked, identity": head(b"Transfer-Encoding: chunked, identity"),
    "chunked twice": head(CHUNKED, CHUNKED),
    "chunked, chunked": head(b"Transfer-Encoding: chunked, chunked"),
    "xchunked": head(b"Transfer-Encoding: xchunked"),
    "chunked with a parameter": head(b"Transfer-Encoding: chunked;q=1"),
    "quoted": head(b'Transfer-Encoding: "chunked"'),
    "vertical tab": head(b"Transfer-Encoding: \x0bchunked"),
    "no coding": head(b"Transfer-Encoding:"),
    # Chunks.
    "no chunk size": chunks(b"\r\n\r\n"),
    "chunk size no number": chunks(b"x\r\n"),
    "signed chunk size": chunks(b"+5\r\nhello\r\n0\r\n\r\n"),
    "chunk size with 0x": chunks(b"0x5\r\nhello\r\n0\r\n\r\n"),
    "space behind the chunk size": chunks(b"5 \r\nhello\r\n0\r\n\r\n"),
    "chunk longer than said": chunks(b"4\r\nhello\r\n0\r\n\r\n"),
    "chunk ends with LF": chunks(b"5\r\nhello\n0\r\n\r\n"),
    "LF in an extension": chunks(b"5;a\nb\r\nhello\r\n0\r\n\r\n"),
    "endless chunk size": chunks(b"0" * 2000),
    "LF in a trailer": chunks(b"0\r\na: b\nc: d\r\n\r\n"),
    "trailer without a colon": chunks(b"0\r\nGET / HTTP/1.1\r\n\r\n"),
}


class MalformedTests(SynchronousTestCase):
    """Every entry of the table."""

    def test_many(self) -> None:
        """The table has not shrunk."""
        self.assertGreater(len(MALFORMED), 100)

    def test_at_once(self) -> None:
        """Each gets 400 and the end; the request that stands behind it gets nothing."""
        for what, data in MALFORMED.items():
            self.check(what, [data + NEXT])

    def test_byte_by_byte(self) -> None:
        """It is the same for a client that sends each byte by itself."""
        for what, data in MALFORMED.items():
            self.check(what, [bytes([byte]) for byte in data + NEXT])

    def test_behind_a_good_one(self) -> None:
        """A good request in front is answered first."""
        for what, data in MALFORMED.items():
            house = House()
            answer = H1(house).send(NEXT + data + NEXT)
            self.assertTrue(answer.startswith(b"HTTP/1.1 200 OK\r\n"), what)
            self.assertEqual(answer.count(b" 400 Bad Request\r\n"), 1, what)
            self.assertEqual(len(house.page.seen), 1, what)

    def check(self, what: str, parts: list[bytes]) -> None:
        house = House()
        client = H1(house)
        for part in parts:
            client.protocol.dataReceived(part)
        house.turn()
        answer = client.received()
        self.assertRegex(answer, rb"^HTTP/1\.[01] 400 Bad Request\r\n", what)
        self.assertEqual(answer.count(b"HTTP/1."), 1, what)
        self.assertIn(b"Connection: close\r\n", answer, what)
        self.assertIn(b"Content-Length: ", answer, what)
        self.assertTrue(client.closed, what)
        self.assertEqual(house.page.seen, [], what)
        self.assertEqual(client.send(NEXT), b"", what)
        client.leave()
        self.assertEqual(house.clock.getDelayedCalls(), [], what)
        self.assertEqual(self.flushLoggedErrors(), [], what)
