"""Calls to a database that may vanish."""

from twisted.internet.defer import CancelledError, Deferred, succeed
from twisted.internet.task import Clock
from twisted.trial.unittest import SynchronousTestCase

from authsrv.core.errors import NameTaken, StoreUnavailable
from authsrv.stores.circuit import FAILURES, LASTS, QUEUES, TRY_EVERY, Away, Circuit
from tests.stores.threads_at_hand import HeldThread


def away() -> None:
    """Nobody answers."""
    raise Away("gone")


def refused() -> None:
    """The database answers, and says no."""
    raise NameTaken("alice")


class RunsForEver:
    """A thread that begins each job and never ends one by itself."""

    def __init__(self) -> None:
        self.outcomes: list[object] = []

    def __call__(self, work: object, *args: object) -> Deferred[object]:
        """As deferToThreadPool."""
        self.outcomes.append(work(*args))  # type: ignore[operator]
        self.done: Deferred[object] = Deferred()
        return self.done


class CircuitTests(SynchronousTestCase):
    """Each is answered in time."""

    def setUp(self) -> None:
        self.clock = Clock()
        self.thread = HeldThread()
        self.circuit = Circuit(self.clock, self.thread)

    def fail_often(self) -> None:
        """Enough calls fail."""
        for _ in range(FAILURES):
            done = self.circuit(away)
            self.thread.run_one()
            self.failureResultOf(done, Away)

    def test_answered(self) -> None:
        """What is answered in time is the answer, and nothing is left behind."""
        done = self.circuit(int, "7")
        self.thread.run_one()
        self.assertEqual(self.successResultOf(done), 7)
        self.assertEqual(self.clock.getDelayedCalls(), [])

    def test_at_once(self) -> None:
        """So is what was answered before anybody waited."""
        circuit = Circuit(self.clock, lambda work, *args: succeed(work(*args)))
        self.assertEqual(self.successResultOf(circuit(int, "7")), 7)
        self.assertEqual(self.clock.getDelayedCalls(), [])

    def test_no_thread(self) -> None:
        """A call for which no thread is free is refused in time, and never happens after that."""
        happened: list[int] = []
        done = self.circuit(happened.append, 1)
        self.clock.advance(QUEUES)
        self.failureResultOf(done, StoreUnavailable)
        self.thread.run_one()
        self.assertEqual((happened, self.clock.getDelayedCalls()), ([], []))

    def test_no_answer(self) -> None:
        """A call that is under way is refused in time; its answer is late, and changes nothing."""
        thread = RunsForEver()
        circuit = Circuit(self.clock, thread)
        done = circuit(int, "7")
        self.clock.advance(QUEUES)
        self.assertNoResult(done)
        self.clock.advance(LASTS - QUEUES)
        self.failureResultOf(done, Away)
        thread.done.callback(thread.outcomes[0])
        self.assertEqual((thread.outcomes, self.clock.getDelayedCalls()), ([7], []))

    def test_opens(self) -> None:
        """After failures in a row nobody is asked; one is let through when some time is over."""
        self.fail_often()
        for _ in range(9):
            self.failureResultOf(self.circuit(int), Away)
        self.assertEqual(self.thread.waiting, 0)
        self.clock.advance(TRY_EVERY)
        tries = self.circuit(int)
        self.failureResultOf(self.circuit(int), Away)
        self.assertNoResult(tries)
        self.assertEqual(self.thread.waiting, 1)

    def test_closes(self) -> None:
        """When that one is answered, so is everybody from then on."""
        self.fail_often()
        self.clock.advance(TRY_EVERY)
        self.circuit(int)
        self.thread.run_one()
        for _ in range(3):
            done = self.circuit(int)
            self.thread.run_one()
            self.assertEqual(self.successResultOf(done), 0)

    def test_stays_open(self) -> None:
        """When that one fails, or finds no thread, the next is let through after the same time."""
        self.fail_often()
        for finds_thread in (True, False, True):
            self.clock.advance(TRY_EVERY)
            tries = self.circuit(away)
            if finds_thread:
                self.thread.run_one()
            else:
                self.clock.advance(QUEUES)
                self.thread.run_one()
            self.failureResultOf(tries, StoreUnavailable)
            self.failureResultOf(self.circuit(int), Away)
            self.assertEqual(self.thread.waiting, 0)

    def test_cancelled(self) -> None:
        """A try that nobody waits for any more counts all the same, whatever becomes of it."""
        self.fail_often()
        for finds_thread in (False, True):
            self.clock.advance(TRY_EVERY)
            tries = self.circuit(int)
            tries.cancel()
            self.failureResultOf(tries, CancelledError)
            self.clock.advance(0 if finds_thread else QUEUES)
            self.thread.run_one()
        self.assertNoResult(self.circuit(int))

    def test_in_a_row(self) -> None:
        """Failures that are not in a row, and what the database refuses, keep nobody out."""
        for work, kind in ((away, Away), (refused, NameTaken)) * (FAILURES + 1):
            done = self.circuit(work)
            self.thread.run_one()
            self.failureResultOf(done, kind)

    def test_busy_is_not_away(self) -> None:
        """Calls that found no thread say nothing about the database."""
        for _ in range(FAILURES + 1):
            done = self.circuit(int)
            self.clock.advance(QUEUES)
            self.failureResultOf(done, StoreUnavailable)
        while self.thread.waiting:
            self.thread.run_one()
        self.assertNoResult(self.circuit(int))
