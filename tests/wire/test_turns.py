"""Turns of the reactor."""

from twisted.internet.task import Clock
from twisted.trial.unittest import SynchronousTestCase

from authsrv.wire.turns import Turns


class TurnsTests(SynchronousTestCase):
    """What is done, and when."""

    def setUp(self) -> None:
        self.clock = Clock()
        self.turns = Turns(self.clock)
        self.done: list[str] = []

    def fail_now(self) -> None:
        raise ZeroDivisionError

    def note(self, name: str) -> None:
        self.done.append(name)

    def test_order(self) -> None:
        """In the next turn, by one timer: first what begins, then what is sent, that too which
        what has begun has to send."""

        def one() -> None:
            self.note("one")
            self.turns.send(lambda: self.note("sent by one"))

        self.turns.send(lambda: self.note("sent"))
        self.turns.begin(one)
        self.turns.begin(lambda: self.note("two"))
        self.assertEqual((self.done, len(self.clock.getDelayedCalls())), ([], 1))
        self.clock.advance(0)
        self.assertEqual(self.done, ["one", "two", "sent", "sent by one"])
        self.assertEqual(self.clock.getDelayedCalls(), [])

    def test_what_begins_meanwhile(self) -> None:
        """What a turn asks to be begun is done in another turn."""
        seen: list[object] = []

        def one() -> None:
            seen.append(self.turns.now)
            self.turns.begin(lambda: seen.append(self.turns.now))

        self.turns.begin(one)
        self.clock.advance(0)
        self.assertEqual(len(seen), 2)
        self.assertIsNot(seen[0], seen[1])

    def test_failure(self) -> None:
        """Work that fails is logged, and keeps nobody from working, now or later."""
        self.turns.begin(self.fail_now)
        self.turns.begin(lambda: self.note("beside"))
        self.turns.send(self.fail_now)
        self.clock.advance(0)
        self.turns.begin(lambda: self.note("behind"))
        self.clock.advance(0)
        self.assertEqual(self.done, ["beside", "behind"])
        self.assertEqual(len(self.flushLoggedErrors(ZeroDivisionError)), 2)

    def test_now(self) -> None:
        """Each turn is another, and while what it has begun is sent there is none."""
        seen: list[object] = []
        for _ in range(2):
            self.turns.begin(lambda: seen.append(self.turns.now))
            self.turns.begin(lambda: seen.append(self.turns.now))
            self.turns.send(lambda: seen.append(self.turns.now))
            self.clock.advance(0)
        self.assertIs(seen[0], seen[1])
        self.assertIsNot(seen[0], seen[3])
        self.assertEqual((seen[2], seen[5], self.turns.now), (None, None, None))
