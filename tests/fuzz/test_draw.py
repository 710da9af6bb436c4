"""Choices out of bytes."""

from twisted.trial.unittest import SynchronousTestCase

from tests.fuzz.draw import Draw


class DrawTests(SynchronousTestCase):
    """What is drawn."""

    def test_in_order(self) -> None:
        """Bytes are used once, from the front."""
        draw = Draw(b"\x01\x02\x03\x04rest")
        self.assertEqual((draw.number(), draw.number(2), draw.one("abc")), (1, 0x0203, "b"))
        self.assertTrue(draw)
        self.assertEqual((draw.bytes(2), draw.rest()), (b"re", b"st"))

    def test_nothing_left(self) -> None:
        """When nothing is left everything is the first of its kind."""
        draw = Draw(b"")
        self.assertFalse(draw)
        self.assertEqual((draw.number(4), draw.one("abc"), draw.bytes(3)), (0, "a", b""))
