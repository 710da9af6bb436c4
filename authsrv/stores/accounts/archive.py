"""All accounts of an SQL database, to be copied."""

from collections.abc import Callable, Sequence
from typing import Any, TypeVar

from attrs import define, field
from sqlalchemy import Connection, Engine, text
from zope.interface import implementer

from authsrv.core.moving import AccountTotals, KeptAccount, KeptEntry, SetupLink, Some
from authsrv.interfaces import IAccountArchive
from authsrv.stores.accounts import carrying
from authsrv.stores.accounts.engine import Transact, for_writing, transact
from authsrv.stores.threads import InThread

T = TypeVar("T")
#: Seconds: counting a long log takes longer than anybody waits for a page.
PATIENCE = 60.0
_PATIENTLY = text(f"SET LOCAL statement_timeout = '{PATIENCE:.0f}s'")


@implementer(IAccountArchive)
@define
class SqlArchive:
    """Every call is one transaction in *in_thread*."""

    _engine: Engine
    _in_thread: InThread
    _transact: Transact = transact
    _writing: Engine = field(init=False)
    _reading: Engine = field(init=False)

    def __attrs_post_init__(self) -> None:
        self._writing = for_writing(self._engine)
        # What is set for one transaction needs one.  In SQLite one that writes would keep the
        # server out.
        is_postgresql = self._engine.dialect.name == "postgresql"
        self._reading = self._writing if is_postgresql else self._engine

    async def totals(self) -> AccountTotals:
        """How many there are of each."""
        return await self._read(carrying.totals)

    async def ids(self, after: str, limit: int) -> Sequence[str]:
        """Ids in order."""
        return await self._read(carrying.ids, after, limit)

    async def accounts(self, after: str, limit: int) -> Some[KeptAccount, str] | None:
        """Accounts in order of id."""
        return await self._read(carrying.accounts, after, limit)

    async def put_accounts(self, kept: Sequence[KeptAccount]) -> Sequence[KeptAccount | None]:
        """Keep them; what was there before."""
        return await self._write(carrying.put_accounts, kept)

    async def retain(self, ids: Sequence[str], after: str, until: str | None) -> tuple[int, int]:
        """Forget the others; how many, and how many browsers."""
        return await self._write(carrying.retain, ids, after, until)

    async def newest_entry(self) -> int:
        """The newest audit entry's number, or 0."""
        return await self._read(carrying.newest_entry)

    async def entries(self, after: int, limit: int) -> Some[KeptEntry, int] | None:
        """Audit entries in order."""
        return await self._read(carrying.entries, after, limit)

    async def entries_until(self, number: int) -> int:
        """How many there are up to this one."""
        return await self._read(carrying.entries_until, number)

    async def put_entries(self, kept: Sequence[KeptEntry]) -> int:
        """Keep them; how many were not there."""
        return await self._write(carrying.put_entries, kept)

    async def setup_link(self) -> SetupLink | None:
        """The set-up link, or None."""
        return await self._read(carrying.setup_link)

    async def put_setup_link(self, link: SetupLink | None) -> None:
        """Make *link* the only one."""
        await self._write(carrying.put_setup_link, link)

    async def close(self) -> None:
        """Let go of every connection."""
        await self._in_thread(self._engine.dispose)

    async def _read(self, work: Callable[..., T], *args: Any) -> T:
        result: T = await self._in_thread(self._transact, self._reading, _patiently, work, *args)
        return result

    async def _write(self, work: Callable[..., T], *args: Any) -> T:
        result: T = await self._in_thread(self._transact, self._writing, _patiently, work, *args)
        return result


def _patiently(connection: Connection, work: Callable[..., T], *args: Any) -> T:
    if connection.dialect.name == "postgresql":
        connection.execute(_PATIENTLY)
    return work(connection, *args)
