"""An account file without an engine, for what every signed-in request and every login asks of it.

SQLAlchemy's engine and a thread would cost a point read ten times more, and a write four times.
"""

from collections.abc import Callable, Mapping
from functools import cache
from sqlite3 import Connection, Cursor
from typing import Any, TypeVar

from attrs import frozen
from sqlalchemy import ClauseElement
from sqlalchemy.dialects.sqlite.pysqlite import dialect

from authsrv.stores.database import Database

T = TypeVar("T")
_DIALECT = dialect(paramstyle="named")


@frozen
class Quick:
    """Runs what :mod:`authsrv.stores.accounts.queries` and ``audit`` do on the file *database*.

    Only what keeps to :class:`~authsrv.stores.accounts.queries.Executes`.
    """

    database: Database

    async def read(self, work: Callable[..., T], *args: Any) -> T:
        """The result of *work*, given a connection and *args*, here and now."""
        return await self.database.read(lambda connection: work(_Plain(connection), *args))

    async def write(self, work: Callable[..., T], *args: Any) -> T:
        """The same, once it is on the disk; others may be in the same transaction."""
        return await self.database.write(lambda connection: work(_Plain(connection), *args))

    async def close(self) -> None:
        """Let go of the file."""
        await self.database.close()


@frozen
class _Plain:
    """Executes SQLAlchemy's statements."""

    connection: Connection

    def execute(self, statement: Any, values: Mapping[str, Any]) -> "_Found":
        text, fixed = _compiled(statement, tuple(values))
        return _Found(self.connection.execute(text, {**fixed, **values}))


@frozen
class _Found:
    cursor: Cursor

    def first(self) -> Any:
        """A row or None.  (The cursor is closed with us.)"""
        return self.cursor.fetchone()


# By the statement itself: those of every login are built once.
@cache
def _compiled(statement: ClauseElement, names: tuple[str, ...]) -> tuple[str, dict[str, Any]]:
    compiled = statement.compile(dialect=_DIALECT, column_keys=names)
    return str(compiled), dict(compiled.params)
