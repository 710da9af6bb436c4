"""What the log says of limits that strike."""

from collections.abc import Sequence

from twisted.internet.task import Clock
from twisted.logger import LogEvent, capturedLogs
from twisted.trial.unittest import SynchronousTestCase

from authsrv.wire.counters import Counters
from authsrv.wire.strikes import LINES, Strikes


class StrikesTests(SynchronousTestCase):
    """Few are told one by one, many together."""

    def setUp(self) -> None:
        self.clock = Clock()
        self.counters = Counters()
        self.strikes = Strikes(self.clock.seconds, self.counters)

    def told(self, *strikes: tuple[str, str], pause: float = 0) -> list[tuple[str, str, int]]:
        """What is logged about *strikes*, the last of them after a *pause*."""
        events: Sequence[LogEvent]
        with capturedLogs() as events:
            for limit, address in strikes[:-1]:
                self.strikes.note(limit, address)
            self.clock.advance(pause)
            self.strikes.note(*strikes[-1])
        return [(e["limit"], e["address"], e["unsaid"]) for e in events]

    def test_few(self) -> None:
        """Each has its line."""
        told = self.told(("streams", "192.0.2.1"), ("streams", "192.0.2.2"))
        self.assertEqual(told, [("streams", "192.0.2.1", 0), ("streams", "192.0.2.2", 0)])

    def test_many(self) -> None:
        """Of a flood a second's worth is told, and then how many were not."""
        flood = [("connections", "192.0.2.1")] * 1000
        told = self.told(*flood, ("connections", "192.0.2.2"), pause=1)
        self.assertEqual(len(told), LINES[0] + 1)
        self.assertEqual(told[-1], ("connections", "192.0.2.2", 1000 - LINES[0]))
        self.assertEqual(self.counters.limits, {"connections": 1001})

    def test_each_alone(self) -> None:
        """A flood of one kind leaves the lines of the others alone."""
        told = self.told(*[("connections", "192.0.2.1")] * 1000, ("resets", "192.0.2.3"))
        self.assertEqual(told[-1], ("resets", "192.0.2.3", 0))
