"""Sessions in a SQLite file: shared by every worker on the machine."""

from collections.abc import Iterable, Iterator, Sequence
from functools import partial
from sqlite3 import Connection
from typing import Any

from attrs import frozen
from twisted.logger import Logger
from twisted.python.failure import Failure
from zope.interface import implementer

from authsrv.core.sessions import Page, Session, Stored
from authsrv.interfaces import ISessionStore
from authsrv.stores.database import Database
from authsrv.stores.sessions import rows
from authsrv.stores.texts import storable

log = Logger()
TABLES = (
    "CREATE TABLE IF NOT EXISTS sessions ("
    " key BLOB NOT NULL PRIMARY KEY,"
    " id TEXT NOT NULL,"
    " account_id TEXT NOT NULL,"
    " epoch INTEGER NOT NULL,"
    " created_at REAL NOT NULL,"
    " authenticated_at REAL NOT NULL,"
    " last_seen REAL NOT NULL,"
    " lifetime REAL NOT NULL,"
    " idle REAL,"
    " remember INTEGER NOT NULL,"
    " address TEXT NOT NULL,"
    " user_agent TEXT NOT NULL,"
    " expires_at REAL NOT NULL"
    ") WITHOUT ROWID",
    "CREATE UNIQUE INDEX IF NOT EXISTS sessions_id ON sessions (id)",
    "CREATE INDEX IF NOT EXISTS sessions_account_id ON sessions (account_id)",
    "CREATE INDEX IF NOT EXISTS sessions_expires_at ON sessions (expires_at)",
)
_SELECT = (
    "SELECT id, account_id, epoch, created_at, authenticated_at, last_seen, lifetime, idle,"
    " remember, address, user_agent, expires_at, key FROM sessions "
)
_STORED = _SELECT + "WHERE key = ?"
_LOAD = _SELECT + "WHERE key = ? AND expires_at > ?"
_LIST_ACCOUNT = _SELECT + "WHERE account_id = ? AND expires_at > ? ORDER BY last_seen DESC, id"
_LIST_ALL = _SELECT + "WHERE id > ? AND expires_at > ? ORDER BY id LIMIT ?"
_PUT = (
    "INSERT INTO sessions (id, account_id, epoch, created_at, authenticated_at, last_seen,"
    " lifetime, idle, remember, address, user_agent, expires_at, key)"
    " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
    " ON CONFLICT (key) DO UPDATE SET id = excluded.id, account_id = excluded.account_id,"
    " epoch = excluded.epoch, created_at = excluded.created_at,"
    " authenticated_at = excluded.authenticated_at, last_seen = excluded.last_seen,"
    " lifetime = excluded.lifetime, idle = excluded.idle, remember = excluded.remember,"
    " address = excluded.address, user_agent = excluded.user_agent,"
    " expires_at = excluded.expires_at"
)
# What was dead when it was last seen stays dead, and of two uses the later one stands.
_TOUCH = (
    "UPDATE sessions SET last_seen = max(last_seen, ?1), expires_at = max(expires_at, ?2)"
    " WHERE key = ?3 AND expires_at > ?1"
)
_REVOKE = "DELETE FROM sessions WHERE key = ?"
_REVOKE_ONE = "DELETE FROM sessions WHERE account_id = ? AND id = ?"
_REVOKE_ACCOUNT = "DELETE FROM sessions WHERE account_id = ? AND key IS NOT ?"
_SWEEP = (
    "DELETE FROM sessions WHERE key IN"
    " (SELECT key FROM sessions WHERE expires_at <= ? ORDER BY expires_at LIMIT ?)"
)


