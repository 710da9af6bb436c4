"""Accounts in a SQLite file, read on the calling thread.

Every signed-in request reads its account, and every login; a thread and an engine would cost it
ten times more.
"""

from pathlib import Path
from typing import Any

from attrs import define, field
from sqlalchemy import Select
from sqlalchemy.dialects.sqlite.pysqlite import dialect

from authsrv.core.accounts import Account
from authsrv.stores.accounts import queries
from authsrv.stores.accounts.rows import account_of
from authsrv.stores.sqlite import Reader

_DIALECT = dialect(paramstyle="qmark")


def _compiled(query: Select[Any]) -> str:
    """Once, and by the same hand as everywhere else."""
    return str(query.compile(dialect=_DIALECT))


_BY_ID = _compiled(queries.BY_ID)
_BY_NAME = _compiled(queries.BY_NAME)
_BROWSER = _compiled(queries.BROWSER)


@define
class QuickAccounts:
    """Point reads that never wait: Locked says to ask in a thread instead."""

    path: Path
    _reader: Reader = field(init=False)

    def __attrs_post_init__(self) -> None:
        self._reader = Reader(self.path)

    def by_id(self, account_id: str) -> Account | None:
        """The account, or None.  Raises Locked."""
        return self._account(_BY_ID, account_id)

    def by_name(self, name: str) -> Account | None:
        """The account, or None.  Raises Locked."""
        return self._account(_BY_NAME, name)

    def knows_browser(self, account_id: str, digest: bytes) -> bool:
        """Whether the browser is known.  Raises Locked."""
        return self._row(_BROWSER, account_id, digest) is not None

    def close(self) -> None:
        """Let go of the file."""
        self._reader.close()

    def _account(self, query: str, value: str) -> Account | None:
        row = self._row(query, value)
        return None if row is None else account_of(row)

    def _row(self, query: str, *values: object) -> Any:
        return self._reader.run(lambda connection: connection.execute(query, values).fetchone())
