"""Accounts in a database that is far away, with copies here of those that are signed in.

Every signed-in request looks at its account, so a change is told to every worker before it is
acknowledged (:mod:`authsrv.stores.board`).
"""

from functools import partial
from typing import Any

from attrs import define
from twisted.python.components import proxyForInterface
from zope.interface import implementer

from authsrv.core.accounts import Account
from authsrv.core.errors import StoreUnavailable
from authsrv.interfaces import IAccountStore
from authsrv.stores.board import Board, Notice, told
from authsrv.stores.remembered import Remembered

# What is not changed here goes to the store as it is.
_Proxy: Any = proxyForInterface(IAccountStore, "store")


@implementer(IAccountStore)
@define(eq=False, slots=False)
class CachedAccounts(_Proxy):  # type: ignore[misc]  # zope makes it
    """*store*, with copies of what is asked for by id."""

    store: IAccountStore
    board: Board
    memory: Remembered[str, Account]

    def __attrs_post_init__(self) -> None:
        self.board.heed(self._heed)

    async def by_id(self, account_id: str) -> Account | None:
        """The account, or None: from here if that is as good."""
        copy = self.memory.believed(account_id)
        if copy is not None:
            return copy
        try:
            return await self.memory.learn(account_id, lambda: self.store.by_id(account_id))
        except StoreUnavailable:
            copy = self.memory.excused(account_id)
            if copy is None:
                raise
            return copy

    async def set_password(self, account_id: str, password_hash: str, epoch: int) -> Account | None:
        """Set a new hash; no worker believes the old epoch when this returns."""
        change = partial(self.store.set_password, account_id, password_hash, epoch)
        return await told(self.board, Notice(accounts=(account_id,)), change)

    async def upgrade_hash(self, account_id: str, old: str, new: str) -> None:
        """Replace the hash *old* by *new*: of the same password, so nobody needs to be told."""
        await self.store.upgrade_hash(account_id, old, new)
        self.memory.forget(account_id)

    async def end_epoch(self, account_id: str) -> Account | None:
        """Raise the epoch; no worker believes the old one when this returns."""
        change = partial(self.store.end_epoch, account_id)
        return await told(self.board, Notice(accounts=(account_id,)), change)

    async def set_disabled(self, account_id: str, disabled: bool) -> Account | None:
        """Disable or enable; every worker knows when this returns."""
        change = partial(self.store.set_disabled, account_id, disabled)
        return await told(self.board, Notice(accounts=(account_id,)), change)

    async def remove(self, account_id: str) -> bool:
        """Forget the account; every worker knows when this returns."""
        change = partial(self.store.remove, account_id)
        return await told(self.board, Notice(accounts=(account_id,)), change)

    def _heed(self, notice: Notice) -> None:
        if notice.everything and not notice.certain:
            self.memory.forget_all()
        for account_id in notice.accounts:
            self.memory.forget(account_id)
