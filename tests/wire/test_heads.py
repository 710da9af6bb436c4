"""The heads of HTTP/2 requests: what differs in its path alone is looked through once."""

from h2.exceptions import ProtocolError
from hypothesis import given
from hypothesis import strategies as st
from twisted.trial.unittest import SynchronousTestCase

from authsrv.wire.heads import Heads
from authsrv.wire.known import LONGEST, MOST, Head
from authsrv.wire.sections import Fields
from tests.wire.test_sections import REQUESTS

GET: Fields = [(b":method", b"GET"), (b":scheme", b"https"), (b":authority", b"a")]
PATHS = st.sampled_from([b"/", b"/a?b", b"", b" /", b"/ ", b"/\r\n", b"/\0", b"*", b"a b", b"\xff"])


def said(heads: Heads, fields: Fields) -> tuple[object, ...] | None:
    """What is read from *fields*, or None if they are malformed."""
    try:
        head = heads.read(list(fields))
    except ProtocolError:
        return None
    return head.method, head.target, head.section.raw_fields


def at(path: bytes, *more: tuple[bytes, bytes]) -> Fields:
    """A request for *path*."""
    return [*GET, (b":path", path), *more]


class HeadsTests(SynchronousTestCase):
    """Requests of one connection."""

    @given(st.lists(st.tuples(REQUESTS, st.none() | PATHS), max_size=6))
    def test_as_the_first(self, requests: list[tuple[Fields, bytes | None]]) -> None:
        """Whatever came before, each is read, or refused, as if it were the first."""
        heads = Heads()
        for fields, path in requests:
            if path is not None:
                fields = [(name, path if name == b":path" else value) for name, value in fields]
            for _ in range(2):
                assert said(heads, fields) == said(Heads(), fields)

    def test_shared(self) -> None:
        """Another path has the same section; another field, order or method has its own."""
        heads = Heads()
        first = heads.read(at(b"/", (b"x", b"1"), (b"y", b"2")))
        self.assertIs(heads.read(at(b"/b", (b"x", b"1"), (b"y", b"2"))).section, first.section)
        for other in (
            at(b"/", (b"x", b"1")),
            at(b"/", (b"y", b"2"), (b"x", b"1")),
            [(b":method", b"HEAD"), *at(b"/", (b"x", b"1"), (b"y", b"2"))[1:]],
        ):
            self.assertIsNot(heads.read(other).section, first.section)

    def test_malformed_not_kept(self) -> None:
        """What is malformed is so each time, and a bad path of a known request, too."""
        heads = Heads()
        heads.read(at(b"/"))
        for bad in (at(b""), at(b"/ "), [*at(b"/"), (b":path", b"/")], at(b"/", (b"te", b"gzip"))):
            for _ in range(2):
                self.assertRaises(ProtocolError, heads.read, bad)
        self.assertEqual(len(heads), 1)

    def test_bounded(self) -> None:
        """A connection keeps few, and no long ones; how long the path is is no matter."""
        heads = Heads()
        for number in range(3 * MOST):
            self.assertIsInstance(heads.read(at(b"/", (b"x", b"%d" % number))), Head)
            self.assertLessEqual(len(heads), MOST)
        for path, value, is_kept in ((b"/", b"a" * LONGEST, False), (b"/" * LONGEST, b"a", True)):
            first, again = (heads.read(at(path, (b"x", value))) for _ in range(2))
            self.assertEqual(first.section is again.section, is_kept)
