"""Every target in turn, each in a child process: they start at once, for all is imported."""

import os
import re
import time
import traceback
from collections.abc import Iterator
from pathlib import Path

from attrs import frozen

from tests.fuzz.engine import fuzz, watched
from tests.fuzz.target import find, names

#: At the same time; and seconds that one gets at most.
TOGETHER, MOST = 2, 10
_RAN = re.compile(r"executed_units: (\d+)")


@frozen
class Outcome:
    """How the target called *name* ended, and its *log*."""

    name: str
    status: int
    log: str

    @property
    def executions(self) -> int:
        """How many inputs it was given."""
        found = _RAN.search(self.log)
        return int(found[1]) if found else 0


def fuzz_all(seconds: float, runs: int, work: Path) -> Iterator[Outcome]:
    """Run all targets within so many *seconds*, each *runs* times at most."""
    end = time.monotonic() + seconds
    with watched():
        # Whole connections and pages come last: they gain most from the time that is left.
        waiting = sorted(names(), key=lambda name: name.startswith(("http", "pages", "settings")))
    work.mkdir(parents=True, exist_ok=True)
    running: dict[int, str] = {}
    while waiting or running:
        while waiting and len(running) < TOGETHER:
            # libFuzzer stops up to a second later than it is told to.
            share = int((end - time.monotonic()) * TOGETHER / len(waiting)) - 1
            name = waiting.pop(0)
            running[_start(name, min(MOST, max(1, share)), runs, work)] = name
        pid, status = os.wait()
        name = running.pop(pid)
        log = _log(work, name).read_text("utf-8", "replace")
        yield Outcome(name, os.waitstatus_to_exitcode(status), log)


def _start(name: str, seconds: int, runs: int, work: Path) -> int:
    child = os.fork()
    if child:
        return child
    try:
        file = os.open(_log(work, name), os.O_WRONLY | os.O_CREAT | os.O_TRUNC)
        os.dup2(file, 1)
        os.dup2(file, 2)
        fuzz(name, find(name), seconds, runs, work)
    except BaseException:
        traceback.print_exc()
    finally:
        # Never back into the parent's loop.
        os._exit(1)


def _log(work: Path, name: str) -> Path:
    return work / f"{name}.log"
