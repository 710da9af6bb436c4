"""Sessions in Redis: shared by every worker of every machine."""

import json
from collections.abc import Iterator, Sequence
from typing import Any

from attrs import frozen
from twisted.internet.defer import Deferred, FirstError, gatherResults
from twisted.logger import Logger
from twisted.python.failure import Failure
from zope.interface import implementer

from authsrv.core.sessions import Page, Session, Stored
from authsrv.core.tokens import shard
from authsrv.interfaces import ISessionStore
from authsrv.stores.redis import keys, scripts
from authsrv.stores.redis.edge import deferred
from authsrv.stores.redis.link import Link
from authsrv.stores.sessions import rows
from authsrv.stores.texts import storable

log = Logger()
#: Sessions ended by one script: others wait for it.
BATCH = 500
_FIELDS = ("a", "i", "d", "n", "x")


@implementer(ISessionStore)
@frozen
class RedisSessions:
    """One command or one script a call; what lists or ends many asks each shard."""

    link: Link

    async def save(self, key: bytes, session: Session, expires_at: float) -> None:
        """Keep a new session."""
        await self._change(shard(key), scripts.SAVE, *_values(key, session, expires_at))

    async def load(self, key: bytes, now: float) -> Session | None:
        """The live session, or None."""
        stored = await self.stored(key)
        return stored.session if stored is not None and now < stored.expires_at else None

    async def stored(self, key: bytes) -> Stored | None:
        """What is kept under *key*, dead or alive, or None."""
        name = keys.session(key)
        row = await deferred(self.link.read(name, "HMGET", name, *_FIELDS))
        return _stored(key, row) if row[0] is not None else None

    async def touch(self, key: bytes, last_seen: float, expires_at: float) -> None:
        """Prolong it soon: a page does not wait to note that it was looked at."""
        self._change(shard(key), scripts.TOUCH, key, last_seen, expires_at).addErrback(_lost)

    async def replace(self, old: bytes, new: bytes, session: Session, expires_at: float) -> bool:
        """Move to a new key; False if the old one is gone."""
        if shard(old) != shard(new):
            raise ValueError("the new key is in another shard")
        values = _values(new, session, expires_at)
        return bool(await self._change(shard(old), scripts.REPLACE, old, *values))

    async def revoke(self, key: bytes) -> bool:
        """End one; whether there was one."""
        return bool(await self._change(shard(key), scripts.REVOKE, key))

    async def revoke_one(self, account_id: str, session_id: str) -> bool:
        """End the one that lists show as *session_id*; whether it was the account's."""
        ids = storable(account_id), storable(session_id)
        return any(await self._everywhere(scripts.REVOKE_ONE, *ids))

    async def revoke_account(self, account_id: str, keep: bytes | None = None) -> int:
        """End the account's, but the one under *keep*; how many."""
        values = storable(account_id), keep or b""
        return sum(await self._everywhere(scripts.REVOKE_ACCOUNT, *values))

    async def revoke_all(self) -> int:
        """End all, also those that begin meanwhile; how many."""
        return sum([await self._sweep(number, "+inf") for number in keys.homes()])

    async def list_account(self, account_id: str, now: float) -> Sequence[Session]:
        """The account's live ones, latest used first."""
        found = await self._everywhere(scripts.LIST_ACCOUNT, storable(account_id), write=False)
        live = [it.session for flat in found for it in _listed(flat) if now < it.expires_at]
        return sorted(live, key=lambda session: (-session.last_seen, session.id))

    async def list_all(self, now: float, after: str, limit: int) -> Page:
        """Shard by shard, in order of expiry: what is used meanwhile comes later, not never."""
        number, expires_at, last = _cursor(after)
        values = expires_at, last, max(1, limit)
        found = list(_listed(await self._change(number, scripts.LIST, *values, write=False)))
        if found:
            end = found[-1]
            behind = f"{number} {end.expires_at!r} {end.key.hex()}"
        else:
            behind = f"{number + 1} -inf" if number + 1 in keys.homes() else ""
        return Page([it for it in found if now < it.expires_at], behind)

    async def sweep(self, now: float, limit: int) -> int:
        """Forget at most *limit* dead ones; how many."""
        swept = 0
        for number in keys.homes():
            swept += await self._sweep(number, now, limit - swept)
        return swept

    async def close(self) -> None:
        """Close every connection."""
        await deferred(self.link.close())

    async def _sweep(self, number: int, until: float | str, limit: int | None = None) -> int:
        """Forget at most *limit* that are dead in the shard at *until*."""
        swept = 0
        while limit is None or swept < limit:
            most = BATCH if limit is None else min(BATCH, limit - swept)
            named, ended = await self._change(number, scripts.SWEEP, until, most)
            swept += ended
            if named < most:
                break
        return swept

    async def _everywhere(self, script: str, *values: str | bytes, write: bool = True) -> list[Any]:
        asked = [self._change(number, script, *values, write=write) for number in keys.homes()]
        try:
            return await gatherResults(asked, consumeErrors=True)
        except FirstError as error:
            # All have been asked; the first that fails says why.
            error.subFailure.raiseException()

    def _change(
        self, number: int, script: str, *values: str | bytes | float, write: bool = True
    ) -> Deferred[Any]:
        ask = self.link.write if write else self.link.read
        name = keys.expiry(number)
        return deferred(ask(name, "EVAL", script, 1, name, *map(_argument, values)))


def _argument(value: str | bytes | float) -> str | bytes:
    return value if isinstance(value, str | bytes) else repr(value)


def _lost(failure: Failure) -> None:
    log.warn("a session's latest use was not noted", why=failure.getErrorMessage())


def _values(key: bytes, session: Session, expires_at: float) -> tuple[str | bytes | float, ...]:
    id_, account_id, *middle = rows.row_of(session, expires_at)
    epoch, created_at, authenticated_at, _, *rest, _ = middle
    fixed = json.dumps([epoch, created_at, authenticated_at, *rest], separators=(",", ":"))
    return key, str(account_id), str(id_), fixed, session.last_seen, expires_at


def _listed(flat: Sequence[Any]) -> Iterator[Stored]:
    for start in range(0, len(flat), 1 + len(_FIELDS)):
        key, *row = flat[start : start + 1 + len(_FIELDS)]
        stored = _stored(key, row)
        if stored is not None:
            yield stored


def _stored(key: bytes, row: Sequence[bytes | None]) -> Stored | None:
    """What is in a hash's fields, or None: one that makes no sense is logged and is absent."""
    try:
        account_id, id_, fixed, last_seen, expires_at = (bytes(it or b"").decode() for it in row)
        epoch, created_at, authenticated_at, *rest = json.loads(fixed)
        columns = (id_, account_id, epoch, created_at, authenticated_at, float(last_seen), *rest)
        session = rows.session_of((*columns, float(expires_at)))
    except (ValueError, TypeError, RecursionError):
        log.error("a stored session cannot be read")
        return None
    return None if session is None else Stored(key, session, float(expires_at))


def _cursor(after: str) -> tuple[int, str, bytes]:
    """The shard, the expiry and the key behind which a page begins."""
    if not after:
        return 0, "-inf", b""
    number, expires_at, *key = after.split(" ")
    return int(number), expires_at, bytes.fromhex(key[0]) if key else b""
