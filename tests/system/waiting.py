"""Waiting for something outside, never for ever."""

import time
from collections.abc import Callable

#: Seconds that a machine which has much else to do may add to what is promised.
SLACK = 5.0
_EVERY = 0.02
_UNSURE = 503


def until(
    happened: Callable[[], object], within: float, why: Callable[[], str] = lambda: "in vain"
) -> float:
    """Wait until *happened* returns something true; how many seconds that took.

    *within* is what it takes on a machine that has nothing else to do.
    """
    began = time.monotonic()
    while not happened():
        waited = time.monotonic() - began
        assert waited < within + SLACK, f"{why()} (waited {waited:.1f} s)"
        time.sleep(_EVERY)
    return time.monotonic() - began


def settled(ask: Callable[[], int], within: float = 5.0) -> int:
    """The status that *ask* gets, once it is not 503: a busy machine may be unable to say at first.

    For when nothing is wrong with what the server needs.
    """
    told: list[int] = []

    def is_sure() -> bool:
        told.append(ask())
        return told[-1] != _UNSURE

    until(is_sure, within)
    return told[-1]
