"""Token buckets."""

from twisted.trial.unittest import SynchronousTestCase

from authsrv.wire.buckets import Bucket


class BucketTests(SynchronousTestCase):
    """A bucket of 3, filled with 2 a second."""

    def setUp(self) -> None:
        self.bucket = Bucket(3, 2, 100.0)

    def _take(self, times: int, now: float) -> int:
        return sum(self.bucket.take(now) for _ in range(times))

    def test_burst(self) -> None:
        """The burst passes, and no more."""
        self.assertEqual(self._take(9, 100.0), 3)

    def test_refill(self) -> None:
        """It fills with its rate, up to the burst."""
        self._take(3, 100.0)
        self.assertEqual(self._take(9, 101.0), 2)
        self.assertEqual(self._take(9, 999.0), 3)

    def test_clock_steps_back(self) -> None:
        """A clock that steps back takes nothing away."""
        self._take(1, 100.0)
        self.assertEqual(self._take(9, 50.0), 2)

    def test_amounts(self) -> None:
        """What counts more takes more, or nothing where there is too little."""
        self.assertFalse(self.bucket.take(100.0, 3.5))
        self.assertTrue(self.bucket.take(100.0, 2.5))
        self.assertEqual(self._take(9, 100.0), 0)
