"""A point in time by which something must have happened."""

from collections.abc import Callable

from twisted.internet.interfaces import IDelayedCall, IReactorTime


class Deadline:
    """Calls *strike* once when the time that was last set is over.

    Nothing that happens meanwhile moves it, so that a byte now and then buys no time.  It is set
    and cleared for each request, so the reactor is asked only when it would otherwise be late: a
    timer that is early sets itself again.
    """

    def __init__(self, reactor: IReactorTime, strike: Callable[[], None]) -> None:
        self._reactor = reactor
        self._strike = strike
        self._at: float | None = None
        self._call: IDelayedCall | None = None
        self._call_at = 0.0

    def set(self, seconds: float) -> None:
        """Strike in *seconds* from now, and not when it was to strike before."""
        self._at = self._reactor.seconds() + seconds
        if self._call is None or self._call_at > self._at:
            self._ask(self._at, seconds)

    def clear(self) -> None:
        """Do not strike."""
        self._at = None

    def end(self) -> None:
        """Do not strike, and leave nothing behind."""
        self._at = None
        if self._call is not None:
            self._call.cancel()
            self._call = None

    def _ask(self, at: float, seconds: float) -> None:
        if self._call is not None:
            self._call.cancel()
        self._call_at = at
        self._call = self._reactor.callLater(seconds, self._look)

    def _look(self) -> None:
        self._call = None
        if self._at is None:
            return
        left = self._at - self._reactor.seconds()
        if left > 0:
            self._ask(self._at, left)
        else:
            self._at = None
            self._strike()
