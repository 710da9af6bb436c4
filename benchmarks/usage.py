"""What the kernel says of the CPU time of processes (proc(5))."""

import os
from pathlib import Path

_TICKS = os.sysconf("SC_CLK_TCK")


def cpu_seconds(pid: int) -> float:
    """CPU time of *pid* and all its descendants, user and system, in steps of 10 ms."""
    ticks = ticks_in(Path(f"/proc/{pid}/stat").read_text("ascii", "replace"))
    children = Path(f"/proc/{pid}/task/{pid}/children").read_text("ascii").split()
    return ticks / _TICKS + sum(cpu_seconds(int(child)) for child in children)


def ticks_in(stat: str) -> int:
    """utime, stime, and those of the children that have ended: fields 14 to 17."""
    # The name in brackets may have anything in it; field 3 is the first behind it.
    return sum(map(int, stat.rpartition(")")[2].split()[11:15]))
