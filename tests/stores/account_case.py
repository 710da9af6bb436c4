"""A test of an account store."""

from typing import Any

from authsrv.core.accounts import Account
from authsrv.stores.accounts.memory import MemoryAccounts
from authsrv.stores.accounts.sql import SqlAccounts
from tests.stores.contract import StoreCase, result
from tests.stores.samples import account

AnyAccounts = MemoryAccounts | SqlAccounts


class AccountCase(StoreCase):
    """A store, empty at first, and what is put into it."""

    def setUp(self) -> None:
        super().setUp()
        self.store = self.make_store()
        self.addCleanup(lambda: result(self.store.close()))

    def make_store(self) -> AnyAccounts:
        """An empty store."""
        raise NotImplementedError  # each store's own case makes its store

    def add(self, name: str = "alice", **facts: Any) -> Account:
        """Keep an account whose skeleton is its name."""
        added = account(name, **facts)
        result(self.store.add(added, name))
        return added

    def get(self, name: str = "alice") -> Account | None:
        """The account of that name, by its id."""
        return result(self.store.by_id(f"id-{name}"))
