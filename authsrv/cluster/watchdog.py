"""Showing systemd that we are alive, and how many workers serve (sd_watchdog_enabled(3))."""

from collections.abc import Callable, Mapping

from attrs import define, field, frozen
from twisted.internet.interfaces import IReactorTime
from twisted.internet.task import LoopingCall

from authsrv.cluster.backoff import LONGEST
from authsrv.cluster.notify import Notify
from authsrv.cluster.workers import READY_WITHIN

#: How often it is looked whether the status line has changed, in seconds.
LOOK_EVERY = 1.0
#: Without a worker for so long, in seconds, we are no use: the longest wait, and a start.
PATIENCE = LONGEST + READY_WITHIN


@frozen
class Strength:
    """How many workers are *ready* of those *wanted*; none is wanted by a server that stops."""

    ready: int
    wanted: int


def asked(environment: Mapping[str, str], pid: int) -> float | None:
    """Within how many seconds systemd wants to hear of us, *pid*, each time; None: it does not."""
    meant = environment.get("WATCHDOG_PID", str(pid))
    limit = environment.get("WATCHDOG_USEC", "")
    if meant != str(pid) or not (limit.isascii() and limit.isdigit()):
        return None
    return int(limit) / 1e6 or None


@define(eq=False)
class Watchdog:
    """Says WATCHDOG=1 twice as often as asked, and STATUS= when it has changed.

    A reactor that hangs says nothing, and neither does a supervisor that has been without a
    worker for longer than PATIENCE: then systemd starts us anew.
    """

    _clock: IReactorTime
    _notify: Notify
    # Evaluated when we start: a daemon's process id is another one by then.
    _within: Callable[[], float | None]
    _strength: Callable[[], Strength] = field(init=False)
    _served_at: float = field(init=False)
    _status: str = field(init=False, default="")

    def start(self, strength: Callable[[], Strength]) -> None:
        """Go on for as long as the process does."""
        self._strength = strength
        self._served_at = self._clock.seconds()
        self._repeat(LOOK_EVERY, self._look)
        within = self._within()
        if within is not None:
            self._repeat(within / 2, self._beat)

    def _look(self) -> None:
        strength = self._strength()
        if strength.ready or not strength.wanted:
            # One that stops has a limit of its own, and is not to be cut short.
            self._served_at = self._clock.seconds()
        status = _describe(strength)
        if status != self._status:
            self._status = status
            self._notify(f"STATUS={status}")

    def _beat(self) -> None:
        self._look()
        if self._clock.seconds() - self._served_at <= PATIENCE:
            self._notify("WATCHDOG=1")

    def _repeat(self, seconds: float, what: Callable[[], None]) -> None:
        loop = LoopingCall(what)
        loop.clock = self._clock
        loop.start(seconds)


def _describe(strength: Strength) -> str:
    if not strength.wanted:
        return "finishing what runs"
    return f"{strength.ready} of {strength.wanted} workers ready"
