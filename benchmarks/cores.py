"""Who runs where: a server and what loads it must not take each other's core."""

import os
from collections.abc import Iterator
from contextlib import contextmanager

from attrs import frozen

from benchmarks.errors import CannotMeasure


@frozen
class Cores:
    """The core of the *server* under measurement, and that of everything else."""

    server: int
    load: int

    def take(self) -> None:
        """Keep this process, and what it starts, on the core of the load."""
        os.sched_setaffinity(0, {self.load})

    def serving(self, *command: str) -> list[str]:
        """*command*, kept with all its children on the core of the server."""
        return ["taskset", "-c", str(self.server), *command]

    def sharing(self, *command: str) -> list[str]:
        """*command*, which has both cores, one of them beside the load."""
        return ["taskset", "-c", f"{self.server},{self.load}", *command]

    @contextmanager
    def preparing(self) -> Iterator[None]:
        """This process is on the core of the server, where nothing is measured meanwhile."""
        os.sched_setaffinity(0, {self.server})
        try:
            yield
        finally:
            self.take()


def choose(allowed: set[int]) -> Cores:
    """Two of the *allowed* cores.  Raises CannotMeasure."""
    if len(allowed) < 2:
        raise CannotMeasure("two cores are needed: one for the server, one for the load")
    server, load, *_ = sorted(allowed)
    return Cores(server, load)
