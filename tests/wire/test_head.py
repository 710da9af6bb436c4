"""Header fields of requests and answers."""

from twisted.trial.unittest import SynchronousTestCase

from authsrv.core.errors import HeadTooLarge, Malformed
from authsrv.wire.head import (
    LONGEST_COOKIES,
    check_fields,
    join_cookies,
    names_are_tokens,
)


class FieldTests(SynchronousTestCase):
    """What a request may carry."""

    def test_count(self) -> None:
        """As many fields as allowed pass, one more is too many, however they are named."""
        headers = {b"x": [b"1"] * 3, b"y": [b"2"]}
        check_fields(headers, 4)
        self.assertRaises(HeadTooLarge, check_fields, headers, 3)

    def test_control_characters(self) -> None:
        """A control character other than tab is malformed, in Cookie as anywhere."""
        check_fields({b"cookie": [b"a=b\tc"]}, 9)
        for bad in (b"a=\x01", b"\x7f", b"a\x1bb"):
            self.assertRaises(Malformed, check_fields, {b"cookie": [b"a=b", bad]}, 9)
            self.assertRaises(Malformed, check_fields, {b"x-any": [bad]}, 9)

    def test_cookies_are_bounded_together(self) -> None:
        """Many Cookie fields may not hold more than one could."""
        half = b"a" * (LONGEST_COOKIES // 2)
        check_fields({b"cookie": [half, half]}, 9)
        headers = {b"cookie": [half, half, b"b"]}
        self.assertRaises(HeadTooLarge, check_fields, headers, 9)


class Http2FieldsTests(SynchronousTestCase):
    """Fields as HTTP/2 has them."""

    def test_names(self) -> None:
        """Names are lower-case tokens, or HTTP/2's own; a scheme is one."""
        self.assertTrue(names_are_tokens([(b":scheme", b"https"), (b"x-y", b"(any)")]))
        for field in ((b"x(y", b""), (b"X", b""), (b"", b""), (b"a b", b""), (b":scheme", b"")):
            self.assertFalse(names_are_tokens([(b"a", b"b"), field]), field)

    def test_cookies(self) -> None:
        """Crumbs become one cookie field, behind the others; without them nothing changes."""
        crumbs = [(b"cookie", b"a=1"), (b"x", b"y"), (b"cookie", b"b=2")]
        self.assertEqual(join_cookies(crumbs), [(b"x", b"y"), (b"cookie", b"a=1; b=2")])
        one = crumbs[:2]
        self.assertIs(join_cookies(one), one)
