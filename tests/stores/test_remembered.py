"""How far a copy can be believed."""

from twisted.trial.unittest import SynchronousTestCase

from authsrv.core.errors import StoreUnavailable
from authsrv.stores.remembered import ASKED_AGAIN, Remembered
from tests.stores.board_at_hand import BoardAtHand
from tests.stores.in_flight import Asking, Gate, Steady

GRACE = 60.0


class RememberedCase(SynchronousTestCase):
    """A memory of a store that has a text for some keys."""

    def setUp(self) -> None:
        self.board = BoardAtHand()
        self.now = Steady()
        self.gate = Gate()
        self.kept: dict[str, str] = {"a": "1", "b": "2", "c": "3"}
        self.memory = self.made()

    def made(self, most: int = 10, grace: float = GRACE) -> Remembered[str, str]:
        """Another memory of the same."""
        return Remembered(self.board, self.now, most, grace)

    def learn(self, key: str = "a") -> Asking[str | None]:
        """Ask the store, which decides at once; its answer comes when it may."""

        async def ask() -> str | None:
            value = self.kept.get(key)
            await self.gate.passed()
            return value

        return Asking(self.memory.learn(key, ask))


class BelievedTests(RememberedCase):
    """As good as the store."""

    def test_term(self) -> None:
        """A copy is believed until just before its term runs out, and longer when that lasts."""
        self.board.begin(until=2.0)
        self.learn()
        self.now.advance(1.9)
        self.assertEqual(self.memory.believed("a"), "1")
        self.now.advance(0.1)
        self.assertIsNone(self.memory.believed("a"))
        assert self.board.term is not None
        self.board.term.until = 4.0
        self.assertEqual(self.memory.believed("a"), "1")

    def test_new_term(self) -> None:
        """What was read in a term that has ended is asked for again in the next."""
        self.learn()
        self.board.end()
        self.assertIsNone(self.memory.believed("a"))
        self.board.begin()
        self.assertIsNone(self.memory.believed("a"))
        self.learn()
        self.assertEqual(self.memory.believed("a"), "1")

    def test_no_term(self) -> None:
        """What was read while notices could be missed is not believed, not even afterwards."""
        self.board.end()
        self.assertEqual(self.learn().result, "1")
        self.board.begin()
        self.assertIsNone(self.memory.believed("a"))

    def test_term_ends_on_the_way(self) -> None:
        """Nor is what was asked in one term and answered in another."""
        self.gate.hold()
        asking = self.learn()
        self.board.begin()
        self.gate.release()
        self.assertEqual(asking.result, "1")
        self.assertIsNone(self.memory.believed("a"))

    def test_asked_again(self) -> None:
        """However long the term lasts, the store is asked again after a minute."""
        self.learn()
        self.now.advance(ASKED_AGAIN - 1)
        self.assertEqual(self.memory.believed("a"), "1")
        self.now.advance(1)
        self.assertIsNone(self.memory.believed("a"))

    def test_nothing(self) -> None:
        """That there is nothing is not remembered."""
        self.assertIsNone(self.learn("unknown").result)
        self.kept["unknown"] = "new"
        self.assertEqual(self.learn("unknown").result, "new")

    def test_gone(self) -> None:
        """What the store has no more is not remembered either."""
        self.learn()
        del self.kept["a"]
        self.learn()
        self.assertIsNone(self.memory.believed("a"))
        self.assertIsNone(self.memory.excused("a"))


