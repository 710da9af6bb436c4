"""When to start a worker again that has died, and how to say what it died of."""

from signal import Signals

# A worker that has lived this long, in seconds, was no failed start.
PROVEN_AFTER = 10.0
_FIRST = 0.1
#: Seconds between two starts at most.
LONGEST = 30.0
# For one that had served: it starts, so somebody or something ends it, and visitors wait.
_LONGEST_AFTER_SERVICE = 0.5


def count_death(early_deaths: int, lived: float) -> int:
    """How many times in a row it has died young, now that it has died after *lived* seconds."""
    return 0 if lived >= PROVEN_AFTER else early_deaths + 1


def delay(early_deaths: int, *, served: bool) -> float:
    """Seconds to wait before the next start: none at first, then 100 ms, doubling.

    Up to 30 s for one that never *served*, up to half a second for one that did.
    """
    if early_deaths == 0:
        return 0.0
    # Bounded before the power is taken: a loop that ran for a year must not overflow.
    longest = _LONGEST_AFTER_SERVICE if served else LONGEST
    return min(longest, _FIRST * 2.0 ** min(early_deaths - 1, 30))


def describe_end(exit_code: int | None, signal: int | None) -> str:
    """What a process ended of, as people say it."""
    if signal is not None:
        return f"signal {_signal_name(signal)}"
    return f"exit status {exit_code}"


def _signal_name(number: int) -> str:
    try:
        return Signals(number).name
    except ValueError:
        return str(number)
