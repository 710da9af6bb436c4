"""Accounts and the audit log in an SQL database: SQLite or PostgreSQL."""

from collections.abc import Callable, Sequence
from typing import Any, TypeVar

from attrs import define, field
from sqlalchemy import Engine
from zope.interface import implementer

from authsrv.core.accounts import Account
from authsrv.core.audit import Entry
from authsrv.core.errors import StoreUnavailable
from authsrv.interfaces import IAccountStore, IAuditLog
from authsrv.stores.accounts import audit, queries
from authsrv.stores.accounts.engine import Transact, for_writing, transact
from authsrv.stores.accounts.quick import Quick
from authsrv.stores.texts import storable
from authsrv.stores.threads import InThread

T = TypeVar("T")


@implementer(IAccountStore, IAuditLog)
@define
class SqlAccounts:
    """Every call is one transaction in *in_thread*.

    Those of every login go through *quick* if it is there, which reads on the calling thread.
    """

    _engine: Engine
    _in_thread: InThread
    _quick: Quick | None = None
    _transact: Transact = transact
    _writing: Engine = field(init=False)

    def __attrs_post_init__(self) -> None:
        self._writing = for_writing(self._engine)

    async def by_id(self, account_id: str) -> Account | None:
        """The account, or None."""
        return await self._look(queries.by_id, storable(account_id))

    async def by_name(self, name: str) -> Account | None:
        """The account called *name*, or None."""
        return await self._look(queries.by_name, storable(name))

    async def add(self, account: Account, skeleton: str) -> None:
        """Keep a new account.  Raises NameTaken."""
        await self._write(queries.add, account, skeleton)

    async def set_password(self, account_id: str, password_hash: str, epoch: int) -> Account | None:
        """Set a new hash if the epoch is still *epoch*."""
        return await self._write(queries.set_password, storable(account_id), password_hash, epoch)

    async def upgrade_hash(self, account_id: str, old: str, new: str) -> None:
        """Replace the hash *old* by *new*."""
        await self._write(queries.upgrade_hash, storable(account_id), old, new)

    async def end_epoch(self, account_id: str) -> Account | None:
        """Raise the epoch."""
        return await self._write(queries.end_epoch, storable(account_id))

    async def set_disabled(self, account_id: str, disabled: bool) -> Account | None:
        """Disable or enable."""
        return await self._write(queries.set_disabled, storable(account_id), disabled)

    async def remove(self, account_id: str) -> bool:
        """Forget the account; whether there was one."""
        return await self._write(queries.remove, storable(account_id))

    async def list_accounts(self, after: str, limit: int) -> Sequence[Account]:
        """A page in order of name."""
        return await self._read(queries.list_accounts, storable(after), limit)

    async def is_empty(self) -> bool:
        """Whether there is no account."""
        return await self._read(queries.is_empty)

    async def offer_setup(self, digest: bytes, expires_at: float) -> None:
        """Make *digest* the one good set-up link."""
        await self._write(queries.offer_setup, digest, expires_at)

    async def setup_is_open(self, digest: bytes, now: float) -> bool:
        """Whether the link would be accepted."""
        return await self._read(queries.setup_is_open, digest, now)

    async def redeem_setup(
        self, digest: bytes, account: Account, skeleton: str, now: float
    ) -> bool:
        """Add the first account; whether the link was good and nobody was faster."""
        return await self._write(queries.redeem_setup, digest, account, skeleton, now)

    async def knows_browser(self, account_id: str, digest: bytes) -> bool:
        """Whether the browser is known."""
        return await self._look(queries.knows_browser, storable(account_id), digest)

    async def record(self, entry: Entry, browser: bytes | None = None) -> None:
        """Keep an audit entry, and know the browser."""
        if self._quick is not None:
            await self._quick.write(audit.record, entry, browser)
        else:
            await self._write(audit.record, entry, browser)

    async def entries(self, account_id: str | None, limit: int) -> Sequence[Entry]:
        """The newest audit entries first."""
        whose = None if account_id is None else storable(account_id)
        return await self._read(audit.entries, whose, limit)

    async def close(self) -> None:
        """Let go of every connection."""
        if self._quick is not None:
            await self._quick.close()
        try:
            await self._in_thread(self._engine.dispose)
        except StoreUnavailable:
            # Nobody answers, so nobody waits for this.
            self._engine.dispose()

    async def _look(self, work: Callable[..., T], *args: Any) -> T:
        if self._quick is not None:
            return await self._quick.read(work, *args)
        return await self._read(work, *args)

    async def _read(self, work: Callable[..., T], *args: Any) -> T:
        result: T = await self._in_thread(self._transact, self._engine, work, *args)
        return result

    async def _write(self, work: Callable[..., T], *args: Any) -> T:
        result: T = await self._in_thread(self._transact, self._writing, work, *args)
        return result
