"""Counts of attempts in this process alone: for tests and for trying things out."""

from collections.abc import Callable, Sequence

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

    async def take(self, wanted: Sequence[tuple[str, Limit]], now: float) -> Sequence[Verdict]:
        """Count an attempt under all, or under none."""
        before = [(self._live(key, now), limit) for key, limit in wanted]
        after, verdicts = rules.take_all(before, now)
        for (key, limit), (old, _), new in zip(wanted, before, after, strict=True):
            if new != old:
                self._rows[key] = (new, rules.expires_at(new, limit, now))
        return verdicts

    async def give_back(self, *keys: str) -> None:
        """The newest attempt was no failure."""
        for key in keys:
            self._shorten(key, rules.give_back)

    async def undo(self, *keys: str) -> None:
        """About the newest attempt nothing was decided."""
        for key in keys:
            self._shorten(key, rules.undo)

    async def reset(self, subject: str) -> int:
        """Forget *subject*; how many keys."""
        within = f"{subject}/"
        return self._forget([k for k in self._rows if k == subject or k.startswith(within)])

    async def sweep(self, now: float) -> int:
        """Forget what has expired; how many."""
        return self._forget([key for key, (_, until) in self._rows.items() if until <= now])

    async def close(self) -> None:
        """Nothing is held."""

    def _live(self, key: str, now: float) -> Counts:
        counts, expires_at = self._rows.get(key, _NOTHING)
        return counts if now < expires_at else Counts()

    def _shorten(self, key: str, rule: Callable[[Counts], Counts]) -> None:
        counts, expires_at = self._rows.pop(key, _NOTHING)
        after = rule(counts)
        if after != Counts():
            self._rows[key] = (after, expires_at)

    def _forget(self, keys: list[str]) -> int:
        for key in keys:
            del self._rows[key]
        return len(keys)
