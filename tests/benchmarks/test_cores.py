"""Who runs where."""

from twisted.trial.unittest import SynchronousTestCase

from benchmarks.cores import Cores, choose
from benchmarks.errors import CannotMeasure


class CoresTests(SynchronousTestCase):
    """The server's core and the other."""

    def test_two(self) -> None:
        """The server and its load get two different cores of the allowed ones."""
        self.assertEqual(choose({7, 3, 5}), Cores(server=3, load=5))

    def test_one(self) -> None:
        """With one core there is no measurement, and the reason is said."""
        error = self.assertRaises(CannotMeasure, choose, {0})
        self.assertIn("two cores", str(error))

    def test_serving(self) -> None:
        """A server is started on its own core."""
        self.assertEqual(Cores(3, 5).serving("x", "-y"), ["taskset", "-c", "3", "x", "-y"])

    def test_sharing(self) -> None:
        """A server that shall have both cores has that of the load too."""
        self.assertEqual(Cores(3, 5).sharing("x"), ["taskset", "-c", "3,5", "x"])
