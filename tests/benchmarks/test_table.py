"""Comparisons as a table."""

from twisted.trial.unittest import SynchronousTestCase

from benchmarks.comparison import Comparison
from benchmarks.table import figure, table

CHECK = Comparison("check", "stock", "s", (1000.0, 3000.0, 1200.0), (2000.0, 5000.0, 2500.0))
SIZE = Comparison("a longer name", "another peer", "MiB", (1.0,), (2.0,))


def cells(line: str) -> list[str]:
    """What stands between the bars of *line*."""
    return [cell.strip() for cell in line.strip("|").split("|")]


class TableTests(SynchronousTestCase):
    """What is printed."""

    def test_row(self) -> None:
        """A row has both medians, the unit, the ratio, and the range of the rounds' ratios."""
        row = cells(table([CHECK]).splitlines()[2])
        self.assertEqual(row, ["check", "stock", "1,200", "2,500", "s", "0.48", "0.48 to 0.60"])

    def test_once(self) -> None:
        """Of what was measured once, no range is claimed."""
        self.assertEqual(cells(table([SIZE]).splitlines()[2])[-1], "once")

    def test_aligned(self) -> None:
        """All lines have their bars in the same columns, as Markdown tables are read."""
        lines = table([CHECK, SIZE]).splitlines()
        self.assertEqual(len(lines), 4)
        bars = {tuple(at for at, sign in enumerate(line) if sign == "|") for line in lines}
        self.assertEqual(len(bars), 1)

    def test_figures(self) -> None:
        """Figures have three digits, and thousands their comma."""
        found = [figure(value) for value in (0.5678, 9.876, 14.28, 123.4, 12345.6)]
        self.assertEqual(found, ["0.57", "9.88", "14.3", "123", "12,346"])
