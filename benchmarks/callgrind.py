"""Instructions counted by valgrind's callgrind: the same on a busy machine as on an idle one.

They are no time: what waits for memory or for the kernel does not show.
"""

import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

from attrs import evolve

from benchmarks import usage
from benchmarks.errors import CannotMeasure
from benchmarks.servers import Server

#: Where a process leaves what it has counted; behind it come its number and the dump's.
_OUT = "counted"
_TOTAL = re.compile(r"^(?:totals|summary): (\d+)", re.MULTILINE)
_TASKSET = 3
#: Seconds that a server takes to start, which is about fifty times slower.
START_WITHIN = 300.0
_WITHIN = 60


def counted(server: Server) -> Server:
    """*server*, a Python program, under callgrind, which counts nothing yet."""
    pinned, program = server.command[:_TASKSET], server.command[_TASKSET:]
    if program[0] != sys.executable:
        program = [sys.executable, *program]
    words = ["valgrind", "--quiet", "--tool=callgrind", "--trace-children=yes"]
    words += ["--instr-atstart=no", f"--callgrind-out-file={server.home / _OUT}.%p"]
    return evolve(server, command=[*pinned, *words, *program])


def count(server: Server, pid: int, work: Callable[[], object]) -> int:
    """How many instructions *server*, whose first process is *pid*, takes for *work*."""
    pids = list(usage.processes(pid))
    for each in pids:
        _control(each, "--instr=on")
        _control(each, "--zero")
    work()
    for each in pids:
        _control(each, "--dump")
        _control(each, "--instr=off")
    return sum(map(_taken, server.home.glob(f"{_OUT}.*.*")))


def _control(pid: int, what: str) -> None:
    command = ["callgrind_control", what, str(pid)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=_WITHIN, check=False)
    if done.returncode != 0:
        raise CannotMeasure(f"{' '.join(command)}: {done.stdout}{done.stderr}")


def _taken(dump: Path) -> int:
    """The total of *dump*, which is not read again."""
    totals = _TOTAL.findall(dump.read_text("utf-8", "replace"))
    dump.unlink()
    return int(totals[-1]) if totals else 0
