"""Where time and chance come from: arguments, so that rules and tests can choose them."""

from typing import Protocol


class Clock(Protocol):
    """The wall clock: seconds since the epoch."""

    def __call__(self) -> float: ...


class RandomBytes(Protocol):
    """*count* bytes nobody can guess."""

    def __call__(self, count: int, /) -> bytes: ...
