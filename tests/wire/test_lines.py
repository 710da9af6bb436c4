"""An answer's fields."""

from hypothesis import given
from hypothesis import strategies as st
from twisted.trial.unittest import SynchronousTestCase

from authsrv.wire.lines import ReplyHead, constant, date, fields, length, status_line, written


class LinesTests(SynchronousTestCase):
    """Fields as they leave."""

    def test_good(self) -> None:
        """An ordinary field is written as each protocol has it."""
        found = fields((("Set-Cookie", "a=b"), ("X-Name", "Zoë"), ("X-Empty", "")))
        self.assertEqual(found.text, b"Set-Cookie: a=b\r\nX-Name: Zo\xc3\xab\r\nX-Empty: \r\n")
        self.assertEqual(
            found.pairs, ((b"set-cookie", b"a=b"), (b"x-name", b"Zo\xc3\xab"), (b"x-empty", b""))
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
            self.assertRaises(ValueError, fields, (pair,))

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
        self.assertEqual(fields(pairs).text, written("X-Constant", "always").text)
        self.assertIs(fields(pairs), fields(pairs))
        others = (*pairs, ("Set-Cookie", "secret"))
        self.assertIsNot(fields(others), fields(others))

    def test_ours(self) -> None:
        """A page cannot claim another length or date, nor how its answer is sent."""
        names = ("content-length", "Date", "Connection", "Transfer-Encoding")
        found = fields(tuple((name, "1") for name in names))
        self.assertEqual((found.text, found.pairs), (b"", ()))

    def test_made_here(self) -> None:
        """The date is RFC 9110's, the length decimal, the first line has its phrase."""
        self.assertEqual(date(784111777).pair, (b"date", b"Sun, 06 Nov 1994 08:49:37 GMT"))
        self.assertEqual(length(0).text, b"Content-Length: 0\r\n")
        self.assertEqual(status_line(b"HTTP/1.1", 404), b"HTTP/1.1 404 Not Found\r\n")
        self.assertEqual(status_line(b"HTTP/1.0", 499), b"HTTP/1.0 499 Unknown\r\n")

    def test_head(self) -> None:
        """A whole head, in both writings; an answer that has no length says none."""
        found = fields((("X-One", "1"),))
        whole = ReplyHead(200, date(784111777), found, length(5))
        self.assertEqual(
            whole.text(b"HTTP/1.1", b"Connection: close\r\n"),
            b"HTTP/1.1 200 OK\r\nDate: Sun, 06 Nov 1994 08:49:37 GMT\r\nX-One: 1\r\n"
            b"Content-Length: 5\r\nConnection: close\r\n\r\n",
        )
        self.assertEqual(
            whole.pairs(),
            [
                (b":status", b"200"),
                date(784111777).pair,
                (b"x-one", b"1"),
                (b"content-length", b"5"),
            ],
        )
        self.assertEqual(whole._replace(length=None).pairs(), whole.pairs()[:-1])
