"""One worker's life as the supervisor sees it."""

from collections.abc import Callable
from enum import Enum
from typing import Protocol

from attrs import frozen
from twisted.internet.interfaces import IDelayedCall, IReactorTime
from twisted.internet.protocol import ProcessProtocol
from twisted.logger import Logger
from twisted.python.failure import Failure

from authsrv.cluster.backoff import describe_end
from authsrv.cluster.channel import CannotServe
from authsrv.cluster.launch import Launch
from authsrv.cluster.process import Orders, Process

# All in seconds.  A worker that has missed MISSES heartbeats hangs.
READY_WITHIN = 30.0
HEARTBEAT_EVERY = 2.0
MISSES = 5
# The part of the time to drain that a worker is told of; it needs the rest to end.
_TOLD = 0.9


class State(Enum):
    """Where a worker is in its life.  It never goes back."""

    STARTING = "starting"
    READY = "ready"
    DRAINING = "draining"
    GONE = "gone"


@frozen
class End:
    """How a worker ended: a word to count it under, a text for people, seconds that it lived.

    *served*: it had become ready.
    """

    reason: str
    why: str
    lived: float
    served: bool


class Watcher(Protocol):
    """Who wants to know of a worker's life."""

    def worker_ready(self, worker: "Worker", /) -> None:
        """It serves."""

    def worker_missed(self, worker: "Worker", /) -> None:
        """It has not answered a heartbeat in time."""

    def worker_draining(self, worker: "Worker", why: str, /) -> None:
        """It has been told to finish."""

    def worker_killed(self, worker: "Worker", why: str, /) -> None:
        """It has been ended at once."""

    def worker_told(self, worker: "Worker", text: str, /) -> None:
        """Its drain is over, and its last figures are *text*."""

    def worker_gone(self, worker: "Worker", end: End, /) -> None:
        """Its process has ended and has been reaped."""


class Worker(ProcessProtocol):
    """One worker process, from its being spawned to its being reaped."""

    _log = Logger()

    def __init__(self, index: int, clock: IReactorTime, orders: Orders, watcher: Watcher) -> None:
        self.index = index
        self.state = State.STARTING
        self._clock = clock
        self._orders = orders
        self._watcher = watcher
        #: What can be said to it.
        self.process = Process(
            clock, self._channel_lost, lambda text: watcher.worker_told(self, text)
        )
        self._timer: IDelayedCall | None = None
        self._unanswered = 0
        self._reason = ""
        self._refusal = ""
        self._served = False
        self._since = clock.seconds()

    @property
    def pid(self) -> int:
        """Its process's number."""
        return self.process.pid

    def spawn(self, launch: Launch) -> None:
        """Start the process.  Raises OSError if there can be none."""
        self.process.spawn(launch, self)
        self._log.info("worker started", worker=self.index, worker_pid=self.pid)
        self._set_timer(READY_WITHIN, lambda: self.kill("not ready in time"))
        self.process.start(self._orders, self.index).addCallbacks(self._ready, self._not_ready)

    def drain(self, seconds: float, why: str) -> None:
        """Have it finish and end within *seconds*; then it is killed."""
        if self.state is State.READY:
            self.process.drain(seconds * _TOLD)
        elif self.state is State.STARTING:
            # It serves nobody yet, and may not read the channel for a while.
            self.process.signal("TERM")
        else:
            return
        self.state = State.DRAINING
        self._log.info(
            "worker draining", worker=self.index, worker_pid=self.pid, why=why, seconds=seconds
        )
        self._watcher.worker_draining(self, why)
        self._set_timer(seconds, lambda: self.kill("not drained in time"))

    def kill(self, reason: str) -> None:
        """End it at once; *reason* is what it is counted under.  One that is gone stays so."""
        if self.state is State.GONE:
            return
        self._reason = self._reason or reason
        self._set_timer(None)
        self._log.warn("worker killed", worker=self.index, worker_pid=self.pid, why=reason)
        self._watcher.worker_killed(self, reason)
        self.process.signal("KILL")

    def processEnded(self, reason: Failure) -> None:
        """The process has ended and has been reaped."""
        self.state = State.GONE
        self._set_timer(None)
        code, signal = (
            getattr(reason.value, "exitCode", None),
            getattr(reason.value, "signal", None),
        )
        counted = self._reason or ("exit" if signal is None else "signal")
        why = self._refusal or describe_end(code, signal)
        lived = self._clock.seconds() - self._since
        self._watcher.worker_gone(self, End(counted, why, lived, self._served))

    def _ready(self, _: object) -> None:
        if self.state is not State.STARTING:
            return
        self.state = State.READY
        self._served = True
        self._set_timer(HEARTBEAT_EVERY, self._beat)
        self._watcher.worker_ready(self)

    def _not_ready(self, failure: Failure) -> None:
        if failure.check(CannotServe):
            self._refusal = failure.getErrorMessage()
            self._log.error("worker cannot serve", worker=self.index, why=self._refusal)
        # It waits for this to end itself.
        self.process.close()

    def _beat(self) -> None:
        """Ask for a sign of life.

        Misses are counted, not seconds: a supervisor that was itself stopped for a minute finds
        the answers in its inbox, and must not kill a healthy worker for that.
        """
        self._set_timer(HEARTBEAT_EVERY, self._beat)
        if not self._unanswered:
            self._unanswered = 1
            self.process.beat(self._beaten)
            return
        self._watcher.worker_missed(self)
        self._unanswered += 1
        if self._unanswered > MISSES:
            self.kill("no heartbeat")

    def _beaten(self, _: object) -> None:
        self._unanswered = 0

    def _channel_lost(self) -> None:
        """It ends, or it has gone mad: then it is killed when its time to drain is over."""
        if self.state in (State.STARTING, State.READY):
            self.state = State.DRAINING
            limit = self._orders.drain_seconds
            self._set_timer(limit, lambda: self.kill("channel lost"))

    def _set_timer(self, seconds: float | None, then: Callable[[], None] | None = None) -> None:
        """A worker waits for one thing at a time."""
        if self._timer is not None and self._timer.active():
            self._timer.cancel()
        self._timer = (
            None if seconds is None or then is None else self._clock.callLater(seconds, then)
        )
