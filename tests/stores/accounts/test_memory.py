"""Accounts in memory."""

from authsrv.stores.accounts.memory import MemoryAccounts
from tests.stores import account_contract


class MemoryAccountsTests(account_contract.AccountContract):
    """They keep the contract."""

    def make_store(self) -> account_contract.AnyAccounts:
        return MemoryAccounts()


class MemorySetupTests(account_contract.SetupContract):
    """They keep the contract."""

    def make_store(self) -> account_contract.AnyAccounts:
        return MemoryAccounts()


class MemoryAuditTests(account_contract.AuditContract):
    """They keep the contract."""

    def make_store(self) -> account_contract.AnyAccounts:
        return MemoryAccounts()
