"""What every throttle store must do, whatever it keeps counts in."""

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, rule
from zope.interface.verify import verifyObject

from authsrv.core import throttle as rules
from authsrv.core.throttle import KEEP_ROW, Counts, Limit, Verdict
from authsrv.interfaces import IThrottleStore
from tests.stores.contract import NOW, StoreCase, result, run_model

LIMIT = Limit(2, 60.0)
LOCKING = Limit(10, 60.0, lock_after=3)


class ThrottleContract(StoreCase):
    """Say what :meth:`make_store` makes, and these must pass."""

    #: Whether the store waits for a sweep to forget.
    sweeps = True

    def setUp(self) -> None:
        super().setUp()
        self.store = self.make_store()
        self.addCleanup(lambda: result(self.store.close()))

    def make_store(self) -> IThrottleStore:
        """An empty store."""
        raise NotImplementedError

    def take(self, key: str = "k", limit: Limit = LIMIT, now: float = NOW) -> Verdict:
        """Count one attempt."""
        (verdict,) = result(self.store.take([(key, limit)], now))
        return verdict

    def test_interface(self) -> None:
        """The store provides what the rules need."""
        self.assertTrue(verifyObject(IThrottleStore, self.store))

    def test_limit(self) -> None:
        """Attempts beyond the limit are refused until the oldest leaves the window."""
        verdicts = [self.take(now=NOW + second) for second in (0, 10, 20, 60)]
        self.assertEqual([each.allowed for each in verdicts], [True, True, False, True])
        self.assertEqual(verdicts[2].retry_after, 40.0)

    def test_refused_costs_nothing(self) -> None:
        """Refused attempts do not push the end of the wait away."""
        for second in (0, 1, *range(2, 59)):
            self.take(now=NOW + second)
        self.assertTrue(self.take(now=NOW + 60).allowed)

    def test_keys_are_apart(self) -> None:
        """What is counted under one key is not counted under another."""
        for _ in range(3):
            self.take("a")
        self.assertTrue(self.take("b").allowed)

    def test_all_or_none(self) -> None:
        """An attempt that one of its keys forbids is counted under none of them."""
        for _ in range(2):
            self.take("b")
        wanted = [(key, LIMIT) for key in "abc"]
        for _ in range(3):
            verdicts = result(self.store.take(wanted, NOW))
            self.assertEqual([each.allowed for each in verdicts], [True, False])
        for key in "ac":
            self.assertEqual([self.take(key).allowed for _ in range(3)], [True, True, False])

    def test_several(self) -> None:
        """What is counted, given back or undone under several keys is so under each of them."""
        both = [("a", LOCKING), ("b", LOCKING)]
        for change in (self.store.undo, self.store.give_back):
            for _ in range(2):
                verdicts = result(self.store.take(both, NOW))
                self.assertEqual([each.allowed for each in verdicts], [True, True])
            result(change("a", "b"))
        for key in "ab":
            with self.subTest(key=key):
                # One is left of the first pair, none in a row behind the second.
                verdicts = [self.take(key, LOCKING) for _ in range(4)]
                self.assertEqual([each.locked for each in verdicts], [False, False, False, True])

    def test_give_back(self) -> None:
        """An attempt that is given back leaves room for another."""
        self.take()
        self.take()
        result(self.store.give_back("k"))
        self.assertTrue(self.take().allowed)
        self.assertFalse(self.take().allowed)

    def test_undo_keeps_the_row(self) -> None:
        """An attempt about which nothing was decided neither adds to a row nor ends it."""
        limit = Limit(1, 10.0, lock_after=2)
        self.assertTrue(self.take(limit=limit, now=NOW).allowed)
        self.assertTrue(self.take(limit=limit, now=NOW + 20).allowed)
        result(self.store.undo("k"))
        self.assertTrue(self.take(limit=limit, now=NOW + 40).allowed)
        self.assertTrue(self.take(limit=limit, now=NOW + 60).locked)

    def test_step_back(self) -> None:
        """A clock set back keeps nobody out for longer than one window."""
        limit = Limit(1, 10.0)
        self.take(limit=limit, now=NOW + 5000)
        self.assertFalse(self.take(limit=limit, now=NOW).allowed)
        self.assertTrue(self.take(limit=limit, now=NOW + 11).allowed)

    def test_give_back_unknown(self) -> None:
        """Giving back what was never taken is no error and gives no credit."""
        result(self.store.give_back("k"))
        self.assertEqual([self.take().allowed for _ in range(3)], [True, True, False])

    def test_lock(self) -> None:
        """A row of failures locks for good, however slowly they come."""
        for day in range(3):
            self.assertTrue(self.take(limit=LOCKING, now=NOW + day * 86400).allowed)
        verdict = self.take(limit=LOCKING, now=NOW + 30 * 86400)
        self.assertFalse(verdict.allowed)
        self.assertTrue(verdict.locked)

    def test_success_ends_the_row(self) -> None:
        """A success in between begins the row anew."""
        self.take(limit=LOCKING)
        self.take(limit=LOCKING)
        self.take(limit=LOCKING)
        result(self.store.give_back("k"))
        self.assertTrue(self.take(limit=LOCKING).allowed)

    def test_expired_is_absent(self) -> None:
        """What has expired counts no more, swept or not."""
        for _ in range(3):
            self.take(limit=LOCKING)
        self.assertTrue(self.take(limit=LOCKING, now=NOW + KEEP_ROW - 1).locked)
        self.assertTrue(self.take(limit=LOCKING, now=NOW + KEEP_ROW).allowed)

    def test_reset(self) -> None:
        """A reset forgets its subject, with all that is counted below it."""
        for key in ("a", "a/1", "a/2", "ab", "a_", "A", "b/a", "b/a/1"):
            self.take(key)
        self.assertEqual(result(self.store.reset("a")), 3)
        self.assertEqual(result(self.store.reset("a")), 0)
        self.assertEqual(result(self.store.reset("%")), 0)
        self.assertEqual(result(self.store.reset("_")), 0)
        self.assertEqual(result(self.store.reset("b")), 2)

    def test_reset_unlocks(self) -> None:
        """After a reset a locked key may be tried again."""
        for _ in range(3):
            self.take(limit=LOCKING)
        result(self.store.reset("k"))
        self.assertTrue(self.take(limit=LOCKING).allowed)

    def test_sweep(self) -> None:
        """A sweep forgets what has expired, the boundary included, and nothing else."""
        self.take("early", now=NOW)
        self.take("late", now=NOW + 1)
        self.take("row", limit=LOCKING, now=NOW)
        if not self.sweeps:
            self.assertEqual(result(self.store.sweep(NOW + 2 * KEEP_ROW)), 0)
            return
        self.assertEqual(result(self.store.sweep(NOW + 59)), 0)
        self.assertEqual(result(self.store.sweep(NOW + 60)), 1)
        self.assertEqual(result(self.store.sweep(NOW + KEEP_ROW)), 2)

    def test_hostile_key(self) -> None:
        """A key that is no text can be counted."""
        self.assertTrue(self.take("\ud800\0").allowed)

    def test_close_twice(self) -> None:
        """Closing twice is no error."""
        result(self.store.close())
        result(self.store.close())

    def test_model(self) -> None:
        """Whatever is done in whatever order, the store answers as the rules over a dictionary."""
        run_model(lambda: ThrottleMachine(self.make_store(), self.sweeps))


