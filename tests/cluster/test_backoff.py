from hypothesis import given
from hypothesis import strategies as st
from twisted.trial.unittest import SynchronousTestCase

from authsrv.cluster.backoff import PROVEN_AFTER, count_death, delay, describe_end


class BackoffTests(SynchronousTestCase):
    def test_sequence(self) -> None:
        """A crash loop waits 100 ms, then twice as long each time, and never over 30 s."""
        deaths, waits = 0, []
        for _ in range(11):
            deaths = count_death(deaths, 0.5)
            waits.append(delay(deaths, served=False))
        self.assertEqual([0.1, 0.2, 0.4, 0.8, 1.6, 3.2, 6.4, 12.8, 25.6, 30.0, 30.0], waits)

    def test_proven(self) -> None:
        """A worker that has lived is replaced at once, and its earlier crashes are forgotten."""
        for served in (True, False):
            proven = count_death(7, PROVEN_AFTER)
            self.assertEqual(0.0, delay(proven, served=served))
            self.assertEqual(0.1, delay(count_death(proven, 1.0), served=served))

    def test_killed_again_and_again(self) -> None:
        """A worker that serves each time, and is ended each time, is never missed for long."""
        waits = [delay(deaths, served=True) for deaths in range(6)]
        self.assertEqual([0.0, 0.1, 0.2, 0.4, 0.5, 0.5], waits)

    @given(st.integers(0, 10**9), st.booleans())
    def test_bounded(self, deaths: int, served: bool) -> None:
        """No number of crashes makes the wait longer than 30 s."""
        self.assertLessEqual(delay(deaths, served=served), 30.0)

    def test_why(self) -> None:
        """An end is told by its signal's name, else by its status."""
        self.assertEqual("signal SIGKILL", describe_end(None, 9))
        self.assertEqual("signal 250", describe_end(None, 250))
        self.assertEqual("exit status 3", describe_end(3, None))
