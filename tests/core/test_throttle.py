"""How often somebody may try."""

from hypothesis import assume, given, settings
from hypothesis import strategies as st
from twisted.trial.unittest import SynchronousTestCase

from authsrv.core.throttle import (
    KEEP_ROW,
    LOCK_AFTER,
    Counts,
    Limit,
    Verdict,
    expires_at,
    give_back,
    take,
    take_all,
    undo,
)

FIVE = Limit(5, 900)
LOCKING = Limit(5, 900, lock_after=7)
ALLOWED = Verdict(allowed=True)
LIMITS = st.builds(Limit, st.integers(1, 6), st.integers(1, 50))
# Seconds that pass, and seconds that the clock is then stepped back.
STEPS = st.lists(
    st.tuples(st.integers(0, 30), st.just(0) | st.integers(0, 200)), min_size=1, max_size=60
)


def run(limit: Limit, times: list[int]) -> tuple[Counts, list[Verdict]]:
    """What becomes of attempts at *times*, as the clock shows them."""
    counts, verdicts = Counts(), []
    for now in times:
        counts, verdict = take(counts, limit, now)
        verdicts.append(verdict)
    return counts, verdicts


class LimitTests(SynchronousTestCase):
    """At most so many in a window."""

    def test_sixth(self) -> None:
        """Five attempts go on and the sixth waits until the first is a window old."""
        _, verdicts = run(FIVE, [1000, 1001, 1002, 1003, 1004, 1100])
        self.assertEqual(verdicts[:5], [ALLOWED] * 5)
        self.assertEqual(verdicts[5], Verdict(allowed=False, retry_after=800))

    def test_slides(self) -> None:
        """When the first attempt is a window old, one more goes on, and only one."""
        _, verdicts = run(FIVE, [1000, 1001, 1002, 1003, 1004, 1899, 1900, 1900])
        self.assertEqual([v.allowed for v in verdicts[5:]], [False, True, False])
        self.assertEqual(verdicts[7].retry_after, 1)

    def test_no_aligned_windows(self) -> None:
        """No border between windows lets twice as many through."""
        _, verdicts = run(FIVE, [899] * 5 + [900] * 5)
        self.assertEqual([v.allowed for v in verdicts], [True] * 5 + [False] * 5)

    def test_stricter_settings(self) -> None:
        """When the limit is lowered, what was counted before counts against the new one."""
        counts, _ = run(FIVE, [1000, 1010, 1020, 1030])
        _, verdict = take(counts, Limit(2, 900), 1040)
        self.assertEqual(verdict, Verdict(allowed=False, retry_after=1020 + 900 - 1040))

    @settings(deadline=None)
    @given(LIMITS, STEPS)
    def test_every_window(self, limit: Limit, steps: list[tuple[int, int]]) -> None:
        """In no window of real time more are allowed, however often the clock is set back."""
        counts, real, clock = Counts(), 0, 10_000
        allowed: list[int] = []
        for pause, back in steps:
            real, clock = real + pause, clock + pause - back
            counts, verdict = take(counts, limit, clock)
            if verdict.allowed:
                allowed.append(real)
        for first, beyond in zip(allowed, allowed[limit.attempts :], strict=False):
            self.assertGreaterEqual(beyond - first, limit.window)

    @settings(deadline=None)
    @given(LIMITS, STEPS)
    def test_waiting_helps(self, limit: Limit, steps: list[tuple[int, int]]) -> None:
        """Whoever waits as long as told may try, and is never told more than one window."""
        counts, clock = Counts(), 10_000
        for pause, back in steps:
            clock += pause - back
            counts, verdict = take(counts, limit, clock)
            if not verdict.allowed:
                self.assertTrue(0 < verdict.retry_after <= limit.window, verdict)
                self.assertFalse(take(counts, limit, clock + verdict.retry_after - 1)[1].allowed)
                self.assertTrue(take(counts, limit, clock + verdict.retry_after)[1].allowed)

    @settings(deadline=None)
    @given(LIMITS, st.lists(st.integers(0, 30), min_size=1, max_size=40))
    def test_bounded(self, limit: Limit, pauses: list[int]) -> None:
        """No more attempts are remembered than the limit has."""
        times = [sum(pauses[: i + 1]) for i in range(len(pauses))]
        counts, _ = run(limit, times)
        self.assertLessEqual(len(counts.recent), limit.attempts)
        self.assertEqual(sorted(counts.recent), list(counts.recent))


