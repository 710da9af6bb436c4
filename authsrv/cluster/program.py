"""Our own program: tried out, and put in our place (execve(2))."""

import os
import sys
from collections.abc import Callable
from typing import Any

from attrs import frozen
from twisted.internet.defer import Deferred, fail
from twisted.internet.utils import getProcessOutputAndValue

from authsrv.cluster.errors import CannotStart
from authsrv.cluster.handover import VARIABLE, Handover

# All that a supervisor and a worker import before they say that they are ready.
_TRIAL = "import authsrv.tap, authsrv.worker, authsrv.wiring.worker"
Execute = Callable[[str, list[str], dict[str, str]], object]


@frozen
class Program:
    """How we were started: the *command*, and the directory in which it was given.

    A *daemon* of twistd's would hide itself a second time.
    """

    reactor: Any
    command: tuple[str, ...]
    directory: str
    is_daemon: bool = False

    @classmethod
    def running(cls, reactor: Any, *, is_daemon: bool) -> "Program":
        """Ours.  To be asked for before twistd changes its directory."""
        return cls(reactor, (sys.executable, *sys.orig_argv[1:]), os.getcwd(), is_daemon)

    def rehearse(self) -> "Deferred[None]":
        """Whether what is on disk can be imported; fails with CannotStart."""
        if self.is_daemon:
            return fail(CannotStart("a daemon of twistd's cannot: start it with --nodaemon"))
        path = os.pathsep.join(entry for entry in sys.path if entry)
        environment = {**os.environ, "PYTHONPATH": path}
        ended: Deferred[Any] = getProcessOutputAndValue(
            sys.executable, ["-P", "-c", _TRIAL], environment, reactor=self.reactor
        )
        return ended.addCallback(_judge)

    def become(self, left: Handover, execute: Execute = os.execve) -> None:
        """Start it anew in this process, and leave it *left*.  Does not return."""
        environment = {**os.environ, VARIABLE: left.pack()}
        os.chdir(self.directory)
        execute(self.command[0], list(self.command), environment)


def _judge(ended: tuple[bytes, bytes, int]) -> None:
    _, complaint, status = ended
    if status:
        lines = complaint.decode("utf-8", "replace").strip().splitlines() or ["no reason given"]
        raise CannotStart(f"the program on disk cannot start: {lines[-1]}")
