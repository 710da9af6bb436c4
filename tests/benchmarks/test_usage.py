"""CPU time and memory out of what the kernel says."""

from twisted.trial.unittest import SynchronousTestCase

from benchmarks.usage import pss_in, ticks_in


class TicksTests(SynchronousTestCase):
    """A line of /proc/PID/stat."""

    def test_fields(self) -> None:
        """Own and waited-for time are added up, whatever the process is called."""
        stat = "7 (a) b (c) S 1 7 7 0 -1 4194560 900 800 3 2 250 30 4 1 20 0 3 0 12345 999 111"
        self.assertEqual(ticks_in(stat), 250 + 30 + 4 + 1)


class MemoryTests(SynchronousTestCase):
    """What /proc/PID/smaps_rollup says."""

    def test_pss(self) -> None:
        """The whole proportional size is read, in bytes, and not a part of it."""
        rollup = (
            "55d0-7ffc ---p 00000000 00:00 0    [rollup]\nRss:  900 kB\n"
            "Pss:                 300 kB\nPss_Anon:  200 kB\nSwapPss:  0 kB\n"
        )
        self.assertEqual(pss_in(rollup), 300 * 1024)
