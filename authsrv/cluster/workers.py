"""One worker's life as the supervisor sees it."""

import contextlib
from collections.abc import Callable
from enum import Enum
from typing import Any, Protocol

from attrs import frozen
from twisted.internet.defer import Deferred
from twisted.internet.error import ProcessExitedAlready
from twisted.internet.interfaces import IDelayedCall, IProcessTransport, IReactorTime
from twisted.internet.protocol import ProcessProtocol
from twisted.logger import Logger
from twisted.protocols import amp
from twisted.python.failure import Failure

from authsrv.cluster.backoff import describe_end
from authsrv.cluster.channel import (
    CannotServe,
    Caretake,
    Channel,
    Drain,
    Figures,
    Heartbeat,
    LastFigures,
    ReopenLog,
    Start,
)
from authsrv.cluster.launch import Launch

# All in seconds.  A worker that has missed MISSES heartbeats hangs.
READY_WITHIN = 30.0
HEARTBEAT_EVERY = 2.0
MISSES = 5
FIGURES_WITHIN = 2.0
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


@frozen
class Orders:
    """What every worker is told at its start."""

    settings: str
    listeners: str
    drain_seconds: float


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


class _OurEnd(Channel):
    """The supervisor's end of the channel; *told* is called with the last figures."""

    def __init__(self, lost: Callable[[], None], told: Callable[[str], None]) -> None:
        super().__init__(lost)
        self._told = told

    @LastFigures.responder
    def last_figures(self, text: str) -> dict[str, Any]:
        """Answer: now it may end."""
        self._told(text)
        return {}


class Worker(ProcessProtocol):
    """One worker process, from its being spawned to its being reaped."""

    _log = Logger()

    def __init__(self, index: int, clock: IReactorTime, orders: Orders, watcher: Watcher) -> None:
        self.index = index
        self.state = State.STARTING
        self.pid = 0
        self._clock = clock
        self._orders = orders
        self._watcher = watcher
        self._channel: Channel = _OurEnd(
            self._channel_lost, lambda text: watcher.worker_told(self, text)
        )
        self._process: IProcessTransport | None = None
        self._timer: IDelayedCall | None = None
        self._unanswered = 0
        self._reason = ""
        self._refusal = ""
        self._served = False
        self._since = clock.seconds()

    def spawn(self, launch: Launch) -> None:
        """Start the process.  Raises OSError if there can be none."""
        self._process = launch(self, self._channel)
        self.pid = self._process.pid or 0
        self._log.info("worker started", worker=self.index, worker_pid=self.pid)
        self._set_timer(READY_WITHIN, lambda: self.kill("not ready in time"))
        self._ask(
            Start,
            settings=self._orders.settings,
            listeners=self._orders.listeners,
            index=self.index,
            drain_seconds=self._orders.drain_seconds,
        ).addCallbacks(self._ready, self._not_ready)

    @property
    def descriptor(self) -> int | None:
        """Of our end of its channel."""
        return self._channel.descriptor

    def drain(self, seconds: float, why: str) -> None:
        """Have it finish and end within *seconds*; then it is killed."""
        if self.state is State.READY:
            _ignoring_errors(self._ask(Drain, seconds=seconds * _TOLD))
        elif self.state is State.STARTING:
            # It serves nobody yet, and may not read the channel for a while.
            self._signal("TERM")
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
        self._signal("KILL")

    def caretake(self) -> None:
        """Have it do what is done once."""
        _ignoring_errors(self._ask(Caretake))

    def reopen_log(self) -> None:
        """Have it open its log file again."""
        _ignoring_errors(self._ask(ReopenLog))

    def figures(self) -> "Deferred[str | None]":
        """What it has counted, or None if it does not say."""
        answer = self._ask(Figures).addTimeout(FIGURES_WITHIN, self._clock)
        return answer.addCallbacks(lambda found: found["text"], lambda _: None)

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
        self._channel.close()

    def _beat(self) -> None:
        """Ask for a sign of life.

        Misses are counted, not seconds: a supervisor that was itself stopped for a minute finds
        the answers in its inbox, and must not kill a healthy worker for that.
        """
        self._set_timer(HEARTBEAT_EVERY, self._beat)
        if not self._unanswered:
            self._unanswered = 1
            _ignoring_errors(self._ask(Heartbeat).addCallback(self._beaten))
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

    def _ask(self, command: type[amp.Command], **arguments: object) -> "Deferred[dict[str, Any]]":
        answer: Deferred[dict[str, Any]] = self._channel.callRemote(command, **arguments)
        return answer

    def _signal(self, name: str) -> None:
        if self._process is not None:
            with contextlib.suppress(ProcessExitedAlready):
                self._process.signalProcess(name)

    def _set_timer(self, seconds: float | None, then: Callable[[], None] | None = None) -> None:
        """A worker waits for one thing at a time."""
        if self._timer is not None and self._timer.active():
            self._timer.cancel()
        self._timer = (
            None if seconds is None or then is None else self._clock.callLater(seconds, then)
        )


def _ignoring_errors(answer: "Deferred[Any]") -> None:
    """A worker that cannot answer is ending, or will be found out by its heartbeat."""
    answer.addErrback(lambda _: None)
