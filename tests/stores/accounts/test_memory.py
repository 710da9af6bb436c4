"""Accounts in memory."""

from authsrv.stores.accounts.memory import MemoryAccounts
from tests.stores import account_contract, audit_contract, setup_contract
from tests.stores.account_case import AnyAccounts


class MemoryAccountsTests(account_contract.AccountContract):
    """They keep the contract."""

    def make_store(self) -> AnyAccounts:
        return MemoryAccounts()


class MemorySetupTests(setup_contract.SetupContract):
    """They keep the contract."""

    def make_store(self) -> AnyAccounts:
        return MemoryAccounts()


class MemoryAuditTests(audit_contract.AuditContract):
    """They keep the contract."""

    def make_store(self) -> AnyAccounts:
        return MemoryAccounts()
