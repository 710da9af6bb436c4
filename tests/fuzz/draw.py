"""Bytes as a source of choices: what is drawn from the same bytes is the same."""

import builtins
from collections.abc import Sequence
from typing import TypeVar

T = TypeVar("T")


class Draw:
    """Takes from the front of *data*; when nothing is left it draws zeros."""

    def __init__(self, data: bytes) -> None:
        self._data = data
        self._at = 0

    def __bool__(self) -> bool:
        return self._at < len(self._data)

    def bytes(self, count: int) -> bytes:
        """The next *count* bytes, or as many as there are."""
        taken = self._data[self._at : self._at + count]
        self._at += count
        return taken

    def number(self, size: int = 1) -> int:
        """A number of *size* bytes."""
        return int.from_bytes(self.bytes(size), "big")

    def one(self, among: Sequence[T]) -> T:
        """One of *among*, of which there are at most 256."""
        return among[self.number() % len(among)]

    def rest(self) -> builtins.bytes:
        """All that is left."""
        return self.bytes(len(self._data))
