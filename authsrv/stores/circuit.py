"""Calls to a database that may vanish: each is answered in time, by a refusal if need be.

A call waits in three places: for a thread, for a connection, for the answer.  The last two have a
deadline of their own, in the thread; but a name server that does not answer has none, and threads
that all wait keep everybody else waiting for one.  So there is a clock outside too.
"""

from collections.abc import Callable
from threading import Lock
from typing import Any

from attrs import define, field
from twisted.internet.defer import Deferred, fail
from twisted.internet.interfaces import IDelayedCall, IReactorTime
from twisted.logger import Logger
from twisted.python.failure import Failure

from authsrv.core.errors import StoreUnavailable
from authsrv.stores.threads import InThread

log = Logger()
#: So long a call may wait for a thread, in seconds, and so long from its beginning to its answer.
QUEUES = 0.5
LASTS = 3.0
#: After so many failures in a row calls are refused at once, but for one try so many seconds
#: after the last.
FAILURES = 3
TRY_EVERY = 0.5


class Away(StoreUnavailable):
    """Nobody answers: whoever asks next would fare no better."""


@define(eq=False)
class _Call:
    """One call, which is run or given up, never both.  *tries* says that it tries for all."""

    work: Callable[[], Any]
    tries: bool
    done: Deferred[Any] = field(factory=Deferred)
    timer: IDelayedCall | None = None
    has_ended: bool = False
    _lock: Lock = field(factory=Lock)
    _is_taken: bool = False

    def take(self) -> bool:
        """Whether nobody was faster."""
        with self._lock:
            taken, self._is_taken = self._is_taken, True
            return not taken

    def run(self) -> Any:
        """In the thread.  What was given up must not happen late."""
        return self.work() if self.take() else None


@define(eq=False)
class Circuit:
    """*in_thread*, whose calls raise StoreUnavailable in time.

    A call that runs when its time is up goes on in its thread, and nobody hears of it.
    """

    _clock: IReactorTime
    _in_thread: InThread
    _failures: int = field(default=0, init=False)
    _is_trying: bool = field(default=False, init=False)
    _tried: float = field(default=0.0, init=False)

    def __call__(self, work: Callable[..., Any], *args: Any) -> Deferred[Any]:
        """As deferToThreadPool."""
        is_open = self._failures >= FAILURES
        if is_open and (self._is_trying or self._clock.seconds() - self._tried < TRY_EVERY):
            return fail(Away("the database did not answer just now"))
        self._is_trying = is_open
        call = _Call(lambda: work(*args), is_open)
        call.timer = self._clock.callLater(QUEUES, self._give_up_waiting, call)
        self._in_thread(call.run).addBoth(self._answer, call)
        return call.done

    def _give_up_waiting(self, call: _Call) -> None:
        if call.take():
            # Says nothing about the database: others may be busy with it.
            self._end(call)
            if not call.done.called:
                call.done.errback(StoreUnavailable("no thread was free in time"))
        else:
            call.timer = self._clock.callLater(LASTS - QUEUES, self._give_up, call)

    def _give_up(self, call: _Call) -> None:
        self._answer(Failure(Away("the database did not answer in time")), call)

    def _answer(self, outcome: Any, call: _Call) -> None:
        if call.has_ended:
            return
        self._end(call)
        self._learn(outcome)
        # Called already: whoever asked has cancelled it.
        if not call.done.called:
            call.done.callback(outcome)

    def _end(self, call: _Call) -> None:
        call.has_ended = True
        if call.timer is not None and call.timer.active():
            call.timer.cancel()
        if call.tries:
            self._is_trying = False
            self._tried = self._clock.seconds()

    def _learn(self, outcome: Any) -> None:
        error = outcome.value if isinstance(outcome, Failure) else None
        if not isinstance(error, Away):
            if self._failures >= FAILURES:
                log.info("the account store answers again")
            self._failures = 0
            return
        self._failures += 1
        self._tried = self._clock.seconds()
        if self._failures == FAILURES:
            log.error("the account store does not answer", why=error.why)
