"""A wall clock that a test sets while the server runs (libfaketime); the monotonic one runs on."""

import contextlib
import os
import time
from collections.abc import Iterator, Mapping
from pathlib import Path

from tests.system.server import Server

_LIBRARY = "faketime/libfaketimeMT.so.1"
_SHARED = Path("/dev/shm")


class WallClock:
    """The wall clock of every process that was started with :attr:`environment`."""

    def __init__(self, home: Path) -> None:
        self.offset = 0
        self._file = home / "clock"
        self.step(0)

    @property
    def environment(self) -> Mapping[str, str]:
        """What a process has to be started with; its children inherit it."""
        return {
            "LD_PRELOAD": str(_library()),
            "FAKETIME_TIMESTAMP_FILE": str(self._file),
            "FAKETIME_NO_CACHE": "1",
            # A step of the real clock leaves this one alone too.
            "FAKETIME_DONT_FAKE_MONOTONIC": "1",
            # Files keep their times.
            "NO_FAKE_STAT": "1",
            # Else what waits for the interpreter's lock spins: its timeouts are over at once.
            "FAKETIME_FORCE_MONOTONIC_FIX": "0",
        }

    def step(self, seconds: int) -> None:
        """Set it forward by so many *seconds*, or back."""
        self.offset += seconds
        # It is read at every look at the clock, so never half written.
        beside = self._file.with_suffix(".new")
        beside.write_text(f"{self.offset:+d}\n", "ascii")
        os.replace(beside, self._file)

    def now(self) -> float:
        """What it shows, in seconds since the epoch."""
        return time.time() + self.offset


@contextlib.contextmanager
def on_wall_clock(server: Server) -> Iterator[WallClock]:
    """*server*, started on a clock that the test sets; it is ended with the block."""
    clock = WallClock(server.home)
    try:
        server.start(env=clock.environment)
        yield clock
    finally:
        _kill(server)


def start_again(server: Server, clock: WallClock) -> None:
    """Kill all of *server*, and start it by the same *clock*."""
    _kill(server)
    server.start(env=clock.environment)


def _kill(server: Server) -> None:
    server.kill_all()
    # What libfaketime shares with its children outlives a kill, and would be in the way of
    # another process with this number.
    for name in ("faketime_shm_", "sem.faketime_sem_"):
        (_SHARED / f"{name}{server.pid}").unlink(missing_ok=True)


def _library() -> Path:
    """Where Debian's package has it: a directory for each architecture."""
    found = [*Path("/usr/lib").glob(f"*/{_LIBRARY}")]
    assert found, "apt-get install faketime"
    return found[0]
