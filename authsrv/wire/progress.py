"""A client that takes what waits for it: some of it, in the time it has."""

from collections.abc import Callable

from twisted.internet.interfaces import IReactorTime

from authsrv.wire.deadline import Deadline

#: In bytes: less than this, taken in the time a client has, is nothing.
LEAST = 1024


class Progress:
    """Calls *strike* when something has waited for *seconds* and less than LEAST was taken."""

    def __init__(self, reactor: IReactorTime, seconds: float, strike: Callable[[], None]) -> None:
        self._seconds = seconds
        self._deadline = Deadline(reactor, strike)
        self._taken = 0
        self._waits = False

    def note(self, taken: int, *, waits: bool) -> None:
        """So many bytes more were *taken*; whether something *waits* now."""
        if not waits:
            if self._waits:
                self._waits = False
                self._deadline.clear()
            return
        self._taken += taken
        if not self._waits or self._taken >= LEAST:
            self._waits, self._taken = True, 0
            self._deadline.set(self._seconds)

    def end(self) -> None:
        """Do not strike, and leave nothing behind."""
        self._waits = False
        self._deadline.end()