class RefusedTests(SynchronousTestCase):
    """Attempts that were not let through."""

    def test_not_counted(self) -> None:
        """A refused attempt is no attempt: neither the window nor the row grows."""
        before, _ = run(FIVE, [1000] * 5)
        after, verdict = take(before, FIVE, 1500)
        self.assertFalse(verdict.allowed)
        self.assertEqual(after, before)

    @settings(deadline=None)
    @given(LIMITS, st.lists(st.integers(0, 30), max_size=30), st.lists(st.integers(0, 49)))
    def test_costs_nothing(self, limit: Limit, pauses: list[int], knocks: list[int]) -> None:
        """Knocking all the while does not put the next attempt off."""
        times = [sum(pauses[: i + 1]) for i in range(len(pauses))]
        counts, _ = run(limit, times)
        now = sum(pauses)
        after, verdict = take(counts, limit, now)
        while verdict.allowed:
            after, verdict = take(after, limit, now)
        moments = sorted(k for k in knocks if k < verdict.retry_after)
        for moment in moments:
            after, again = take(after, limit, now + moment)
            self.assertEqual(again.retry_after, verdict.retry_after - moment)
        self.assertTrue(take(after, limit, now + verdict.retry_after)[1].allowed)


class ClockTests(SynchronousTestCase):
    """A clock that was stepped back."""

    def test_not_forgotten(self) -> None:
        """Attempts that seem to lie in the future still count."""
        counts, _ = run(FIVE, [5000] * 5)
        self.assertFalse(take(counts, FIVE, 1000)[1].allowed)

    def test_no_longer_than_a_window(self) -> None:
        """They block for one window from the first look at them, not until the clock is back."""
        counts, _ = run(FIVE, [5000] * 5)
        counts, verdict = take(counts, FIVE, 1000)
        self.assertEqual(verdict.retry_after, 900)
        self.assertFalse(take(counts, FIVE, 1899)[1].allowed)
        self.assertTrue(take(counts, FIVE, 1900)[1].allowed)


class LockTests(SynchronousTestCase):
    """A hundred in a row."""

    def test_after_so_many(self) -> None:
        """After so many failures in a row it is locked, however long one waits."""
        counts, verdicts = run(LOCKING, [n * 1000 for n in range(7)])
        self.assertEqual(verdicts, [ALLOWED] * 7)
        for now in (7000, 10**6, 10**9):
            after, verdict = take(counts, LOCKING, now)
            self.assertEqual(verdict, Verdict(allowed=False, retry_after=900, locked=True))
            self.assertEqual(after, counts)

    def test_nist(self) -> None:
        """With NIST's hundred exactly a hundred guesses are looked at, spread as they may be."""
        limit = Limit(5, 900, LOCK_AFTER)
        _, verdicts = run(limit, [n * 180 for n in range(1000)])
        self.assertEqual(sum(v.allowed for v in verdicts), 100)

    def test_no_lock(self) -> None:
        """Without a lock a thousand in a row go on, each in its time."""
        _, verdicts = run(FIVE, [n * 180 for n in range(1000)])
        self.assertEqual(set(verdicts), {ALLOWED})

    def test_window_first(self) -> None:
        """Attempts refused by the window do not count towards the lock."""
        counts, _ = run(LOCKING, [0] * 50)
        self.assertEqual(counts.in_a_row, 5)

    def test_success_ends_the_row(self) -> None:
        """A success in between begins the row anew."""
        counts, _ = run(LOCKING, [n * 1000 for n in range(6)])
        counts, _ = take(counts, LOCKING, 6000)
        counts = give_back(counts)
        for n in range(7, 14):
            counts, verdict = take(counts, LOCKING, n * 1000)
            self.assertEqual(verdict, ALLOWED)
        self.assertTrue(take(counts, LOCKING, 14_000)[1].locked)


