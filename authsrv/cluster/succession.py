"""A supervisor that becomes the program as it is on disk now, and the workers that it leaves."""

from collections.abc import Callable, Sequence
from typing import Protocol

from attrs import define
from twisted.internet.defer import Deferred
from twisted.internet.interfaces import IReactorTime
from twisted.logger import Logger

from authsrv.cluster.errors import CannotStart
from authsrv.cluster.handover import Handover, OldWorker, close_channels, reap

log = Logger()
#: In seconds: so often it is looked which of the old workers have ended.
REAP_EVERY = 1.0


class Successor(Protocol):
    """The program that is to take our place."""

    def rehearse(self) -> "Deferred[None]":
        """Whether it could; fails with CannotStart."""

    def become(self, left: Handover) -> object:
        """Put it there, with what we leave it.  Does not return; raises OSError."""


@define(eq=False)
class Succession:
    """From a supervisor to the next, in one process.

    The listening sockets stay open, so nobody is refused, and the old workers serve until the next
    supervisor's do: their channels stay open too, until it closes them.
    """

    _clock: IReactorTime
    _successor: Successor
    # What would be left now.
    _left: Callable[[], Handover]
    # Ignore signals, or (False) heed them again: between us and the next they would end it.
    _ignore_signals: Callable[[bool], object]

    async def proceed(self) -> None:
        """Become the next.  Raises CannotStart, and then nothing has changed."""
        await self._successor.rehearse()
        left = self._left()
        log.info("becoming the program that is on disk now")
        self._ignore_signals(True)
        try:
            self._successor.become(left)
        except OSError as error:
            self._ignore_signals(False)
            raise CannotStart(f"cannot start the program anew: {error.strerror}") from error

    def dismiss(self, workers: Sequence[OldWorker]) -> None:
        """Have the *workers* of the supervisor before us drain, and see them end."""
        for worker in workers:
            log.info("worker draining", worker_pid=worker.pid, why="upgrade")
        close_channels(workers)
        self._reap(list(workers))

    def _reap(self, workers: list[OldWorker]) -> None:
        left = reap(workers)
        if left:
            self._clock.callLater(REAP_EVERY, self._reap, left)
