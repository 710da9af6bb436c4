"""The deadlines of an HTTP/2 connection's reading half."""

from twisted.internet.task import Clock
from twisted.trial.unittest import SynchronousTestCase

from authsrv.wire.limits import Limits
from authsrv.wire.overdue import Overdue


class OverdueTests(SynchronousTestCase):
    """What has begun has to end."""

    def setUp(self) -> None:
        self.clock = Clock()
        self.struck: list[object] = []
        limits = Limits(header_seconds=10, idle_seconds=60)
        self.overdue = Overdue(self.clock, limits, self.struck.append)

    def test_block(self) -> None:
        """Of one block the time runs on; the next has its own."""
        self.overdue.watch_block(1)
        self.clock.advance(9)
        self.overdue.watch_block(1)
        self.overdue.watch_block(2)
        self.clock.advance(9)
        self.assertEqual(self.struck, [])
        self.clock.advance(1)
        self.assertEqual(self.struck, ["header_seconds"])

    def test_block_ended(self) -> None:
        """One that has ended is not struck, and the same number may begin again."""
        self.overdue.watch_block(1)
        self.overdue.watch_block(None)
        self.clock.advance(11)
        self.assertEqual(self.struck, [])
        self.overdue.watch_block(1)
        self.clock.advance(10)
        self.assertEqual(self.struck, ["header_seconds"])

    def test_idle(self) -> None:
        """Idling is one stretch, however often it is looked at; work ends it."""
        self.overdue.watch_idle(True)
        self.clock.advance(59)
        self.overdue.watch_idle(True)
        self.overdue.watch_idle(False)
        self.clock.advance(60)
        self.assertEqual(self.struck, [])
        self.overdue.watch_idle(True)
        self.clock.advance(60)
        self.assertEqual(self.struck, ["idle_seconds"])

    def test_streams(self) -> None:
        """Each stream has a deadline, which can be put off or forgotten."""
        for stream in (1, 3, 5):
            self.overdue.watch_stream(stream, 20, self.struck.append)
        self.overdue.forget_stream(3)
        self.overdue.forget_stream(3)
        self.clock.advance(19)
        self.overdue.watch_stream(5, 20, self.struck.append)
        self.clock.advance(1)
        self.assertEqual(self.struck, [1])
        self.clock.advance(20)
        self.assertEqual(self.struck, [1, 5])

    def test_clear(self) -> None:
        """Afterwards nothing strikes, and no timer is left."""
        self.overdue.watch_block(1)
        self.overdue.watch_idle(True)
        self.overdue.watch_stream(1, 20, self.struck.append)
        self.overdue.clear()
        self.assertEqual(self.clock.getDelayedCalls(), [])