class GiveBackTests(SynchronousTestCase):
    """Attempts that were no failures."""

    @settings(deadline=None)
    @given(LIMITS, st.lists(st.integers(0, 30), max_size=30))
    def test_undoes(self, limit: Limit, pauses: list[int]) -> None:
        """What is taken and given back leaves the window as it was."""
        times = [sum(pauses[: i + 1]) for i in range(len(pauses))]
        counts, _ = run(limit, times)
        now = sum(pauses)
        taken, verdict = take(counts, limit, now)
        assume(verdict.allowed)
        self.assertEqual(len(give_back(taken).recent), len(taken.recent) - 1)
        self.assertTrue(take(give_back(taken), limit, now)[1].allowed)

    def test_success_is_free(self) -> None:
        """Whoever succeeds each time is never slowed down."""
        counts = Counts()
        for _ in range(100):
            counts, verdict = take(counts, FIVE, 1000)
            self.assertEqual(verdict, ALLOWED)
            counts = give_back(counts)
        self.assertEqual(counts, Counts())

    def test_failures_stay(self) -> None:
        """A success does not wash off the failures before it: they still fill the window."""
        counts, _ = run(FIVE, [1000] * 4)
        counts, _ = take(counts, FIVE, 1001)
        counts = give_back(counts)
        self.assertEqual(counts, Counts((1000,) * 4, 0))

    def test_nothing_there(self) -> None:
        """Giving back what was never taken changes nothing."""
        self.assertEqual(give_back(Counts()), Counts())

    def test_undo(self) -> None:
        """What was not decided leaves the row of failures as it was, and never below nothing."""
        limit = Limit(5, 10.0, lock_after=100)
        before, _ = take(Counts(), limit, 1.0)
        after, _ = take(before, limit, 2.0)
        self.assertEqual(undo(after), before)
        self.assertEqual(undo(Counts()), Counts())


class SeveralTests(SynchronousTestCase):
    """One attempt that is counted under several keys."""

    @given(st.lists(st.tuples(LIMITS, st.lists(st.integers(0, 60), max_size=6)), max_size=4))
    def test_all_or_none(self, keys: list[tuple[Limit, list[int]]]) -> None:
        """It is counted as under each key alone, or under none if one forbids it."""
        before = [(run(limit, sorted(times))[0], limit) for limit, times in keys]
        alone = [take(counts, limit, 60) for counts, limit in before]
        after, verdicts = take_all(before, 60)
        allowed = [verdict.allowed for _, verdict in alone]
        if all(allowed):
            self.assertEqual(list(zip(after, verdicts, strict=True)), alone)
            return
        last = allowed.index(False)
        self.assertEqual(list(verdicts), [verdict for _, verdict in alone[: last + 1]])
        kept = [counts for counts, _ in before]
        # Where the clock was stepped back a refusal changes what forbids it.
        kept[last] = alone[last][0]
        self.assertEqual(list(after), kept)


class ForgetTests(SynchronousTestCase):
    """When counts may be thrown away."""

    @settings(deadline=None)
    @given(LIMITS, st.lists(st.integers(0, 30), max_size=30), st.integers(0, 100))
    def test_nothing_lost(self, limit: Limit, pauses: list[int], later: int) -> None:
        """Once counts have expired, nobody could tell them from none."""
        times = [sum(pauses[: i + 1]) for i in range(len(pauses))]
        counts, _ = run(limit, times)
        moment = expires_at(counts, limit, sum(pauses)) + later
        after, verdict = take(counts, limit, moment)
        self.assertEqual((after.recent, verdict), ((moment,), ALLOWED))

    def test_window(self) -> None:
        """Without a lock they are kept for one window after the newest attempt."""
        counts, _ = run(FIVE, [1000, 1500])
        self.assertEqual(expires_at(counts, FIVE, 9999), 1500 + 900)

    def test_row(self) -> None:
        """With a lock they are kept for ninety days, or for the window if that is longer."""
        counts, _ = run(LOCKING, [1000])
        self.assertEqual(expires_at(counts, LOCKING, 1000), 1000 + KEEP_ROW)
        long = Limit(5, KEEP_ROW + 1, lock_after=7)
        self.assertEqual(expires_at(counts, long, 1000), 1000 + KEEP_ROW + 1)

    def test_empty(self) -> None:
        """Counts without an attempt are kept as if one was made now."""
        self.assertEqual(expires_at(Counts(), FIVE, 1000), 1900)
