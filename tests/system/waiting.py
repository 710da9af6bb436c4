"""Waiting for something outside, never longer than said."""

import time
from collections.abc import Callable

_EVERY = 0.02


def until(
    happened: Callable[[], object], within: float, why: Callable[[], str] = lambda: "in vain"
) -> float:
    """Wait until *happened* returns something true; how many seconds that took."""
    began = time.monotonic()
    while not happened():
        assert time.monotonic() - began < within, f"{why()} (waited {within} s)"
        time.sleep(_EVERY)
    return time.monotonic() - began
