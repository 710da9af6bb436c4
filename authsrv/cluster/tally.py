"""How many of each key there are over all workers: counts in memory that they share."""

import os
import tempfile
from hashlib import blake2b
from mmap import mmap

#: A key is counted in one column of each row; two that share all their columns count as one.
ROWS, COLUMNS = 2, 1 << 16
_SECRET = 16
_SEAT = 2 * ROWS * COLUMNS


def shared_memory(seats: int) -> int:
    """A descriptor of memory for *seats* workers; it is gone with the last process that has it.

    256 KiB a seat, of which the kernel takes what is used.  Raises OSError.
    """
    descriptor = _nameless_file()
    os.ftruncate(descriptor, _SECRET + seats * _SEAT)
    # Nobody outside can choose addresses that share their columns with another's.
    os.pwrite(descriptor, os.urandom(_SECRET), 0)
    return descriptor


class Tally:
    """The counts as the worker on *seat* (from 1 on) has them; *memory* is what all share.

    Each worker writes on its own seat only, so nothing needs a lock, and what a killed worker had
    counted is forgotten when another takes its seat.  A count may be too high for a key that
    shares its columns with others (a count-min sketch), never too low.  At most 65,535 of a key
    on a seat.
    """

    def __init__(self, memory: mmap | bytearray, seat: int) -> None:
        self._secret = bytes(memory[:_SECRET])
        self._all = memoryview(memory)[_SECRET:].cast("H")
        seats = len(self._all) // (ROWS * COLUMNS)
        self._starts = [number * ROWS * COLUMNS for number in range(seats)]
        self._own = self._starts[seat - 1]
        self._all[self._own : self._own + ROWS * COLUMNS] = memoryview(bytes(_SEAT)).cast("H")

    @classmethod
    def adopt(cls, descriptor: int, seat: int) -> "Tally":
        """The counts in the memory behind *descriptor*, which is closed."""
        try:
            return cls(mmap(descriptor, 0), seat)
        finally:
            os.close(descriptor)

    @classmethod
    def alone(cls) -> "Tally":
        """Counts that nobody shares."""
        return cls(bytearray(_SECRET + _SEAT), 1)

    def add(self, key: str) -> None:
        """There is one more."""
        for cell in self._cells(key):
            self._all[self._own + cell] += 1

    def remove(self, key: str) -> None:
        """There is one less."""
        for cell in self._cells(key):
            self._all[self._own + cell] -= 1

    def count(self, key: str) -> int:
        """How many there are, on all seats."""
        return min(
            sum(self._all[start + cell] for start in self._starts) for cell in self._cells(key)
        )

    def _cells(self, key: str) -> list[int]:
        digest = blake2b(key.encode(), digest_size=2 * ROWS, key=self._secret).digest()
        return [
            row * COLUMNS + int.from_bytes(digest[2 * row : 2 * row + 2], "big")
            for row in range(ROWS)
        ]


def _nameless_file() -> int:
    if hasattr(os, "memfd_create"):
        return os.memfd_create("authsrv-tally")
    with tempfile.TemporaryFile() as file:
        return os.dup(file.fileno())
