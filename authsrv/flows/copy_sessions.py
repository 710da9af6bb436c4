"""All live sessions from one store to another that serves nobody yet.

Doing it again carries what has changed since, and takes away what has ended: a browser that has
signed out must not be signed in where it is copied to.
"""

from collections.abc import AsyncIterator, Sequence

from attrs import define, field

from authsrv.core.errors import CannotCopy
from authsrv.core.moving import Tally
from authsrv.core.sessions import Stored
from authsrv.flows.copy_accounts import PAGE, Told
from authsrv.interfaces import ISessionArchive

_FOREIGN = (
    "the new store of sessions has some that no copy has put there, or a server has used it,"
    " so nothing was changed; give one that is empty"
)
_IN_USE = (
    "a server has begun to use the new store of sessions: stop it, empty the store, begin again"
)


@define
class CopySessions:
    """From *source* to *target*, as it is at *now*; the tally is counted up while it runs."""

    source: ISessionArchive
    target: ISessionArchive
    now: float
    told: Told = lambda _kind, _done, _all: None
    page: int = PAGE
    sessions: Tally = field(factory=Tally, init=False)

    async def copy(self) -> bool:
        """Copy all of it; whether the new store has all that was read, and nothing else.

        Raises CannotCopy; StoreUnavailable, and then it may be begun again.
        """
        if not await self.target.begin_copy(self.now):
            raise CannotCopy(_FOREIGN)
        totals = await self.source.totals(self.now)
        self.sessions.dead = totals.dead
        await self._put_all(totals.live)
        await self._remove_the_gone()
        return self.sessions.is_whole

    async def _put_all(self, total: int) -> None:
        async for found in self._pages(self.source):
            await self._put(found)
            self.told("sessions", self.sessions.read, total)

    async def _put(self, found: Sequence[Stored]) -> None:
        there = await self.target.look([stored.key for stored in found])
        new = [stored for stored, was in zip(found, there, strict=True) if stored != was]
        await self._must_be_unused()
        await self.target.put(new)
        self.sessions.read += len(found)
        self.sessions.written += len(new)
        self.sessions.same += len(found) - len(new)

    async def _remove_the_gone(self) -> None:
        async for found in self._pages(self.target):
            ours = await self.source.look([stored.key for stored in found])
            gone = [
                stored.key for stored, was in zip(found, ours, strict=True) if not self._lives(was)
            ]
            await self._must_be_unused()
            await self.target.remove(gone)
            self.sessions.removed += len(gone)
            self.sessions.there += len(found) - len(gone)

    def _lives(self, stored: Stored | None) -> bool:
        return stored is not None and self.now < stored.expires_at

    async def _pages(self, store: ISessionArchive) -> AsyncIterator[Sequence[Stored]]:
        page = await store.page(self.now, "", self.page)
        yield page.found
        while page.after:
            page = await store.page(self.now, page.after, self.page)
            yield page.found

    async def _must_be_unused(self) -> None:
        if not await self.target.is_copy():
            raise CannotCopy(_IN_USE)
