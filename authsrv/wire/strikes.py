"""The log's lines about limits that strike: a flood of refusals must be no flood of lines."""

from collections import Counter
from collections.abc import Callable

from twisted.logger import Logger

from authsrv.wire.buckets import Bucket
from authsrv.wire.counters import Counters

log = Logger()
#: Lines about one limit: at once, and a second.
LINES = (20, 1)


class Strikes:
    """Counts each strike in *counters*, and logs it; of too many only one now and then.

    *now* is the clock.
    """

    def __init__(self, now: Callable[[], float], counters: Counters) -> None:
        self._now = now
        self._counters = counters
        self._lines: dict[str, Bucket] = {}
        self._unsaid: Counter[str] = Counter()

    def note(self, limit: str, address: str) -> None:
        """*limit*, by its name in the settings, has struck a client at *address*."""
        self._counters.struck(limit)
        now = self._now()
        if not self._lines.setdefault(limit, Bucket(*LINES, now)).take(now):
            self._unsaid[limit] += 1
            return
        log.info("limit struck", limit=limit, address=address, unsaid=self._unsaid.pop(limit, 0))
