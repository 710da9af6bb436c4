"""Counts of attempts in Redis: shared by every worker of every machine.

The rules stay in :mod:`authsrv.core.throttle`: what is kept is read, counted here, and put back
if nobody else was faster; so of two at once both are counted.
"""

import json
from collections.abc import Callable, Sequence
from contextlib import suppress

from attrs import frozen
from twisted.logger import Logger
from zope.interface import implementer

from authsrv.core import throttle as rules
from authsrv.core.errors import StoreUnavailable
from authsrv.core.throttle import Counts, Limit, Verdict
from authsrv.interfaces import IThrottleStore
from authsrv.stores.redis import keys, scripts
from authsrv.stores.redis.edge import deferred
from authsrv.stores.redis.link import Link
from authsrv.stores.texts import storable

log = Logger()
#: Times that somebody else may be faster.  Each time somebody was, so all together get on.
ATTEMPTS = 200
_NOTHING = (Counts(), 0.0)
#: What one attempt makes of what was kept and its expiry, and what it says of it.
Step = Callable[[Counts, float], tuple[Counts, float, Verdict | None]]


@implementer(IThrottleStore)
@frozen
class RedisThrottle:
    """Each key is a field of its subject's hash, which is forgotten when it has expired."""

    link: Link

    async def take(self, wanted: Sequence[tuple[str, Limit]], now: float) -> Sequence[Verdict]:
        """Count an attempt under all, or under none."""
        # One after the other: each key may be on a server of its own.
        verdicts: list[Verdict] = []
        for key, limit in wanted:
            verdicts.append(await self._take(key, limit, now))
            if not verdicts[-1].allowed:
                await self.undo(*(key for key, _ in wanted[: len(verdicts) - 1]))
                break
        return verdicts

    async def give_back(self, *keys: str) -> None:
        """The newest attempt was no failure."""
        for key in keys:
            await deferred(self._swap(key, _shortened(rules.give_back)))

    async def undo(self, *keys: str) -> None:
        """About the newest attempt nothing was decided."""
        for key in keys:
            await deferred(self._swap(key, _shortened(rules.undo)))

    async def reset(self, subject: str) -> int:
        """Forget *subject*; how many keys."""
        name = keys.throttle(storable(subject))
        return int(await deferred(self.link.write(name, "EVAL", scripts.RESET, 1, name)))

    async def sweep(self, now: float) -> int:
        """Redis forgets by itself."""
        return 0

    async def close(self) -> None:
        """Close every connection."""
        await deferred(self.link.close())

    async def _take(self, key: str, limit: Limit, now: float) -> Verdict:
        def step(counts: Counts, expires_at: float) -> tuple[Counts, float, Verdict]:
            live = counts if now < expires_at else Counts()
            after, verdict = rules.take(live, limit, now)
            if after == counts:
                return counts, expires_at, verdict
            return after, rules.expires_at(after, limit, now), verdict

        try:
            verdict = await deferred(self._swap(key, step, now))
        except StoreUnavailable:
            # It may have been counted, and nothing will be decided about it.
            with suppress(StoreUnavailable):
                await deferred(self._swap(key, _taken_back(now), durable=False))
            raise
        assert verdict is not None  # noqa: S101  this step has one
        return verdict

    async def _swap(
        self, key: str, step: Step, now: float | None = None, *, durable: bool = True
    ) -> Verdict | None:
        put = self.link.write if durable else self.link.read
        subject, _, field = storable(key).partition("/")
        name = keys.throttle(subject)
        for _ in range(ATTEMPTS):
            before = await self.link.read(name, "HGET", name, field) or b""
            counts, expires_at = _counts(before)
            after, until, verdict = step(counts, expires_at)
            if after == counts:
                return verdict
            text = "" if after == Counts() else _text(after, until)
            # Kept for as long from now, whatever the time is at Redis.
            left = 1 if now is None else max(1, int(until - now) + scripts.SLACK)
            values = (field, before, text, left)
            if await put(name, "EVAL", scripts.SWAP, 1, name, *values):
                return verdict
        raise StoreUnavailable("Redis: too many count the same at once", retry_after=1.0)


def _shortened(rule: Callable[[Counts], Counts]) -> Step:
    return lambda counts, expires_at: (rule(counts), expires_at, None)


def _taken_back(now: float) -> Step:
    """Undo the attempt that was made *now*, if it was counted and is the newest."""

    def step(counts: Counts, expires_at: float) -> tuple[Counts, float, None]:
        ours = counts.recent[-1:] == (now,)
        return (rules.undo(counts) if ours else counts), expires_at, None

    return step


def _text(counts: Counts, expires_at: float) -> str:
    return json.dumps([counts.recent, counts.in_a_row, expires_at], separators=(",", ":"))


def _counts(text: bytes) -> tuple[Counts, float]:
    if not text:
        return _NOTHING
    try:
        recent, in_a_row, expires_at = json.loads(text)
        return Counts(tuple(map(float, recent)), int(in_a_row)), float(expires_at)
    except (TypeError, ValueError, OverflowError, RecursionError):
        log.error("a stored count of attempts cannot be read")
        return _NOTHING
