"""What systemd hears of us while we run."""

from twisted.internet.task import Clock
from twisted.trial.unittest import SynchronousTestCase

from authsrv.cluster.watchdog import PATIENCE, Strength, Watchdog, asked


class AskedTests(SynchronousTestCase):
    """What the environment asks for."""

    def test_asked(self) -> None:
        """Only a number of microseconds above zero, meant for us or for nobody in particular."""
        cases: list[tuple[dict[str, str], float | None]] = [
            ({}, None),
            ({"WATCHDOG_USEC": "30000000"}, 30.0),
            ({"WATCHDOG_USEC": "1500000", "WATCHDOG_PID": "7"}, 1.5),
            ({"WATCHDOG_USEC": "1500000", "WATCHDOG_PID": "8"}, None),
            ({"WATCHDOG_USEC": "0"}, None),
            ({"WATCHDOG_USEC": "-5"}, None),
            ({"WATCHDOG_USEC": "²"}, None),
            ({"WATCHDOG_USEC": ""}, None),
        ]
        for environment, within in cases:
            self.assertEqual(within, asked(environment, 7), environment)


class WatchdogTests(SynchronousTestCase):
    """Signs of life."""

    def setUp(self) -> None:
        self.clock = Clock()
        self.told: list[str] = []
        self.strength = Strength(0, 2)

    def start(self, within: float | None = 10.0) -> None:
        """Start one that is asked to be heard of *within* so many seconds."""
        watchdog = Watchdog(self.clock, self.told.append, lambda: within)
        watchdog.start(lambda: self.strength)

    def beats(self, seconds: float) -> int:
        """How many signs of life come in the next *seconds*."""
        before = self.told.count("WATCHDOG=1")
        self.clock.pump([0.5] * int(seconds * 2))
        return self.told.count("WATCHDOG=1") - before

    def test_twice_as_often(self) -> None:
        """It is heard of twice in the time that was asked for, and at once."""
        self.start()
        self.assertEqual(1, self.told.count("WATCHDOG=1"))
        self.strength = Strength(2, 2)
        self.assertEqual(20, self.beats(100))

    def test_not_asked(self) -> None:
        """Nobody who has not asked gets a sign of life, but all are told how we are."""
        self.start(within=None)
        self.assertEqual(0, self.beats(100))
        self.assertEqual(["STATUS=0 of 2 workers ready"], self.told)

    def test_status(self) -> None:
        """Each change of how many workers are ready is told within a second, and told once."""
        self.start(within=None)
        for ready in (1, 2, 2, 1):
            self.strength = Strength(ready, 2)
            self.clock.pump([0.5] * 2)
        self.strength = Strength(0, 0)
        self.clock.pump([0.5] * 20)
        told = [text.removeprefix("STATUS=") for text in self.told]
        counted = [f"{ready} of 2 workers ready" for ready in (0, 1, 2, 1)]
        self.assertEqual([*counted, "finishing what runs"], told)

    def test_time_to_start(self) -> None:
        """Before a worker can have become ready it is patient, and then silent for good."""
        self.start()
        self.assertGreaterEqual(self.beats(PATIENCE), PATIENCE / 5)
        self.beats(1)
        self.assertEqual(0, self.beats(600))

    def test_all_lost(self) -> None:
        """Workers that are lost for long end the signs of life; one that comes brings them back."""
        self.start()
        self.strength = Strength(1, 2)
        self.assertEqual(200, self.beats(1000))
        self.strength = Strength(0, 2)
        self.assertGreaterEqual(self.beats(PATIENCE), PATIENCE / 5 - 1)
        self.beats(5)
        self.assertEqual(0, self.beats(600))
        self.strength = Strength(1, 2)
        self.assertEqual(20, self.beats(100))

    def test_stopping(self) -> None:
        """A server that finishes what runs is not cut short, however long that takes."""
        self.start()
        self.strength = Strength(0, 0)
        self.assertEqual(200, self.beats(1000))

    def test_a_hanging_reactor(self) -> None:
        """Signs of life that were missed are not made up for."""
        self.start()
        self.strength = Strength(2, 2)
        before = len(self.told)
        self.clock.advance(3600)
        self.assertEqual(1, self.told[before:].count("WATCHDOG=1"))
