"""CPU time out of what the kernel says."""

from twisted.trial.unittest import SynchronousTestCase

from benchmarks.usage import ticks_in


class TicksTests(SynchronousTestCase):
    """A line of /proc/PID/stat."""

    def test_fields(self) -> None:
        """Own and waited-for time are added up, whatever the process is called."""
        stat = "7 (a) b (c) S 1 7 7 0 -1 4194560 900 800 3 2 250 30 4 1 20 0 3 0 12345 999 111"
        self.assertEqual(ticks_in(stat), 250 + 30 + 4 + 1)
