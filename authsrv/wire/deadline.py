"""A point in time by which something must have happened."""

from collections.abc import Callable

from twisted.internet.interfaces import IDelayedCall, IReactorTime


class Deadline:
    """Calls *strike* once when the time that was last set is over.

    Nothing that happens meanwhile moves it, so that a byte now and then buys no time.
    """

    def __init__(self, reactor: IReactorTime, strike: Callable[[], None]) -> None:
        self._reactor = reactor
        self._strike = strike
        self._call: IDelayedCall | None = None

    def set(self, seconds: float) -> None:
        """Strike in *seconds* from now, and not when it was to strike before."""
        self.clear()
        self._call = self._reactor.callLater(seconds, self._strike)

    def clear(self) -> None:
        """Do not strike."""
        if self._call is not None and self._call.active():
            self._call.cancel()
        self._call = None
