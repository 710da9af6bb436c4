"""Heads that come again on their connection."""

import re

from hypothesis import given
from hypothesis import strategies as st
from twisted.trial.unittest import SynchronousTestCase

from authsrv.core.errors import Malformed
from authsrv.wire.known import LONGEST, MOST, Few, Section
from authsrv.wire.limits import Limits
from authsrv.wire.request import Request
from tests.wire.clients import H1, HOST, House


def head(*fields: str, path: str = "/", method: str = "GET", version: str = "HTTP/1.1") -> bytes:
    """A head as it is sent."""
    lines = [f"{method} {path} {version}", f"Host: {HOST}", *fields, "", ""]
    return "\r\n".join(lines).encode("latin-1")


LINES = st.sampled_from([
    b"GET / HTTP/1.1", b"GET /a?b HTTP/1.1", b"HEAD / HTTP/1.1", b"POST /a HTTP/1.1",
    b"GET /%2f HTTP/1.1", b"GET / HTTP/1.0", b"GET  / HTTP/1.1", b"OPTIONS * HTTP/1.1",
    b"TRACE / HTTP/1.1", b"GET http://login.example.com/c HTTP/1.1", b"GET http://x/ HTTP/1.1",
    b"", b"X", b"HTTP/1.1", b" HTTP/1.1", b"GET / HTTP/2.0",
])  # fmt: skip
SECTIONS = st.sampled_from([
    b"Host: login.example.com\r\n\r\n", b"Host: login.example.com\r\nX: 1\r\n\r\n", b"\r\n",
    b"Host: x\r\n\r\n", b"Host: login.example.com\r\nConnection: close\r\n\r\n",
    b"Host: login.example.com\r\nContent-Length: 0\r\n\r\n",
    b"Host: login.example.com\r\nExpect: 100-continue\r\n\r\n",
    b"Host: login.example.com\r\nContent-Length: 1\r\n\r\nx",
    b"Host: login.example.com\r\nX: 1\r\nX: 2\r\n\r\n",
    b"X: \x01\r\nHost: login.example.com\r\n\r\n",
])  # fmt: skip


class SectionTests(SynchronousTestCase):
    """What is found in a header section."""

    def test_fields(self) -> None:
        """A field is found whatever the case of its name, each time alike."""
        found = Section({b"x-one": [b"1"], b"x-two": [b"\xe9", b"2"]})
        for _ in range(2):
            self.assertEqual(found.header("X-One"), "1")
            self.assertIsNone(found.header("x-none"))
            self.assertEqual(found.header_values("x-two"), ["é", "2"])
            self.assertRaises(Malformed, found.header, "x-two")

    def test_bounded(self) -> None:
        """A connection keeps few of them, and no long ones."""
        few = Few[bytes, str]()
        for number in range(3 * MOST):
            few.keep(b"%d" % number, LONGEST, "short")
            self.assertLessEqual(len(few), MOST)
        self.assertEqual(few[b"%d" % number], "short")
        few.keep(b"x", LONGEST + 1, "long")
        self.assertNotIn(b"x", few)


def said(heads: list[bytes], size: int) -> tuple[list[bytes], list[tuple[str, ...]]]:
    """What one connection is answered to *heads*, sent in pieces of *size*, and what pages saw."""
    house, answers = House(), []
    client = H1(house)
    for each in heads:
        whole = b""
        for at in range(0, len(each), size):
            whole += client.send(each[at : at + size])
        answers.append(re.sub(rb"\r\nDate: [^\r]*", b"", whole))
    seen = [
        (it.verb, it.text_path, it.text_query, *it.header_values("x")) for it in house.page.seen
    ]
    return answers, seen


class AnyOrderTests(SynchronousTestCase):
    """Whatever was remembered."""

    @given(st.lists(st.builds(b"\r\n".join, st.tuples(LINES, SECTIONS)), max_size=8))
    def test_as_in_pieces(self, heads: list[bytes]) -> None:
        """Whole heads, which are remembered, are answered as those in pieces, which are not."""
        assert said(heads, 10_000) == said(heads, 7)


