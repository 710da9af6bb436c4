"""All sessions of a Redis, to be copied: without the copies and the board that a server has."""

from collections.abc import Coroutine, Iterable, Sequence
from typing import Any, TypeVar

from attrs import field, frozen
from twisted.internet.defer import Deferred, FirstError, gatherResults
from zope.interface import implementer

from authsrv.core.moving import SessionTotals
from authsrv.core.sessions import Page, Stored
from authsrv.interfaces import ISessionArchive
from authsrv.stores.redis import keys
from authsrv.stores.redis.edge import deferred
from authsrv.stores.redis.link import Durability, Link
from authsrv.stores.redis.members import COPIED
from authsrv.stores.redis.places import parse
from authsrv.stores.redis.servers import connect
from authsrv.stores.sessions.redis import RedisSessions

T = TypeVar("T")
#: Seconds for one answer: nobody waits for a page.
PATIENCE = 5.0


def open_archive(url: str, durability: Durability) -> "RedisArchive":
    """The Redis at *url*; nothing is opened yet."""
    return RedisArchive(Link(connect(parse(url), PATIENCE), durability, PATIENCE))


@implementer(ISessionArchive)
@frozen
class RedisArchive:
    """Many are asked at once, one call each."""

    link: Link
    store: RedisSessions = field(init=False)

    @store.default
    def _make_store(self) -> RedisSessions:
        return RedisSessions(self.link)

    async def totals(self, now: float) -> SessionTotals:
        """How many there are."""
        live = every = 0
        for number in keys.homes():
            name = keys.expiry(number)
            live += await deferred(self.link.read(name, "ZCOUNT", name, f"({now!r}", "+inf"))
            every += await deferred(self.link.read(name, "ZCARD", name))
        return SessionTotals(live, every - live)

    async def page(self, now: float, after: str, limit: int) -> Page:
        """A page of the live ones."""
        return await self.store.list_all(now, after, limit)

    async def look(self, keys: Sequence[bytes]) -> Sequence[Stored | None]:
        """What is kept under each of *keys*."""
        return await _all([self.store.stored(key) for key in keys])

    async def put(self, sessions: Sequence[Stored]) -> None:
        """Keep each."""
        await _all([self.store.save(it.key, it.session, it.expires_at) for it in sessions])

    async def remove(self, keys: Sequence[bytes]) -> None:
        """Forget each."""
        await _all([self.store.revoke(key) for key in keys])

    async def begin_copy(self, now: float) -> bool:
        """Mark the Redis, if it is empty or marked; whether it is."""
        if await self.is_copy():
            return True
        if (await self.totals(now)).live:
            return False
        await deferred(self.link.write(COPIED, "SET", COPIED, repr(now)))
        return True

    async def is_copy(self) -> bool:
        """Whether it is marked."""
        return bool(await deferred(self.link.read(COPIED, "EXISTS", COPIED)))

    async def close(self) -> None:
        """Close every connection."""
        await self.store.close()


async def _all(asked: Iterable[Coroutine[Any, Any, T]]) -> Sequence[T]:
    try:
        return await gatherResults(
            [Deferred.fromCoroutine(each) for each in asked], consumeErrors=True
        )
    except FirstError as error:
        # All have been asked; the first that fails says why.
        error.subFailure.raiseException()