KEYS = st.sampled_from(["a/1", "a/2", "b"])
LIMITS = st.sampled_from([Limit(1, 5.0), Limit(3, 10.0), Limit(3, 5.0, lock_after=4)])
TIMES = st.integers(0, 20).map(lambda seconds: NOW + seconds)


class ThrottleMachine(RuleBasedStateMachine):
    """A store beside a dictionary of counts and expiries."""

    def __init__(self, store: IThrottleStore, sweeps: bool) -> None:
        super().__init__()
        self.store = store
        self.sweeps = sweeps
        self.model: dict[str, tuple[Counts, float]] = {}

    def teardown(self) -> None:
        result(self.store.close())

    @rule(key=KEYS, limit=LIMITS, now=TIMES)
    def take(self, key: str, limit: Limit, now: float) -> None:
        counts, until = self.model.get(key, (Counts(), 0.0))
        after, verdict = rules.take(counts if now < until else Counts(), limit, now)
        assert list(result(self.store.take([(key, limit)], now))) == [verdict]
        if after != counts:
            self.model[key] = (after, rules.expires_at(after, limit, now))

    @rule(key=KEYS)
    def give_back(self, key: str) -> None:
        result(self.store.give_back(key))
        counts, until = self.model.get(key, (Counts(), 0.0))
        self.model[key] = (rules.give_back(counts), until)

    @rule(key=KEYS)
    def undo(self, key: str) -> None:
        result(self.store.undo(key))
        counts, until = self.model.get(key, (Counts(), 0.0))
        self.model[key] = (rules.undo(counts), until)

    @rule(subject=st.sampled_from(["a", "b", "c"]))
    def reset(self, subject: str) -> None:
        result(self.store.reset(subject))
        kept = (k for k in self.model if k != subject and not k.startswith(f"{subject}/"))
        self.model = {k: self.model[k] for k in kept}

    @rule(now=TIMES)
    def sweep(self, now: float) -> None:
        swept = result(self.store.sweep(now))
        if not self.sweeps:
            assert swept == 0
            return
        self.model = {k: v for k, v in self.model.items() if now < v[1]}
