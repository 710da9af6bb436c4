"""What a connection waits for, and how long."""

from twisted.internet.task import Clock
from twisted.trial.unittest import SynchronousTestCase

from authsrv.wire.limits import Limits
from authsrv.wire.waiting import Awaited, Waiting

LIMITS = Limits(idle_seconds=60, header_seconds=10, body_seconds=20)


class WaitingTests(SynchronousTestCase):
    """One connection's wait."""

    def setUp(self) -> None:
        self.clock = Clock()
        self.struck: list[float] = []
        self.waiting = Waiting(self.clock, LIMITS, lambda: self.struck.append(self.clock.seconds()))

    def test_first_head(self) -> None:
        """A connection begins by waiting for a head."""
        self.waiting.begin()
        self.assertIs(self.waiting.awaited, Awaited.HEAD)
        self.clock.pump([9, 1, 99])
        self.assertEqual(self.struck, [10])

    def test_each(self) -> None:
        """Each wait has its own time, from its beginning; that for our answer has none."""
        for awaited, seconds in (
            (Awaited.REQUEST, [60]),
            (Awaited.HEAD, [10]),
            (Awaited.BODY, [20]),
            (Awaited.ANSWER, []),
        ):
            self.waiting.awaited = Awaited.ANSWER
            self.struck.clear()
            began = self.clock.seconds()
            self.waiting.wait_for(awaited)
            self.clock.pump([1] * 99)
            self.assertEqual([at - began for at in self.struck], seconds, awaited)

    def test_the_same_again(self) -> None:
        """What is awaited already gets no more time."""
        self.waiting.begin()
        for _ in range(9):
            self.clock.advance(1)
            self.waiting.wait_for(Awaited.HEAD)
        self.clock.advance(1)
        self.assertEqual(self.struck, [10])

    def test_something_else(self) -> None:
        """The time of what has come is over with it."""
        self.waiting.begin()
        self.clock.advance(9)
        self.waiting.wait_for(Awaited.BODY)
        self.clock.pump([19, 1])
        self.assertEqual(self.struck, [29])

    def test_stopped(self) -> None:
        """One that is stopped leaves no timer."""
        self.waiting.begin()
        self.waiting.stop()
        self.assertEqual(self.clock.getDelayedCalls(), [])
