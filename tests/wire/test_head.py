"""Header fields of requests and answers."""

from twisted.trial.unittest import SynchronousTestCase

from authsrv.core.errors import HeadTooLarge, Malformed
from authsrv.wire.head import LONGEST_COOKIES, check_fields


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
