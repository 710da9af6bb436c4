"""What the kernel says of processes: CPU time, and memory (proc(5))."""

import os
import re
from collections.abc import Iterator
from pathlib import Path

_TICKS = os.sysconf("SC_CLK_TCK")
_PSS = re.compile(r"^Pss: +(\d+) kB$", re.MULTILINE)


def cpu_seconds(pid: int) -> float:
    """CPU time of *pid* and all its descendants, user and system, in steps of 10 ms."""
    return (
        sum(
            ticks_in(Path(f"/proc/{each}/stat").read_text("ascii", "replace"))
            for each in processes(pid)
        )
        / _TICKS
    )


def memory(pid: int) -> list[float]:
    """The bytes of *pid* and of each of its descendants.

    A page that several have is divided among them (PSS), so that all together are what there is.
    """
    return [
        pss_in(Path(f"/proc/{each}/smaps_rollup").read_text("ascii", "replace"))
        for each in processes(pid)
    ]


def ticks_in(stat: str) -> int:
    """utime, stime, and those of the children that have ended: fields 14 to 17."""
    # The name in brackets may have anything in it; field 3 is the first behind it.
    return sum(map(int, stat.rpartition(")")[2].split()[11:15]))


def pss_in(rollup: str) -> float:
    """The proportional set size, in bytes."""
    (kilobytes,) = _PSS.findall(rollup)
    return float(kilobytes) * 1024


def processes(pid: int) -> Iterator[int]:
    """*pid* and all its descendants."""
    yield pid
    for child in Path(f"/proc/{pid}/task/{pid}/children").read_text("ascii").split():
        yield from processes(int(child))
