"""The stores that the settings name."""

import os
import time
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from attrs import evolve, frozen

from authsrv.core.sessions import Stored
from authsrv.interfaces import IAccountStore, IAuditLog, ISessionStore, IThrottleStore
from authsrv.settings import Settings
from authsrv.stores.board import Board
from authsrv.stores.open import open_accounts, open_session_stores
from authsrv.stores.remembered import Counts, Remembered
from authsrv.stores.sessions.cached import CachedSessions
from authsrv.stores.sessions.sqlite import SqliteSessions
from authsrv.stores.threads import InThread
from authsrv.stores.urls import is_postgresql, is_redis, sqlite_path
from authsrv.stores.walboard import WalBoard

if TYPE_CHECKING:
    from authsrv.stores.redis.opened import Redis


@frozen
class Stores:
    """Where everything is kept; *redis* is there if some of it is kept in one."""

    sessions: ISessionStore
    throttle: IThrottleStore
    accounts: IAccountStore
    audit: IAuditLog
    redis: "Redis | None" = None

    def start(self) -> None:
        """Hear of what others change, from now on."""
        if self.redis is not None:
            self.redis.board.start()

    async def close(self) -> None:
        """Let go of everything."""
        await self.sessions.close()
        await self.throttle.close()
        await self.accounts.close()


def open_stores(
    settings: Settings,
    for_sessions: InThread,
    for_accounts: InThread,
    told: Callable[[str], None] = lambda _event: None,
) -> Stores:
    """The stores; their blocking calls go through these two.  Raises StoreUnavailable.

    *told* hears what becomes of a Redis: "away", "back", "unconfirmed".
    """
    accounts = open_accounts(settings.accounts.store, for_accounts)
    if not is_redis(settings.sessions.store):
        sessions, throttle = open_session_stores(settings.sessions.store, for_sessions)
        return Stores(sessions, throttle, accounts, accounts)
    redis = open_redis(settings, told)
    near: IAccountStore = accounts
    if is_postgresql(settings.accounts.store):
        from authsrv.stores.accounts.cached import CachedAccounts

        near = CachedAccounts(accounts, redis.board, redis.remembering())
    return Stores(redis.sessions, redis.throttle, near, accounts, redis)


def open_redis(settings: Settings, told: Callable[[str], None] = lambda _event: None) -> "Redis":
    """The Redis that the settings name, under a name nobody else has."""
    from authsrv.stores.redis.opened import Redis, Wishes

    chosen = settings.sessions
    wishes = Wishes(chosen.acknowledge, chosen.grace, chosen.copies)
    return Redis(chosen.store, os.urandom(8).hex(), wishes, time.monotonic, told)


def with_copies(
    settings: Settings, stores: Stores, counts: Counts, moment: Callable[[], object | None]
) -> Stores:
    """*stores*, with copies of what is read again and again from files on this machine.

    For *moment* see WalBoard.
    """
    sessions, accounts = stores.sessions, stores.accounts
    if isinstance(sessions, SqliteSessions):
        board = WalBoard(sessions.database.path, moment)
        memory: Remembered[bytes, Stored] = _memory(settings, board, counts)
        sessions = CachedSessions(sessions, sessions.stored, board, memory)
    if settings.accounts.store.startswith("sqlite:"):
        from authsrv.stores.accounts.cached import CachedAccounts

        path = sqlite_path(settings.accounts.store)
        assert path is not None  # noqa: S101  the scheme says so
        board = WalBoard(path, moment)
        accounts = CachedAccounts(accounts, board, _memory(settings, board, counts))
    return evolve(stores, sessions=sessions, accounts=accounts)


def _memory(settings: Settings, board: Board, counts: Counts) -> Remembered[Any, Any]:
    return Remembered(board, time.monotonic, settings.sessions.copies, 0.0, counts)
