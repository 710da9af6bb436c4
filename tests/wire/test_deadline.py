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
