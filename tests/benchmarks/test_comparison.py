"""Medians, ratios and the table."""

from twisted.trial.unittest import SynchronousTestCase

from benchmarks.comparison import Comparison, Reading, figure, in_turn, table

CHECK = Comparison("check", "requests/s", (1000.0, 3000.0, 1200.0), (2000.0, 5000.0, 2500.0))


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
        """The two take turns, ours first, and each value goes to its own side and unit."""
        order: list[str] = []

        def measure(who: str) -> Reading:
            order.append(who)
            return Reading(by_clock=len(order), by_cpu=10 * len(order))

        found = in_turn("a", ("s", "cpu"), lambda: measure("ours"), lambda: measure("peer"), 2)
        self.assertEqual(order, ["ours", "peer", "ours", "peer"])
        by_clock = Comparison("a", "s", (1, 3), (2, 4))
        by_cpu = Comparison("a", "cpu", (10, 30), (20, 40))
        self.assertEqual(found, [by_clock, by_cpu])


class TableTests(SynchronousTestCase):
    """What is printed."""

    def test_row(self) -> None:
        """A row has both medians, the unit, the ratio, and the range of the rounds' ratios."""
        row = [cell.strip() for cell in table([CHECK]).splitlines()[2].split("|")]
        self.assertEqual(
            row, ["", "check", "1,200", "2,500", "requests/s", "0.48", "0.48 to 0.60", ""]
        )

    def test_aligned(self) -> None:
        """All lines have their bars in the same columns, as Markdown tables are read."""
        other = Comparison("a longer name", "s", (1.0,), (2.0,))
        lines = table([CHECK, other]).splitlines()
        self.assertEqual(len(lines), 4)
        bars = {tuple(at for at, sign in enumerate(line) if sign == "|") for line in lines}
        self.assertEqual(len(bars), 1)

    def test_figures(self) -> None:
        """Figures have three digits, and thousands their comma."""
        found = [figure(value) for value in (0.5678, 9.876, 14.28, 123.4, 12345.6)]
        self.assertEqual(found, ["0.57", "9.88", "14.3", "123", "12,346"])
