from twisted.internet.base import ReactorBase
from twisted.trial.unittest import SynchronousTestCase

from authsrv.cluster.clock import use_monotonic


class _NoIO(ReactorBase):
    """The bookkeeping of timers that all reactors share, and nothing else."""

    def installWaker(self) -> None:
        pass


class MonotonicTests(SynchronousTestCase):
    def setUp(self) -> None:
        self.now = 1000.0
        self.reactor = _NoIO()

    def test_timers(self) -> None:
        """Timers run by the clock that was given, their resets and delays too."""
        use_monotonic(self.reactor, lambda: self.now)
        fired: list[str] = []
        self.reactor.callLater(5, fired.append, "plain")
        moved = self.reactor.callLater(5, fired.append, "reset")
        self.now += 4
        self.reactor.runUntilCurrent()
        moved.reset(5)
        self.assertEqual(1.0, self.reactor.timeout())
        self.now += 1
        self.reactor.runUntilCurrent()
        self.assertEqual(["plain"], fired)
        self.now += 4
        self.reactor.runUntilCurrent()
        self.assertEqual(["plain", "reset"], fired)

    def test_too_late(self) -> None:
        """A timer that was set by the other clock makes the change an error."""
        self.reactor.callLater(5, lambda: None)
        with self.assertRaises(RuntimeError):
            use_monotonic(self.reactor, lambda: self.now)
