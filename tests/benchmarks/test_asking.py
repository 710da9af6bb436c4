"""The small client for checks of many sessions."""

from twisted.trial.unittest import SynchronousTestCase

from benchmarks.asking import length_of
from benchmarks.errors import CannotMeasure


class LengthTests(SynchronousTestCase):
    """How much of an answer is still to come."""

    def test_length(self) -> None:
        """The length is found in whatever letters, at the end of the head or before it."""
        for name in (b"Content-Length", b"content-length"):
            for rest in (b"", b"\r\nX: 7"):
                head = b"HTTP/1.1 200 OK\r\n" + name + b": 42" + rest
                self.assertEqual(length_of(head), 42)

    def test_none(self) -> None:
        """An answer that does not say its length cannot be measured."""
        self.assertRaises(CannotMeasure, length_of, b"HTTP/1.1 200 OK\r\nX: 7")
