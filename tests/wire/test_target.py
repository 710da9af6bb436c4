"""The request target's rules."""

import contextlib

from hypothesis import given
from hypothesis import strategies as st
from twisted.trial.unittest import SynchronousTestCase

from authsrv.core.errors import Malformed, MethodNotAllowed, Refused
from authsrv.wire.target import (
    LONGEST_PATH,
    LONGEST_QUERY,
    METHODS,
    check_method,
    parse_host,
    parse_target,
    without_port,
)

HOST = "login.example.com"


class MethodTests(SynchronousTestCase):
    """Which methods are served."""

    def test_known(self) -> None:
        """The methods of pages and APIs pass as text."""
        for name in ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"):
            self.assertEqual(check_method(name.encode()), name)

    def test_forbidden(self) -> None:
        """TRACE and CONNECT are known and not allowed, and the error says what is."""
        for name in (b"TRACE", b"CONNECT"):
            with self.assertRaises(MethodNotAllowed) as caught:
                check_method(name)
            self.assertIn("GET", caught.exception.allowed)

    def test_malformed(self) -> None:
        """Methods are case-sensitive tokens; others, and unknown ones, are malformed."""
        for name in (b"", b"get", b"G ET", b"BREW", b"G\xc9T", b"GET\r\n", b"(GET)", b"A" * 99):
            self.assertRaises(Malformed, check_method, name)

    @given(st.binary(max_size=40))
    def test_only_refusals(self, method: bytes) -> None:
        """Whatever bytes come, the answer is a known method or a refusal."""
        with contextlib.suppress(Malformed, MethodNotAllowed):
            self.assertIn(check_method(method), METHODS)


class HostTests(SynchronousTestCase):
    """The grammar of Host."""

    def test_good(self) -> None:
        """Names, addresses and ports are read, in lower case."""
        table = {
            "Login.Example.COM": "login.example.com",
            "localhost:8443": "localhost:8443",
            "127.0.0.1:1": "127.0.0.1:1",
            "[::1]:8443": "[::1]:8443",
            "xn--bcher-kva.example": "xn--bcher-kva.example",
        }
        for sent, read in table.items():
            self.assertEqual(parse_host(sent), read)

    def test_bad(self) -> None:
        """What is no host is malformed."""
        for sent in (
            *("", " ", "a b", "a,b", "user@host", "host:", "host:0", "host:65536", "host:x"),
            *("[::1", "::1", "[:::]", "[1.2.3.4]", "host/path", "höst", "host\x00", "-host", ".x"),
            *("a" * 260, "host:443:443", "\u212aelvin.example"),
        ):
            with self.assertRaises(Malformed, msg=sent):
                parse_host(sent)

    def test_default_port(self) -> None:
        """Only the default port is left out."""
        self.assertEqual(without_port("A.example:443", 443), "a.example")
        self.assertEqual(without_port("a.example:8443", 443), "a.example:8443")
        self.assertEqual(without_port("[::1]:443", 443), "[::1]")

    @given(st.text(max_size=60))
    def test_only_malformed(self, host: str) -> None:
        """Whatever text comes, it is read or malformed."""
        with contextlib.suppress(Malformed):
            self.assertEqual(parse_host(host), host.lower())


class TargetTests(SynchronousTestCase):
    """Paths and queries."""

    def test_good(self) -> None:
        """A path is decoded once; the query stays as it was sent."""
        table = {
            b"/": ("/", ""),
            b"/login?return=https%3A%2F%2Fx%2F": ("/login", "return=https%3A%2F%2Fx%2F"),
            b"/caf%C3%A9": ("/café", ""),
            b"/100%25": ("/100%", ""),
            b"/a//b/": ("/a//b/", ""),
            b"/.well-known/x?": ("/.well-known/x", ""),
            b"/...": ("/...", ""),
            b"/a?b?c": ("/a", "b?c"),
            b"https://login.example.com/x?y": ("/x", "y"),
            b"HTTP://LOGIN.example.com?y": ("/", "y"),
        }
        for sent, read in table.items():
            self.assertEqual(parse_target(sent, HOST), read)

    def test_bad(self) -> None:
        """Tricks with separators, dots, encodings, other hosts and raw bytes are malformed."""
        for sent in (
            *(b"", b"*", b"login", b"?x", b"http://evil.example/", b"http:/x", b"ftp://x/"),
            *(b"/a b", b"/a\\b", b"/a#b", b"/a\x00", b"/a\xc3\xa9", b"/?q=\xe9", b"/?q=a b"),
            *(b"/%", b"/%4", b"/%zz", b"/%c3", b"/%ff", b"/%c0%af", b"/%ed%a0%80"),
            *(b"/a%2fb", b"/a%2Fb", b"/a%5cb", b"/a%00", b"/a%252fb", b"/a%252e", b"/a%255cb"),
            *(b"/.", b"/..", b"/a/../b", b"/a/./b", b"/%2e%2e/x", b"/a/.%2E"),
            *(b"/%0d%0a", b"/%1b", b"/%7f", b"/%c2%85", b"/%e2%80%a8"),
            *(b"/" + b"a" * LONGEST_PATH, b"/?" + b"a" * (LONGEST_QUERY + 1)),
        ):
            with self.assertRaises(Malformed, msg=repr(sent)):
                parse_target(sent, HOST)

    @given(st.one_of(st.binary(max_size=60), st.binary(max_size=60).map(lambda b: b"/" + b)))
    def test_only_malformed(self, raw: bytes) -> None:
        """Whatever bytes come, nothing but Malformed is raised, and a path begins with a slash."""
        try:
            path, query = parse_target(raw, HOST)
        except Refused as error:
            self.assertIsInstance(error, Malformed)
        else:
            self.assertTrue(path.startswith("/"))
            self.assertNotIn("\\", path)
            self.assertNotIn("..", path.split("/"))
            self.assertTrue(query.isascii())
