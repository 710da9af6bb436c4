"""Sessions in a store that is far away, with copies here of those that are used.

What has been ended is told to every worker before it is acknowledged (:mod:`authsrv.stores.board`),
and each remembers it: a store that forgets, because its primary was lost, revives nobody.
"""

from collections import OrderedDict
from collections.abc import Awaitable, Callable
from functools import partial
from typing import Any

from attrs import define, evolve, field
from twisted.python.components import proxyForInterface
from zope.interface import implementer

from authsrv.core.errors import StoreUnavailable
from authsrv.core.sessions import Session, Stored
from authsrv.interfaces import ISessionStore
from authsrv.stores.board import Board, Notice, told
from authsrv.stores.remembered import Remembered

#: Sessions known to have been ended.
MOST_ENDED = 50_000
# What is not changed here goes to the store as it is.
_Proxy: Any = proxyForInterface(ISessionStore, "store")


@implementer(ISessionStore)
@define(eq=False, slots=False)
class CachedSessions(_Proxy):  # type: ignore[misc]  # zope makes it
    """*store*, whose *stored* says what is kept under a key, dead or alive, or None."""

    store: ISessionStore
    stored: Callable[[bytes], Awaitable[Stored | None]]
    board: Board
    memory: Remembered[bytes, Stored]
    _ended: OrderedDict[bytes, None] = field(factory=OrderedDict, init=False, repr=False)

    def __attrs_post_init__(self) -> None:
        self.board.heed(self._heed)

    async def save(self, key: bytes, session: Session, expires_at: float) -> None:
        """Keep a new session."""

        async def kept() -> Stored:
            await self.store.save(key, session, expires_at)
            return Stored(key, session, expires_at)

        # Not when it is kept: it may have been ended again by then.
        self._ended.pop(key, None)
        await self.memory.learn(key, kept)

    async def load(self, key: bytes, now: float) -> Session | None:
        """The live session, or None: from here if that is as good."""
        if key in self._ended:
            return None
        copy = self.memory.believed(key)
        # One that is dead by our copy may have been prolonged elsewhere.
        if copy is None or now >= copy.expires_at:
            copy = await self._ask(key, now)
        if copy is None or now >= copy.expires_at or key in self._ended:
            return None
        return copy.session

    async def touch(self, key: bytes, last_seen: float, expires_at: float) -> None:
        """Prolong it."""

        def later(copy: Stored) -> Stored:
            if copy.expires_at <= last_seen:
                return copy
            session = evolve(copy.session, last_seen=max(last_seen, copy.session.last_seen))
            return Stored(key, session, max(expires_at, copy.expires_at))

        await self.store.touch(key, last_seen, expires_at)
        self.memory.amend(key, later)

    async def replace(self, old: bytes, new: bytes, session: Session, expires_at: float) -> bool:
        """Move to a new key; the old one is dead everywhere when this returns."""
        replace = partial(self.store.replace, old, new, session, expires_at)
        return await told(self.board, Notice(sessions=(old,)), replace)

    async def revoke(self, key: bytes) -> bool:
        """End one everywhere; whether there was one."""
        # Also if there was none: somebody may believe a copy of one that the store has lost.
        return await told(self.board, Notice(sessions=(key,)), partial(self.store.revoke, key))

    async def revoke_one(self, account_id: str, session_id: str) -> bool:
        """End one everywhere; whether it was the account's."""
        end = partial(self.store.revoke_one, account_id, session_id)
        return await told(self.board, Notice(account=account_id, one=session_id), end)

    async def revoke_account(self, account_id: str, keep: bytes | None = None) -> int:
        """End the account's everywhere, but the one under *keep*; how many."""
        end = partial(self.store.revoke_account, account_id, keep)
        return await told(self.board, Notice(account=account_id, keep=keep), end)

    async def revoke_all(self) -> int:
        """End all everywhere; how many."""
        return await told(self.board, Notice(everything=True), self.store.revoke_all)

    async def close(self) -> None:
        """Hear nothing more, and let go of the store."""
        await self.board.close()
        await self.store.close()

    async def _ask(self, key: bytes, now: float) -> Stored | None:
        try:
            return await self.memory.learn(key, lambda: self.stored(key))
        except StoreUnavailable:
            copy = self.memory.excused(key)
            # Dead by our copy is not dead: see above.
            if copy is None or now >= copy.expires_at:
                raise
            return copy

    def _heed(self, notice: Notice) -> None:
        ended = list(notice.sessions)
        for key in ended:
            self.memory.forget(key)
        if notice.everything:
            ended += self.memory.forget_all()
        elif notice.account is not None:
            ended += self.memory.forget_all(partial(_is_meant, notice))
        if not notice.certain:
            return
        for key in ended:
            self._ended[key] = None
        while len(self._ended) > MOST_ENDED:
            self._ended.popitem(last=False)


def _is_meant(notice: Notice, copy: Stored) -> bool:
    if copy.session.account_id != notice.account or copy.key == notice.keep:
        return False
    return notice.one is None or copy.session.id == notice.one
