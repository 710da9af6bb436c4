"""Whether a process has more to do than it can."""

from twisted.internet.task import Clock
from twisted.trial.unittest import SynchronousTestCase

from authsrv.cluster.overload import EVERY, IN_A_ROW, LATE, Overload
from authsrv.cluster.spare import Spare
from tests.cluster.descriptors import Descriptors


class OverloadTests(SynchronousTestCase):
    """It looks by itself, and says why."""

    def setUp(self) -> None:
        self.clock = Clock()
        self.descriptors = Descriptors(left=2)
        self.spare = Spare(2, self.descriptors.open)
        self.addCleanup(self.spare.release)
        self.struck: list[str] = []
        self.overload = Overload(self.clock, self.spare, self.struck.append)
        self.overload.start()

    def turn(self, late: float = 0.0, times: int = 1) -> None:
        for _ in range(times):
            self.clock.advance(EVERY + late)

    def test_nothing_to_say(self) -> None:
        """A reactor that turns in time, or is late once, is not overloaded."""
        self.turn(times=20)
        self.turn(late=LATE * 9)
        self.turn()
        self.turn(late=LATE * 9, times=IN_A_ROW - 1)
        self.assertIsNone(self.overload.reason)
        self.assertEqual(self.struck, [])

    def test_late(self) -> None:
        """One that is late again and again is, until it is in time."""
        self.turn(late=LATE + 0.01, times=IN_A_ROW + 5)
        self.assertEqual(self.overload.reason, "late")
        self.assertEqual(self.struck, ["late"])
        self.turn()
        self.assertIsNone(self.overload.reason)

    def test_descriptors(self) -> None:
        """So is a process whose last descriptors were set free, until they are held again."""
        self.spare.release()
        self.turn(times=2)
        self.assertEqual(self.overload.reason, "descriptors")
        self.assertEqual(self.struck, ["descriptors"])
        self.descriptors.left = 2
        self.spare.hold()
        self.turn()
        self.assertIsNone(self.overload.reason)

    def test_stop(self) -> None:
        """It leaves no timer."""
        self.overload.stop()
        self.assertEqual(self.clock.getDelayedCalls(), [])
