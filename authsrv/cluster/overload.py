"""Whether this process has more to do than it can."""

from collections.abc import Callable

from twisted.internet.interfaces import IDelayedCall, IReactorTime
from twisted.logger import Logger

from authsrv.cluster.spare import Spare

log = Logger()
#: In seconds: it looks so often, ...
EVERY = 0.1
#: ... a turn of the reactor that comes so late is late, ...
LATE = 0.2
#: ... and so many late ones in a row are no accident.
IN_A_ROW = 3


class Overload:
    """Watches the reactor of *clock*, and the descriptors kept back in *spare*.

    *struck* is told each time that a reason appears: "late", or "descriptors".
    """

    def __init__(self, clock: IReactorTime, spare: Spare, struck: Callable[[str], None]) -> None:
        self._clock = clock
        self._spare = spare
        self._struck = struck
        self._timer: IDelayedCall | None = None
        self._due = 0.0
        self._late_turns = 0
        #: Why nothing new should be begun, or None.
        self.reason: str | None = None

    def start(self) -> None:
        """Look from now on."""
        self._due = self._clock.seconds() + EVERY
        self._timer = self._clock.callLater(EVERY, self._look)

    def stop(self) -> None:
        """Look no more."""
        if self._timer is not None and self._timer.active():
            self._timer.cancel()

    def _look(self) -> None:
        is_late = self._clock.seconds() - self._due > LATE
        self._late_turns = self._late_turns + 1 if is_late else 0
        self._note(self._found())
        self.start()

    def _found(self) -> str | None:
        if not self._spare.is_held:
            return "descriptors"
        return "late" if self._late_turns >= IN_A_ROW else None

    def _note(self, reason: str | None) -> None:
        if reason is not None and reason != self.reason:
            self._struck(reason)
            log.warn("overloaded, nobody can sign in", why=reason)
        elif reason is None and self.reason is not None:
            log.info("no longer overloaded")
        self.reason = reason