@implementer(ISessionStore)
@frozen
class SqliteSessions:
    """Reads where it is called, which costs tens of microseconds; writes in the writer's thread."""

    database: Database

    async def save(self, key: bytes, session: Session, expires_at: float) -> None:
        """Keep a new session."""
        await self.database.write(lambda connection: put(connection, key, session, expires_at))

    async def load(self, key: bytes, now: float) -> Session | None:
        """The live session, or None."""
        row = await self.database.read(lambda c: c.execute(_LOAD, (key, now)).fetchone())
        return None if row is None else rows.session_of(row[:-1])

    async def stored(self, key: bytes) -> Stored | None:
        """What is kept under *key*, dead or alive, or None."""
        return await self.database.read(partial(stored, key=key))

    async def touch(self, key: bytes, last_seen: float, expires_at: float) -> None:
        """Prolong it soon: a page does not wait for the disk to note that it was looked at."""
        change = partial(_execute, _TOUCH, (last_seen, expires_at, key))
        self.database.write(change).addErrback(_lost)

    async def replace(self, old: bytes, new: bytes, session: Session, expires_at: float) -> bool:
        """Move to a new key; False if the old one is gone."""
        return await self.database.write(partial(_replace, old, new, session, expires_at))

    async def revoke(self, key: bytes) -> bool:
        """End one; whether there was one."""
        return await self._change(_REVOKE, key) > 0

    async def revoke_one(self, account_id: str, session_id: str) -> bool:
        """End the one that lists show as *session_id*; whether it was the account's."""
        ids = storable(account_id), storable(session_id)
        return await self._change(_REVOKE_ONE, *ids) > 0

    async def revoke_account(self, account_id: str, keep: bytes | None = None) -> int:
        """End the account's, but the one under *keep*; how many."""
        return await self._change(_REVOKE_ACCOUNT, storable(account_id), keep)

    async def revoke_all(self) -> int:
        """End all; how many."""
        return await self._change("DELETE FROM sessions")

    async def list_account(self, account_id: str, now: float) -> Sequence[Session]:
        """The account's live ones, latest used first."""
        found = await self._list(_LIST_ACCOUNT, storable(account_id), now)
        return [stored.session for stored in _readable(found)]

    async def list_all(self, now: float, after: str, limit: int) -> Page:
        """A page of the live ones in order of id."""
        found = await self._list(_LIST_ALL, storable(after), now, limit)
        return Page(list(_readable(found)), found[-1][0] if found else "")

    async def sweep(self, now: float, limit: int) -> int:
        """Forget at most *limit* dead ones; how many."""
        return await self._change(_SWEEP, now, limit)

    async def close(self) -> None:
        """Let go of the file."""
        await self.database.close()

    async def _change(self, statement: str, *values: object) -> int:
        return await self.database.write(partial(_execute, statement, values))

    async def _list(self, query: str, *values: object) -> Sequence[tuple[Any, ...]]:
        return await self.database.read(lambda c: c.execute(query, values).fetchall())


def _readable(found: Iterable[tuple[Any, ...]]) -> Iterator[Stored]:
    for *row, key in found:
        session = rows.session_of(row)
        if session is not None:
            yield Stored(key, session, row[-1])


def _lost(failure: Failure) -> None:
    log.warn("a session's latest use was not noted", why=failure.getErrorMessage())


def _execute(statement: str, values: tuple[object, ...], connection: Connection) -> int:
    return connection.execute(statement, values).rowcount


def put(connection: Connection, key: bytes, session: Session, expires_at: float) -> None:
    """Keep a session: what :meth:`SqliteSessions.save` does in its transaction."""
    connection.execute(_PUT, (*rows.row_of(session, expires_at), key))


def stored(connection: Connection, key: bytes) -> Stored | None:
    """What is kept under *key*, dead or alive, or None."""
    found = connection.execute(_STORED, (key,)).fetchall()
    return next(_readable(found), None)


def _replace(
    old: bytes, new: bytes, session: Session, expires_at: float, connection: Connection
) -> bool:
    if connection.execute(_REVOKE, (old,)).rowcount == 0:
        return False
    put(connection, new, session, expires_at)
    return True
