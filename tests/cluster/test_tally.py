"""Counts that workers share."""

import os
from collections import Counter
from mmap import mmap

from hypothesis import given, settings
from hypothesis import strategies as st
from twisted.trial.unittest import SynchronousTestCase

from authsrv.cluster.tally import COLUMNS, Tally, shared_memory

KEYS = st.sampled_from([f"192.0.2.{n}" for n in range(20)])


class TallyTests(SynchronousTestCase):
    """What one counts all know."""

    def seats(self, count: int) -> list[Tally]:
        descriptor = shared_memory(count)
        self.addCleanup(os.close, descriptor)
        return [Tally(mmap(descriptor, 0), seat) for seat in range(1, count + 1)]

    def test_together(self) -> None:
        """A count is that of all seats."""
        one, two, three = self.seats(3)
        one.add("192.0.2.1")
        two.add("192.0.2.1")
        two.add("192.0.2.2")
        self.assertEqual([it.count("192.0.2.1") for it in (one, two, three)], [2, 2, 2])
        two.remove("192.0.2.1")
        self.assertEqual(three.count("192.0.2.1"), 1)
        self.assertEqual(three.count("192.0.2.2"), 1)
        self.assertEqual(three.count("192.0.2.3"), 0)

    def test_next_on_the_seat(self) -> None:
        """What a worker that was killed had counted is gone when another takes its seat."""
        descriptor = shared_memory(2)
        self.addCleanup(os.close, descriptor)
        killed, other = (Tally.adopt(os.dup(descriptor), seat) for seat in (1, 2))
        for each in (killed, other):
            each.add("192.0.2.1")
        follower = Tally.adopt(os.dup(descriptor), 1)
        self.assertEqual(follower.count("192.0.2.1"), 1)
        self.assertEqual(other.count("192.0.2.1"), 1)

    def test_secret(self) -> None:
        """Which keys share a column is another matter in every server."""
        one, other = (Tally.adopt(shared_memory(1), 1) for _ in range(2))
        self.assertNotEqual(one._cells("192.0.2.1"), other._cells("192.0.2.1"))
        self.assertTrue(all(0 <= cell < 2 * COLUMNS for cell in one._cells("::/64")))

    def test_crowded(self) -> None:
        """With ten thousand other keys a count is right nearly always, and never too low."""
        tally = Tally.alone()
        for number in range(10_000):
            tally.add(f"other {number}")
        off = sum(tally.count(f"mine {number}") for number in range(1000))
        self.assertLess(off, 200)
        tally.add("mine 1")
        self.assertGreaterEqual(tally.count("mine 1"), 1)

    def test_closed(self) -> None:
        """Adopting leaves no descriptor behind but the mapping's own."""
        before = len(os.listdir("/proc/self/fd"))
        tally = Tally.adopt(shared_memory(1), 1)
        self.assertLessEqual(len(os.listdir("/proc/self/fd")) - before, 1)
        self.assertEqual(tally.count("x"), 0)

    @given(st.lists(st.tuples(KEYS, st.booleans()), max_size=60))
    @settings(max_examples=30, deadline=None)
    def test_like_a_counter(self, steps: list[tuple[str, bool]]) -> None:
        """It counts what a Counter counts, as long as few keys are there."""
        tally, expected = Tally.alone(), Counter[str]()
        for key, comes in steps:
            if comes:
                tally.add(key)
                expected[key] += 1
            elif expected[key]:
                tally.remove(key)
                expected[key] -= 1
        for key, count in expected.items():
            self.assertEqual(tally.count(key), count)
