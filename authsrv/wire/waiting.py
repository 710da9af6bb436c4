"""How long an HTTP/1.1 connection waits for what it needs from its client."""

from collections.abc import Callable
from enum import IntEnum, auto

from twisted.internet.interfaces import IReactorTime

from authsrv.wire.deadline import Deadline
from authsrv.wire.limits import Limits


class Awaited(IntEnum):
    """What a connection waits for; each has its own deadline, set when it begins."""

    REQUEST = auto()
    HEAD = auto()
    BODY = auto()
    ANSWER = auto()


class Waiting:
    """The deadline of what is awaited now; *strike* is called when it has not come.

    It is set when the wait begins, and no byte of what is awaited moves it.  An answer is ours
    to give: it has none here.
    """

    def __init__(self, reactor: IReactorTime, limits: Limits, strike: Callable[[], None]) -> None:
        self.awaited = Awaited.HEAD
        self._deadline = Deadline(reactor, strike)
        self._seconds = {
            Awaited.REQUEST: limits.idle_seconds,
            Awaited.HEAD: limits.header_seconds,
            Awaited.BODY: limits.body_seconds,
        }

    def begin(self) -> None:
        """Wait for the first head, from now."""
        self._restart()

    def wait_for(self, awaited: Awaited) -> None:
        """Begin anew, unless *awaited* is what is waited for already."""
        if awaited is not self.awaited:
            self.awaited = awaited
            self._restart()

    def stop(self) -> None:
        """Wait for nothing any more."""
        self._deadline.end()

    def _restart(self) -> None:
        if self.awaited in self._seconds:
            self._deadline.set(self._seconds[self.awaited])
        else:
            self._deadline.clear()