class InFlightTests(RememberedCase):
    """Answers that come late."""

    def setUp(self) -> None:
        super().setUp()
        self.gate.hold()

    def test_forgotten_meanwhile(self) -> None:
        """An answer from before a change is heard, and not kept."""
        asking = self.learn()
        self.memory.forget("a")
        self.gate.release()
        self.assertEqual(asking.result, "1")
        self.assertIsNone(self.memory.believed("a"))
        self.assertIsNone(self.memory.excused("a"))

    def test_all_forgotten_meanwhile(self) -> None:
        """The same if nobody knows what the change was about."""
        asking = self.learn()
        self.assertEqual(self.memory.forget_all(lambda _: False), [])
        self.gate.release()
        self.assertEqual(asking.result, "1")
        self.assertIsNone(self.memory.believed("a"))

    def test_another_forgotten_meanwhile(self) -> None:
        """A change of something else does not concern it."""
        self.learn()
        self.memory.forget("b")
        self.gate.release()
        self.assertEqual(self.memory.believed("a"), "1")

    def test_two_of_one(self) -> None:
        """Of two questions for one key a change between them concerns the first alone."""
        early = self.learn()
        self.memory.forget("a")
        self.kept["a"] = "new"
        late = self.learn()
        self.gate.release(1)
        self.gate.release()
        self.assertEqual((early.result, late.result), ("1", "new"))
        self.assertEqual(self.memory.believed("a"), "new")

    def test_lost(self) -> None:
        """An answer that never comes takes nothing away from the copy there is."""
        self.gate.open()
        self.learn()
        self.gate.hold()
        asking = self.learn()
        self.gate.lose()
        with self.assertRaises(StoreUnavailable):
            _ = asking.result
        self.assertEqual(self.memory.believed("a"), "1")
        self.assertEqual(self.memory._flights, {})

    def test_cancelled(self) -> None:
        """Nor does a question that nobody waits for any more."""
        asking = self.learn()
        asking.cancel()
        self.assertFalse(asking.waits)
        self.assertEqual(self.memory._flights, {})

    def test_age(self) -> None:
        """A copy is as old as its question, not as its answer."""
        self.board.end()
        self.learn()
        self.now.advance(GRACE - 1)
        self.gate.release()
        self.assertEqual(self.memory.excused("a"), "1")
        self.now.advance(1)
        self.assertIsNone(self.memory.excused("a"))


class ExcusedTests(RememberedCase):
    """Without the store."""

    def test_without_a_term(self) -> None:
        """Grace counts from when the store was asked, where notices may be missed."""
        self.board.end()
        self.learn()
        self.now.advance(GRACE - 0.1)
        self.assertEqual(self.memory.excused("a"), "1")
        self.now.advance(0.1)
        self.assertIsNone(self.memory.excused("a"))

    def test_with_a_term(self) -> None:
        """It counts from the end of the copy's term, where notices were heard."""
        self.board.begin(until=1000.0)
        self.learn()
        self.board.begin(until=5000.0)
        self.now.advance(1000.0 + GRACE - 0.1)
        self.assertEqual(self.memory.excused("a"), "1")
        self.now.advance(0.1)
        self.assertIsNone(self.memory.excused("a"))

    def test_none(self) -> None:
        """Without grace nothing is excused once it is not believed."""
        self.memory = self.made(grace=0.0)
        self.board.begin(until=2.0)
        self.learn()
        self.now.advance(2.0)
        self.assertIsNone(self.memory.excused("a"))

    def test_forgotten(self) -> None:
        """What has changed is never excused."""
        self.learn()
        self.memory.forget("a")
        self.assertIsNone(self.memory.excused("a"))


class BoundTests(RememberedCase):
    """How much is remembered."""

    def test_latest_used(self) -> None:
        """Of more copies than may be, the one used longest ago goes."""
        self.memory = self.made(most=2)
        self.learn("a")
        self.learn("b")
        self.memory.believed("a")
        self.learn("c")
        self.assertEqual([self.memory.believed(key) for key in "abc"], ["1", None, "3"])

    def test_learnt_again(self) -> None:
        """What is learnt again counts once, and as used."""
        self.memory = self.made(most=2)
        for key in "aababac":
            self.learn(key)
        self.assertEqual([self.memory.believed(key) for key in "abc"], ["1", None, "3"])

    def test_none(self) -> None:
        """With no copies at all every question goes to the store."""
        self.memory = self.made(most=0)
        self.assertEqual(self.learn().result, "1")
        self.assertIsNone(self.memory.believed("a"))
        self.assertIsNone(self.memory.excused("a"))

    def test_forget_some(self) -> None:
        """Those that are meant are forgotten, and named; the others stay."""
        for key in "abc":
            self.learn(key)
        self.assertEqual(self.memory.forget_all(lambda value: value in "12"), ["a", "b"])
        self.assertEqual([self.memory.believed(key) for key in "abc"], [None, None, "3"])

    def test_amend(self) -> None:
        """A copy can be changed where it stands; what is not there is not made."""
        self.learn()
        self.memory.amend("a", lambda value: value + "!")
        self.memory.amend("b", lambda value: value + "!")
        self.assertEqual([self.memory.believed(key) for key in "ab"], ["1!", None])

    def test_counts(self) -> None:
        """Each answer is counted by whence it came."""
        self.learn()
        self.memory.believed("a")
        self.memory.believed("b")
        self.memory.excused("a")
        self.memory.excused("b")
        counts = self.memory.counts
        self.assertEqual((counts.hits, counts.misses, counts.grace), (1, 1, 1))
