"""Timers that a step of the wall clock cannot stop."""

from collections.abc import Callable
from time import monotonic

from twisted.internet.interfaces import IReactorTime


def use_monotonic(reactor: IReactorTime, seconds: Callable[[], float] = monotonic) -> None:
    """Let *reactor*'s timers run by a clock that is never set.

    By default they run by the wall clock: set back by an hour it stops every timeout for that
    hour.  Raises RuntimeError if a timer already waits, for its time is of the other clock.
    """
    if reactor.getDelayedCalls():
        raise RuntimeError("a timer was set before the clock was chosen")
    reactor.seconds = seconds  # type: ignore[method-assign]
