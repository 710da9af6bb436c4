"""Rounds, medians and ratios."""

from twisted.trial.unittest import SynchronousTestCase

from benchmarks.comparison import Comparison, Reading, Subject, in_turn, once

CHECK = Comparison("check", "a peer", "s", (1000.0, 3000.0, 1200.0), (2000.0, 5000.0, 2500.0))


class ComparisonTests(SynchronousTestCase):
    """What the rounds say."""

    def test_ratio(self) -> None:
        """The ratio is that of the medians, so that one odd round does not move it."""
        self.assertAlmostEqual(CHECK.ratio, 1200 / 2500)

    def test_by_round(self) -> None:
        """Each round has its own ratio, of what was measured side by side."""
        self.assertEqual(CHECK.by_round, (0.5, 0.6, 0.48))


class InTurnTests(SynchronousTestCase):
    """The order of the rounds."""

    def test_order(self) -> None:
        """All take turns, ours first, and each value goes to its own peer and unit."""
        order: list[str] = []

        def subject(name: str) -> Subject:
            def measure() -> Reading:
                order.append(name)
                return Reading(by_clock=len(order), by_cpu=10 * len(order))

            return Subject(name, measure)

        peers = [subject("one"), subject("other")]
        found = in_turn("a", ("s", "cpu"), subject("ours"), peers, 2)
        self.assertEqual(order, ["ours", "one", "other"] * 2)
        expected = [
            Comparison("a", "one", "s", (1, 4), (2, 5)),
            Comparison("a", "one", "cpu", (10, 40), (20, 50)),
            Comparison("a", "other", "s", (1, 4), (3, 6)),
            Comparison("a", "other", "cpu", (10, 40), (30, 60)),
        ]
        self.assertEqual(found, expected)

    def test_once(self) -> None:
        """What is measured once has one value on each side."""
        found = once("room", "MiB", 3.0, [("a", 2.0), ("b", 6.0)])
        self.assertEqual(
            [(each.beside, each.by_round) for each in found], [("a", (1.5,)), ("b", (0.5,))]
        )
