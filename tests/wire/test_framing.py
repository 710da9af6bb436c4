"""The head of an HTTP/1.1 request and the length of its body."""

from hypothesis import given
from hypothesis import strategies as st
from twisted.trial.unittest import SynchronousTestCase

from authsrv.core.errors import Malformed
from authsrv.wire.framing import (
    body_length,
    check_unended,
    keeps_open,
    parse_field,
    parse_fields,
    parse_request_line,
)

LINES = [
    b"A: b", b"a:\tc \t", b"B-c:", b"d:e:f", b"x: \xff", b": a", b"a b: c", b"a : b", b" a: b",
    b"a", b"a: b\r", b"a: b\nc: d", b"a: \0", b"a\r: b", b"\xe9: a", b"a: \x0b", b"a\x7f: b",
]  # fmt: skip


class LineTests(SynchronousTestCase):
    """Lines of a head."""

    def test_request_line(self) -> None:
        """An ordinary request line has three parts."""
        self.assertEqual(parse_request_line(b"GET /a?b HTTP/1.1"), (b"GET", b"/a?b", b"HTTP/1.1"))
        self.assertEqual(parse_request_line(b"X! * HTTP/1.0"), (b"X!", b"*", b"HTTP/1.0"))

    def test_field(self) -> None:
        """White space around a value is no part of it; a value may be empty, or not be ASCII.

        The name comes in lower case.
        """
        self.assertEqual(parse_field(b"A-b: \t c d\t "), (b"a-b", b"c d"))
        self.assertEqual(parse_field(b"A:"), (b"a", b""))
        self.assertEqual(parse_field(b"A: \t "), (b"a", b""))
        self.assertEqual(parse_field(b"A:b:\xff"), (b"a", b"b:\xff"))

    @given(st.binary(max_size=60))
    def test_only_malformed(self, line: bytes) -> None:
        """Whatever a line holds, it is read or malformed."""
        for parse in (parse_request_line, parse_field):
            try:
                parts = parse(line)
            except Malformed:
                continue
            self.assertFalse(set(b"\0\r\n") & set(b"".join(parts)))

    @given(st.lists(st.sampled_from(LINES) | st.binary(max_size=12), max_size=6))
    def test_fields(self, lines: list[bytes]) -> None:
        """Many lines say what each of them says, in order; one that is malformed spoils all."""
        wanted: dict[bytes, list[bytes]] | None = {}
        for line in b"\r\n".join(lines).split(b"\r\n") if lines else ():
            try:
                name, value = parse_field(line)
            except Malformed:
                wanted = None
                break
            assert wanted is not None
            wanted.setdefault(name, []).append(value)
        if lines == [b""]:
            wanted = {}
        if wanted is None:
            self.assertRaises(Malformed, parse_fields, b"\r\n".join(lines))
        else:
            self.assertEqual(parse_fields(b"\r\n".join(lines)), wanted)

    def test_unended(self) -> None:
        """A CR at the end of what has come may have its LF yet; any other is stray."""
        for good in (b"", b"GET / HTTP/1.1", b"GET / HTTP/1.1\r"):
            check_unended(good)
        for bad in (b"a\n", b"a\rb", b"\r\r", b"\0"):
            self.assertRaises(Malformed, check_unended, bad)


class BodyTests(SynchronousTestCase):
    """How long a body is."""

    def length(self, version: bytes = b"HTTP/1.1", **fields: list[bytes]) -> int | None:
        return body_length(version, _named(fields))

    def test_known(self) -> None:
        """No field means no body; one number is its length, leading zeros or not."""
        self.assertEqual(self.length(), 0)
        self.assertEqual(self.length(content_length=[b"0"]), 0)
        self.assertEqual(self.length(content_length=[b"007"]), 7)

    def test_chunked(self) -> None:
        """Codings are compared without regard to case (RFC 9112, section 7)."""
        self.assertIsNone(self.length(transfer_encoding=[b"chunked"]))
        self.assertIsNone(self.length(transfer_encoding=[b"Chunked"]))

    def test_unsure(self) -> None:
        """What could be read in two ways is malformed."""
        for fields in (
            {"content_length": [b"5", b"5"]},
            {"content_length": [b"5, 5"]},
            {"content_length": [b"9" * 4300]},
            {"content_length": [b""]},
            {"transfer_encoding": [b"identity"]},
            {"transfer_encoding": [b""]},
            {"transfer_encoding": [b"chunked", b"chunked"]},
            {"transfer_encoding": [b"chunked"], "content_length": [b"5"]},
        ):
            self.assertRaises(Malformed, self.length, **fields)
        self.assertRaises(Malformed, self.length, b"HTTP/1.0", transfer_encoding=[b"chunked"])


class PersistenceTests(SynchronousTestCase):
    """Whether the connection may live on."""

    def test_close(self) -> None:
        """The option close is found wherever it stands in the list."""
        for values in ([b"close"], [b"keep-alive,Close"], [b"te", b"x, close , y"]):
            self.assertFalse(keeps_open(b"HTTP/1.1", {b"connection": values}))

    def test_open(self) -> None:
        """HTTP/1.1 stays open unless told otherwise, HTTP/1.0 never does."""
        self.assertTrue(keeps_open(b"HTTP/1.1", {}))
        self.assertTrue(keeps_open(b"HTTP/1.1", {b"connection": [b"closed"]}))
        headers = {b"connection": [b"keep-alive"]}
        self.assertFalse(keeps_open(b"HTTP/1.0", headers))


def _named(fields: dict[str, list[bytes]]) -> dict[bytes, list[bytes]]:
    return {name.replace("_", "-").encode(): values for name, values in fields.items()}
