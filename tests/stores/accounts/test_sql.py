"""Accounts in an SQL database, which is SQLite here."""

import sqlite3
import traceback
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

from attrs import evolve
from twisted.internet.defer import execute, fail

from authsrv.core.errors import NameTaken, StoreUnavailable
from authsrv.stores.accounts.engine import sqlite_engine
from authsrv.stores.accounts.migrate import upgrade
from authsrv.stores.accounts.quick import Quick
from authsrv.stores.accounts.sql import SqlAccounts
from authsrv.stores.database import Database
from tests.stores import account_contract, audit_contract, setup_contract
from tests.stores.account_case import AnyAccounts
from tests.stores.contract import NOW, StoreCase, result
from tests.stores.samples import LINK, account


def open_sql(path: Path, quick: bool = True) -> SqlAccounts:
    """A worker's view of the file; without *quick* as if it were not on this machine."""
    without = Quick(Database(path, None, execute)) if quick else None
    return SqlAccounts(sqlite_engine(path), execute, without)


@cache
def migrated_file() -> bytes:
    """A file with empty tables: migrating costs more than a test."""
    with TemporaryDirectory() as directory:
        path = Path(directory) / "template.db"
        upgrade(f"sqlite:{path}")
        return path.read_bytes()


class _FromTemplate(StoreCase):
    def migrated(self) -> Path:
        """A file with empty tables."""
        path = self.fresh_path()
        path.write_bytes(migrated_file())
        return path

    def make_store(self) -> AnyAccounts:
        """An empty store."""
        return open_sql(self.migrated())


class SqlAccountsTests(_FromTemplate, account_contract.AccountContract):
    """They keep the contract."""


class SlowAccountsTests(_FromTemplate, account_contract.AccountContract):
    """They keep the contract when every read goes through the engine."""

    def make_store(self) -> AnyAccounts:
        return open_sql(self.migrated(), quick=False)


class SqlSetupTests(_FromTemplate, setup_contract.SetupContract):
    """They keep the contract."""


class SqlAuditTests(_FromTemplate, audit_contract.AuditContract):
    """They keep the contract."""


class FileTests(_FromTemplate):
    """What only a shared file can get wrong."""

    def setUp(self) -> None:
        super().setUp()
        self.path = self.migrated()
        self.store = open_sql(self.path)
        self.addCleanup(lambda: result(self.store.close()))

    def sql(self, *statement: object) -> None:
        """What another program does to the file."""
        connection = sqlite3.connect(self.path)
        with connection:
            connection.execute(*statement)  # type: ignore[arg-type]
        connection.close()

    def test_two_workers(self) -> None:
        """What one worker changes the other reads at its next call."""
        other = open_sql(self.path)
        self.addCleanup(lambda: result(other.close()))
        result(self.store.add(account(), "alice"))
        self.assertEqual(result(other.by_id("id-alice")), account())
        result(self.store.end_epoch("id-alice"))
        self.assertEqual(result(other.by_id("id-alice")), evolve(account(), epoch=1))

    def test_fifty_on_two_workers(self) -> None:
        """Of fifty who redeem the link on two workers exactly one succeeds."""
        other = open_sql(self.path)
        self.addCleanup(lambda: result(other.close()))
        result(self.store.offer_setup(LINK, NOW + 60))
        outcomes = [
            result((self.store, other)[n % 2].redeem_setup(LINK, account(f"n{n}"), f"n{n}", NOW))
            for n in range(50)
        ]
        self.assertEqual(outcomes.count(True), 1)

    def test_hostile_rows(self) -> None:
        """A row that makes no sense counts as absent and does not hide the others."""
        result(self.store.add(account("bob"), "bob"))
        for column, value in (
            ("groups", "{"),
            ("groups", "[1]"),
            ("groups", '"ops"'),
            ("groups", "[" * 100_000),
            ("epoch", "x"),
            ("created_at", "soon"),
            ("password_hash", b"\xff"),
            ("display_name", b"\xff"),
            ("admin", "yes"),
        ):
            with self.subTest(column=column, value=value[:9]):
                result(self.store.add(account(), "alice"))
                self.sql(f"UPDATE accounts SET {column} = ? WHERE name = 'alice'", (value,))
                self.assertIsNone(result(self.store.by_id("id-alice")))
                self.assertIsNone(result(self.store.by_name("alice")))
                listed = result(self.store.list_accounts("", 10))
                self.assertEqual(listed, [account("bob")])
                result(self.store.remove("id-alice"))

    def test_hostile_entries(self) -> None:
        """An audit entry that is not known here is left out."""
        for action, facts in (("from-the-future", "{}"), ("login", "["), ("login", "7")):
            self.sql(
                "INSERT INTO audit (at, action, outcome, address, facts) VALUES (1, ?, '', '', ?)",
                (action, facts),
            )
        self.assertEqual(result(self.store.entries(None, 10)), [])

    def test_broken(self) -> None:
        """A file without its tables means that the store cannot answer."""
        self.sql("DROP TABLE audit")
        self.sql("DROP TABLE browsers")
        self.sql("DROP TABLE accounts")
        for work in (
            self.store.by_id("x"),
            self.store.by_name("x"),
            self.store.end_epoch("x"),
            self.store.entries(None, 1),
        ):
            self.assertRaises(StoreUnavailable, result, work)

    def test_closed_while_nobody_answers(self) -> None:
        """A store that nobody answers lets go of everything all the same."""
        engine = sqlite_engine(self.path)
        store = SqlAccounts(engine, lambda *_: fail(StoreUnavailable("away")))
        with engine.connect():
            pass
        self.assertIn("Connections in pool: 1 ", engine.pool.status())
        result(store.close())
        self.assertIn("Connections in pool: 0 ", engine.pool.status())

    def test_hash_is_never_shown(self) -> None:
        """No error and no representation has a password hash in it."""
        secret = account(password_hash="$argon2id$verysecret")
        result(self.store.add(secret, "alice"))
        self.sql("CREATE TRIGGER no BEFORE UPDATE ON accounts BEGIN SELECT RAISE(FAIL, 'no'); END")
        shown = repr(self.store) + repr(secret)
        for work in (
            self.store.upgrade_hash(secret.id, "$argon2id$verysecret", "$argon2id$verysecret2"),
            self.store.add(evolve(secret, id="2"), "other"),
        ):
            try:
                result(work)
            except (StoreUnavailable, NameTaken) as error:
                shown += "".join(traceback.format_exception(error))
            else:
                self.fail("it should have been refused")
        self.assertNotIn("verysecret", shown)
