"""All sessions of a SQLite file, to be copied."""

from collections.abc import Sequence
from contextlib import closing
from pathlib import Path
from sqlite3 import Connection

from attrs import field, frozen
from zope.interface import implementer

from authsrv.core.moving import SessionTotals
from authsrv.core.sessions import Page, Stored
from authsrv.interfaces import ISessionArchive
from authsrv.stores.database import Database
from authsrv.stores.schema import SESSION_FILE
from authsrv.stores.sessions.sqlite import SqliteSessions, put, stored
from authsrv.stores.sqlite import explained, open_file

# A table is the mark: it is there only while nothing but copies has filled the file.
_MARK = "CREATE TABLE IF NOT EXISTS copied (at REAL)"
_UNMARK = "DROP TABLE IF EXISTS copied"
_MARKED = "SELECT 1 FROM sqlite_master WHERE type = 'table' AND name = 'copied'"
_TOTALS = "SELECT count(*) FILTER (WHERE expires_at > ?), count(*) FROM sessions"
# An id may have moved to another key, and is on one alone.
_FREE = "DELETE FROM sessions WHERE id = ? AND key <> ?"


@implementer(ISessionArchive)
@frozen
class SqliteArchive:
    """What is put is put in one transaction."""

    database: Database
    store: SqliteSessions = field(init=False)

    @store.default
    def _make_store(self) -> SqliteSessions:
        return SqliteSessions(self.database)

    async def totals(self, now: float) -> SessionTotals:
        """How many there are."""
        return await self.database.read(lambda connection: _totals(connection, now))

    async def page(self, now: float, after: str, limit: int) -> Page:
        """A page of the live ones in order of id."""
        return await self.store.list_all(now, after, limit)

    async def look(self, keys: Sequence[bytes]) -> Sequence[Stored | None]:
        """What is kept under each of *keys*."""
        return await self.database.read(lambda connection: [stored(connection, k) for k in keys])

    async def put(self, sessions: Sequence[Stored]) -> None:
        """Keep them all, or none."""
        if sessions:
            await self.database.write(lambda connection: _put_all(connection, sessions))

    async def remove(self, keys: Sequence[bytes]) -> None:
        """Forget them."""
        for key in keys:
            await self.store.revoke(key)

    async def begin_copy(self, now: float) -> bool:
        """Mark the file, if it is empty or marked; whether it is."""

        def begin(connection: Connection) -> bool:
            if not _is_marked(connection) and _totals(connection, now).live:
                return False
            connection.execute(_MARK)
            return True

        return await self.database.write(begin)

    async def is_copy(self) -> bool:
        """Whether it is marked."""
        return await self.database.read(_is_marked)

    async def close(self) -> None:
        """Let go of the file."""
        await self.database.close()


def unmark(path: Path) -> None:
    """Take the mark away from the file *path*, if there is one; it blocks.

    Raises StoreUnavailable.
    """
    with explained(path), closing(open_file(path, SESSION_FILE)) as connection:
        if _is_marked(connection):
            connection.execute(_UNMARK)


def _put_all(connection: Connection, sessions: Sequence[Stored]) -> None:
    for each in sessions:
        connection.execute(_FREE, (each.session.id, each.key))
        put(connection, each.key, each.session, each.expires_at)


def _totals(connection: Connection, now: float) -> SessionTotals:
    live, every = connection.execute(_TOTALS, (now,)).fetchone()
    return SessionTotals(live, every - live)


def _is_marked(connection: Connection) -> bool:
    return connection.execute(_MARKED).fetchone() is not None
