"""What must be reached."""

from twisted.trial.unittest import SynchronousTestCase

from benchmarks.aims import AIMS, Aim, report
from benchmarks.comparison import Comparison, once
from tests.benchmarks.test_table import cells

AIM = AIMS[0]


def reaching(ratio: float, unit: str = AIM.unit) -> list[Comparison]:
    """What is measured when the first aim's ratio comes out as *ratio*."""
    return once(AIM.name, unit, ratio, [(AIM.beside, 1.0)])


class AimTests(SynchronousTestCase):
    """Whether an aim is reached."""

    def test_at_least(self) -> None:
        """Of rates the limit itself is enough, and less is not."""
        aim = Aim("a", "b", "requests/s", 1.2)
        self.assertEqual([aim.is_reached(it) for it in (1.1, 1.2, 1.3)], [False, True, True])

    def test_at_most(self) -> None:
        """Of costs the limit itself is allowed, and more is not."""
        aim = Aim("a", "b", "ms", 1.2, at_most=True)
        self.assertEqual([aim.is_reached(it) for it in (1.1, 1.2, 1.3)], [True, True, False])


class ReportTests(SynchronousTestCase):
    """The table of aims."""

    def test_nothing(self) -> None:
        """Without a measurement that has an aim there is no table."""
        self.assertEqual(report(once("another", "s", 1.0, [("b", 1.0)])), "")

    def test_rows(self) -> None:
        """Only what was measured has a row, with its limit, its ratio and the verdict."""
        for ratio, verdict in ((AIM.limit, "yes"), (AIM.limit - 0.5, "no")):
            rows = report(reaching(ratio)).splitlines()[2:]
            limit = f"at least {AIM.limit}"
            expected = [AIM.name, AIM.beside, AIM.unit, limit, f"{ratio:.2f}", verdict, ""]
            self.assertEqual([cells(row) for row in rows], [expected])

    def test_by_cpu(self) -> None:
        """The same ratio by CPU time stands beside, and decides nothing."""
        found = reaching(AIM.limit) + reaching(0.5, "requests/CPU s")
        (row,) = report(found).splitlines()[2:]
        self.assertEqual(cells(row)[-2:], ["yes", "0.50"])