class AgainTests(SynchronousTestCase):
    """HTTP/1.1 connections on which a head comes again."""

    def setUp(self) -> None:
        self.house = House()
        self.client = H1(self.house)

    def seen(self) -> list[Request]:
        return self.house.page.seen

    def test_same_answer(self) -> None:
        """It is the same request each time, with a life of its own."""
        answers = [self.client.send(head("X: 1")) for _ in range(4)]
        self.assertEqual(set(answers), {answers[0]})
        self.assertIn(b" 200 OK\r\n", answers[0])
        first, *others = self.seen()
        self.assertEqual(len(set(self.seen())), 4)
        for request in others:
            self.assertIs(request.head, others[0].head)
            self.assertEqual((request.verb, request.text_path), ("GET", "/"))
            self.assertEqual(request.header("x"), first.header("x"))
        self.assertEqual(self.house.site.counters.requests["HTTP/1.1", 2], 4)

    def test_refused_again(self) -> None:
        """One that is refused is refused each time."""
        for _ in range(3):
            client = H1(self.house)
            self.assertIn(b" 400 ", client.send(head(path="/%2f")))
        for _ in range(3):
            answer = self.client.send(head().replace(HOST.encode(), b"elsewhere.example"))
            self.assertIn(b" 400 ", answer)
            self.assertTrue(answer.endswith(b"WrongHost"))
        self.assertEqual(self.seen(), [])

    def test_other_targets(self) -> None:
        """What differs in the first line alone is read from its fields' first time."""
        paths = ["/", "/a?b=c", "/", "/%C3%A9", "http://login.example.com/d"]
        for path in paths:
            self.assertIn(b" 200 OK\r\n", self.client.send(head("X: 1", path=path)))
        sections = {id(request.head.section) for request in self.seen()}
        self.assertEqual(len(sections), 1)
        self.assertEqual(
            [(request.verb, request.text_path, request.text_query) for request in self.seen()],
            [("GET", path, query) for path, query in
             (("/", ""), ("/a", "b=c"), ("/", ""), ("/é", ""), ("/d", ""))],
        )  # fmt: skip
        self.assertIn(b"HTTP/1.1 200", self.client.send(head("X: 1", method="HEAD")))
        self.assertEqual(self.seen()[-1].verb, "HEAD")

    def test_other_target_refused(self) -> None:
        """A known section makes no bad first line good."""
        for line, status in (
            (b"GET / HTTP/1.1 ", b"400"), (b"GET /a b HTTP/1.1", b"400"), (b" HTTP/1.1", b"400"),
            (b"GET /%2f HTTP/1.1", b"400"), (b"GET http://x/ HTTP/1.1", b"400"),
            (b"TRACE / HTTP/1.1", b"400"), (b"GET / HTTP/1.2", b"400"),
            (b"GET /\x00 HTTP/1.1", b"400"),
            (b"GET /" + b"a" * Limits().head_bytes + b" HTTP/1.1", b"414"),
        ):  # fmt: skip
            with self.subTest(line=line[:20]):
                client = H1(self.house)
                self.assertIn(b" 200 ", client.send(head()))
                _, _, rest = head().partition(b"\r\n")
                answer = client.send(line + b"\r\n" + rest)
                self.assertEqual(answer.split()[1], status)
        self.assertEqual(len(self.seen()), 9)

    def test_other_version(self) -> None:
        """HTTP/1.0 with known fields closes behind the answer, as ever."""
        self.client.send(head())
        self.assertIn(b" 200 OK\r\n", self.client.send(head(version="HTTP/1.0")))
        self.assertTrue(self.client.closed)

    def test_not_another_connections(self) -> None:
        """What one connection has sent another one's is read for itself."""
        self.client.send(head())
        H1(self.house).send(head())
        one, other = self.seen()
        self.assertIsNot(one.head, other.head)

    def test_with_more_behind(self) -> None:
        """A head with something behind it in one piece is read as ever, known or not."""
        self.client.send(head())
        self.client.send(head() + head(path="/two"))
        self.house.turn()
        answer = self.client.received()
        self.assertEqual([request.text_path for request in self.seen()], ["/", "/", "/two"])
        self.assertEqual(answer.count(b" 200 OK\r\n"), 2)

    def test_in_pieces(self) -> None:
        """A head in pieces is read as ever."""
        self.client.send(head())
        for at in (1, 10, len(head()) - 1):
            self.client.send(head()[:at])
            self.assertIn(b" 200 OK\r\n", self.client.send(head()[at:]))

    def test_bodies(self) -> None:
        """A head that promises a body is not kept: each body is its own."""
        for body in (b"one", b"two"):
            self.client.send(head("Content-Length: 3", method="POST"))
            self.assertIn(b" 200 OK\r\n", self.client.send(body))
        self.assertEqual([request.body for request in self.seen()], [b"one", b"two"])

    def test_last(self) -> None:
        """A head that asks for the end gets it, each time."""
        for _ in range(2):
            client = H1(self.house)
            self.assertIn(b"Connection: close\r\n", client.send(head("Connection: close")))
            self.assertTrue(client.closed)

    def test_draining(self) -> None:
        """The last answer says so to a known head too."""
        for _ in range(2):
            self.client.send(head())
        self.house.site.draining = True
        self.assertIn(b"Connection: close\r\n", self.client.send(head()))
        self.assertTrue(self.client.closed)
