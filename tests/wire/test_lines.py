"""An answer's fields."""

from hypothesis import given
from hypothesis import strategies as st
from twisted.trial.unittest import SynchronousTestCase

from authsrv.wire.lines import constant, date, length, lines, status_line, written


class LinesTests(SynchronousTestCase):
    """Fields as they leave."""

    def test_good(self) -> None:
        """An ordinary field is written as each protocol has it."""
        self.assertEqual(
            lines((("Set-Cookie", "a=b"), ("X-Name", "Zoë"), ("X-Empty", ""))),
            [
                (b"Set-Cookie: a=b\r\n", (b"set-cookie", b"a=b")),
                (b"X-Name: Zo\xc3\xab\r\n", (b"x-name", b"Zo\xc3\xab")),
                (b"X-Empty: \r\n", (b"x-empty", b"")),
            ],
        )

    def test_bad(self) -> None:
        """What would break out of its field is an error of ours."""
        for pair in (
            ("X", "a\r\nSet-Cookie: b"),
            ("X", "a\nb"),
            ("X", "a\x00b"),
            ("X:", "a"),
            ("", "a"),
            ("X\r\nY", "a"),
            ("TE", "gzip"),
            ("Upgrade", "h2c"),
        ):
            self.assertRaises(ValueError, lines, (pair,))

    @given(st.text(max_size=20), st.text(max_size=20))
    def test_never_breaks_out(self, name: str, value: str) -> None:
        """Whatever passes has no line break in it but the last."""
        try:
            text, pair = written(name, value)
        except (ValueError, UnicodeError):
            return
        self.assertTrue(text.endswith(b"\r\n"))
        self.assertFalse(set(b"\r\n\0") & set(text[:-2] + b"".join(pair)))

    def test_constant(self) -> None:
        """What stands in our source is written once, and is the same afterwards."""
        pairs = constant(("X-Constant", "always"))
        self.assertEqual(pairs, (("X-Constant", "always"),))
        self.assertEqual(lines(pairs), [written("X-Constant", "always")])
        self.assertIs(lines(pairs)[0], lines(pairs)[0])

    def test_ours(self) -> None:
        """A page cannot claim another length or date, nor how its answer is sent."""
        names = ("content-length", "Date", "Connection", "Transfer-Encoding")
        self.assertEqual(lines(tuple((name, "1") for name in names)), [])

    def test_made_here(self) -> None:
        """The date is RFC 9110's, the length decimal, the first line has its phrase."""
        self.assertEqual(date(784111777).pair, (b"date", b"Sun, 06 Nov 1994 08:49:37 GMT"))
        self.assertEqual(length(0).text, b"Content-Length: 0\r\n")
        self.assertEqual(status_line(b"HTTP/1.1", 404), b"HTTP/1.1 404 Not Found\r\n")
        self.assertEqual(status_line(b"HTTP/1.0", 499), b"HTTP/1.0 499 Unknown\r\n")
