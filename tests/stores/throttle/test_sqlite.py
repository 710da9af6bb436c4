"""Counts in the session database."""

import sqlite3
from pathlib import Path

from twisted.internet.defer import execute

from authsrv.core.errors import StoreUnavailable
from authsrv.core.throttle import LOCK_AFTER, Limit
from authsrv.interfaces import IThrottleStore
from authsrv.stores.database import Database
from authsrv.stores.schema import SESSION_FILE
from authsrv.stores.throttle.sqlite import BATCH, SqliteThrottle
from tests.stores import throttle_contract
from tests.stores.contract import NOW, StoreCase, result
from tests.stores.throttle_contract import LIMIT


def open_throttle(path: Path) -> SqliteThrottle:
    """A worker's view of the file."""
    return SqliteThrottle(Database(path, SESSION_FILE, execute))


class SqliteThrottleTests(throttle_contract.ThrottleContract):
    """They keep the contract."""

    def make_store(self) -> IThrottleStore:
        return open_throttle(self.fresh_path())


class FileTests(StoreCase):
    """What only a shared file can get wrong."""

    def setUp(self) -> None:
        super().setUp()
        self.path = self.fresh_path()
        self.store = open_throttle(self.path)
        self.addCleanup(lambda: result(self.store.close()))

    def sql(self, statement: str) -> list[tuple[object, ...]]:
        """What another program gets for *statement*."""
        connection = sqlite3.connect(self.path)
        with connection:
            found = connection.execute(statement).fetchall()
        connection.close()
        return found

    def test_shared(self) -> None:
        """Two workers count together."""
        other = open_throttle(self.path)
        self.addCleanup(lambda: result(other.close()))
        stores = (self.store, other, self.store, other)
        verdicts = [result(store.take([("k", LIMIT)], NOW))[0] for store in stores]
        self.assertEqual([each.allowed for each in verdicts], [True, True, False, False])

    def test_survives(self) -> None:
        """Counts outlive the process that made them, a hundred in a row too."""
        limit = Limit(1000, 60.0, LOCK_AFTER)
        for _ in range(LOCK_AFTER):
            result(self.store.take([("k", limit)], NOW))
        result(self.store.close())
        again = open_throttle(self.path)
        self.addCleanup(lambda: result(again.close()))
        self.assertTrue(result(again.take([("k", limit)], NOW))[0].locked)

    def test_refused_writes_nothing(self) -> None:
        """A refused attempt leaves the file as it is, so a flood of them wears out no disk."""
        for _ in range(2):
            result(self.store.take([("k", LIMIT)], NOW))
        before = self.sql("SELECT * FROM throttle")
        self.assertFalse(result(self.store.take([("k", LIMIT)], NOW + 1))[0].allowed)
        self.assertEqual(self.sql("SELECT * FROM throttle"), before)

    def test_success_leaves_nothing(self) -> None:
        """An attempt that was no failure leaves no row behind."""
        result(self.store.take([("k", LIMIT)], NOW))
        result(self.store.give_back("k"))
        self.assertEqual(self.sql("SELECT key FROM throttle"), [])

    def test_hostile_rows(self) -> None:
        """A row that makes no sense counts as absent."""
        for change in ("recent = '{'", "recent = '[null]'", "in_a_row = 'x'", "expires_at = 'x'"):
            with self.subTest(change=change):
                for _ in range(2):
                    result(self.store.take([("k", LIMIT)], NOW))
                self.sql(f"UPDATE throttle SET {change}")
                self.assertTrue(result(self.store.take([("k", LIMIT)], NOW))[0].allowed)
                result(self.store.reset(""))

    def test_large_sweep(self) -> None:
        """A sweep forgets more than one transaction's worth."""
        self.sql(
            "WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 2500)"
            " INSERT INTO throttle SELECT 'k' || i, '[]', 0, 1.0 FROM n"
        )
        before = self.store.database.writer.commits
        self.assertEqual(result(self.store.sweep(NOW)), 2500)
        self.assertGreater(self.store.database.writer.commits - before, 2500 // BATCH)

    def test_broken(self) -> None:
        """A file without its table means that the store cannot answer."""
        self.sql("DROP TABLE throttle")
        self.assertRaises(StoreUnavailable, result, self.store.take([("k", LIMIT)], NOW))
