"""Accounts in a SQLite file, read on the calling thread.

Every signed-in request reads its account; a thread and an engine would cost it ten times more.
"""

from pathlib import Path
from sqlite3 import Connection

from attrs import define, field
from sqlalchemy.dialects.sqlite.pysqlite import dialect

from authsrv.core.accounts import Account
from authsrv.stores.accounts.queries import BY_ID
from authsrv.stores.accounts.rows import account_of
from authsrv.stores.sqlite import Reader

# Compiled once, and by the same hand as everywhere else.
_BY_ID = str(BY_ID.compile(dialect=dialect(paramstyle="qmark")))


@define
class QuickAccounts:
    """Point reads that never wait: Locked says to ask in a thread instead."""

    path: Path
    _reader: Reader = field(init=False)

    def __attrs_post_init__(self) -> None:
        self._reader = Reader(self.path)

    def by_id(self, account_id: str) -> Account | None:
        """The account, or None.  Raises Locked."""

        def query(connection: Connection) -> Account | None:
            row = connection.execute(_BY_ID, (account_id,)).fetchone()
            return None if row is None else account_of(row)

        return self._reader.run(query)

    def close(self) -> None:
        """Let go of the file."""
        self._reader.close()
