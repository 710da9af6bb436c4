"""A wall clock that is set while the server runs."""

import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import ClassVar

from tests.system.faults.fault import Fault
from tests.system.server import Server
from tests.system.wallclock import WallClock, on_wall_clock, start_again

HOUR = 3600
DAY = 24 * HOUR


class ClockBack(Fault):
    """One hour back."""

    name = "the clock stepped 1 h back"
    # No session ends by the clock here, and no guess is forgotten: what is lost is lost wrongly.
    settings: ClassVar[Mapping[str, object]] = {
        "sessions.idle": "3000d",
        "sessions.lifetime": "3000d",
    }
    once = True
    step: ClassVar[int] = -HOUR
    _clock: WallClock

    @contextmanager
    def around(self, server: Server) -> Iterator[None]:
        """It lives by our clock."""
        with on_wall_clock(server) as self._clock:
            yield

    def again(self, server: Server) -> None:
        """Start it on the same clock."""
        start_again(server, self._clock)

    def work(self, server: Server, seconds: float) -> None:
        """Step it in the middle."""
        time.sleep(seconds / 2)
        self._clock.step(self.step)
        time.sleep(seconds / 2)


class ClockOn(ClockBack):
    """Two hours on."""

    name = "the clock stepped 2 h on"
    step = 2 * HOUR


class ClockFarOn(ClockBack):
    """More than a year."""

    name = "the clock stepped 400 d on"
    step = 400 * DAY
    #: A set-up link is good for a day.
    once = False
