"""Counts of attempts in this process alone: for tests and for trying things out."""

from attrs import define, field
from zope.interface import implementer

from authsrv.core import throttle as rules
from authsrv.core.throttle import Counts, Limit, Verdict
from authsrv.interfaces import IThrottleStore

_NOTHING = (Counts(), 0.0)


@implementer(IThrottleStore)
@define
class MemoryThrottle:
    """Keeps counts until the process ends."""

    _rows: dict[str, tuple[Counts, float]] = field(factory=dict, init=False)

    async def take(self, key: str, limit: Limit, now: float) -> Verdict:
        """Count an attempt, or refuse it."""
        counts, expires_at = self._rows.get(key, _NOTHING)
        live = counts if now < expires_at else Counts()
        after, verdict = rules.take(live, limit, now)
        if verdict.allowed:
            self._rows[key] = (after, rules.expires_at(after, limit, now))
        return verdict

    async def give_back(self, key: str) -> None:
        """The newest attempt was no failure."""
        if key not in self._rows:
            return
        counts, expires_at = self._rows.pop(key)
        counts = rules.give_back(counts)
        if counts.recent:
            self._rows[key] = (counts, expires_at)

    async def reset(self, prefix: str) -> int:
        """Forget every key that begins with *prefix*; how many."""
        found = [key for key in self._rows if key.startswith(prefix)]
        return self._forget(found)

    async def sweep(self, now: float) -> int:
        """Forget what has expired; how many."""
        return self._forget([key for key, (_, until) in self._rows.items() if until <= now])

    async def close(self) -> None:
        """Nothing is held."""

    def _forget(self, keys: list[str]) -> int:
        for key in keys:
            del self._rows[key]
        return len(keys)
