"""Something done once at a time."""

from twisted.internet.defer import Deferred
from twisted.trial.unittest import SynchronousTestCase

from authsrv.cluster.turns import Turns


class TurnsTests(SynchronousTestCase):
    """Who asks is told when it was done, from then."""

    def setUp(self) -> None:
        self.running: list[Deferred[None]] = []
        self.turns = Turns(self.work)

    async def work(self) -> None:
        self.running.append(Deferred())
        await self.running[-1]

    def test_one(self) -> None:
        """It is done at once, and told when it is done."""
        asked = self.turns.ask()
        self.assertNoResult(asked)
        self.running[0].callback(None)
        self.successResultOf(asked)

    def test_meanwhile(self) -> None:
        """Who asks while it is done is served by the next turn, all of them by one."""
        first = self.turns.ask()
        others = [self.turns.ask() for _ in range(3)]
        self.assertEqual(1, len(self.running))
        self.running[0].callback(None)
        self.successResultOf(first)
        self.assertEqual(2, len(self.running))
        self.running[1].callback(None)
        for each in others:
            self.successResultOf(each)
        self.assertEqual(2, len(self.running))

    def test_failure(self) -> None:
        """A failure is told to those it concerns, and the next turn begins."""
        first, second = self.turns.ask(), self.turns.ask()
        self.running[0].errback(ValueError("x"))
        self.failureResultOf(first, ValueError)
        self.running[1].callback(None)
        self.successResultOf(second)
