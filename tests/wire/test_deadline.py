"""Deadlines."""

from twisted.internet.task import Clock
from twisted.trial.unittest import SynchronousTestCase

from authsrv.wire.deadline import Deadline


class DeadlineTests(SynchronousTestCase):
    """One deadline, set and cleared."""

    def setUp(self) -> None:
        self.clock = Clock()
        self.struck: list[float] = []
        self.deadline = Deadline(self.clock, lambda: self.struck.append(self.clock.seconds()))

    def test_strikes_once(self) -> None:
        """It strikes when its time is over, and not again."""
        self.deadline.set(5)
        self.clock.pump([4, 1, 50])
        self.assertEqual(self.struck, [5])

    def test_set_again(self) -> None:
        """The last time that was set is the only one."""
        self.deadline.set(5)
        self.clock.advance(4)
        self.deadline.set(5)
        self.clock.pump([4, 1, 50])
        self.assertEqual(self.struck, [9])

    def test_cleared(self) -> None:
        """A cleared deadline does not strike; clearing again, or after the strike, is no error."""
        self.deadline.set(5)
        self.deadline.clear()
        self.deadline.clear()
        self.clock.advance(9)
        self.assertEqual((self.struck, self.clock.getDelayedCalls()), ([], []))
        self.deadline.set(1)
        self.clock.advance(1)
        self.deadline.clear()
        self.assertEqual(self.struck, [10])

    def test_set_anew(self) -> None:
        """Whatever was set and cleared before, it strikes at the time that was set last."""
        for seconds in (5, 1, 7, 3):
            self.deadline.set(seconds)
            self.clock.advance(0.5)
            self.deadline.clear()
        self.deadline.set(4)
        self.clock.pump([3.9, 0.2, 50])
        self.assertEqual(len(self.struck), 1)
        self.assertAlmostEqual(self.struck[0], 6.1)

    def test_sooner(self) -> None:
        """A sooner time replaces a later one."""
        self.deadline.set(60)
        self.deadline.set(1)
        self.clock.pump([1, 100])
        self.assertEqual(self.struck, [1])

    def test_ended(self) -> None:
        """An ended deadline leaves nothing behind; ending again is no error."""
        self.deadline.set(5)
        self.deadline.end()
        self.deadline.end()
        self.assertEqual(self.clock.getDelayedCalls(), [])

    def test_cheap(self) -> None:
        """Set and cleared a thousand times, it asks the reactor once."""
        for _ in range(1000):
            self.deadline.set(60)
            self.deadline.clear()
        self.assertEqual(len(self.clock.getDelayedCalls()), 1)
