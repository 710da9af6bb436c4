"""Accounts in a real PostgreSQL keep the contract that all account stores keep."""

import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy import Connection
from twisted.internet.defer import execute

from authsrv.stores.accounts.postgres import postgres_engine, transact
from authsrv.stores.accounts.sql import SqlAccounts
from authsrv.stores.accounts.tables import METADATA
from authsrv.stores.open import open_accounts
from tests.stores import account_contract, audit_contract, setup_contract
from tests.stores.account_case import AnyAccounts
from tests.stores.contract import StoreCase
from tests.system.stores.conftest import MakeDatabase


class _OnPostgres(StoreCase):
    make_database: MakeDatabase

    @pytest.fixture(autouse=True)
    def _give_databases(self, make_database: MakeDatabase) -> None:
        self.make_database = make_database

    def make_store(self) -> AnyAccounts:
        """An empty store."""
        made = open_accounts(self.make_database(), execute)
        assert isinstance(made, SqlAccounts)
        return made


class PostgresAccountsTests(_OnPostgres, account_contract.AccountContract):
    """They keep the contract."""


class PostgresSetupTests(_OnPostgres, setup_contract.SetupContract):
    """They keep the contract."""


class PostgresAuditTests(_OnPostgres, audit_contract.AuditContract):
    """They keep the contract."""


def test_tables_are_what_the_code_thinks(make_database: MakeDatabase) -> None:
    """After all migrations the tables, columns, indexes and constraints are ours."""
    engine = postgres_engine(make_database())

    def differences(connection: Connection) -> list[object]:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        return list(compare_metadata(context, METADATA))

    try:
        assert transact(engine, differences) == []
    finally:
        engine.dispose()
