"""A reader and a writer on one file."""

import os
import sqlite3
from collections.abc import Callable
from typing import TypeVar

from twisted.internet.defer import Deferred, execute

from authsrv.core.errors import StoreUnavailable
from authsrv.stores.database import Database
from authsrv.stores.sqlite import Locked, Reader, Schema
from tests.stores.contract import StoreCase, result
from tests.stores.threads_at_hand import HeldThread

T = TypeVar("T")
SCHEMA = Schema(79, (("CREATE TABLE t (x)",),))


def count(connection: sqlite3.Connection) -> int:
    """How many rows there are."""
    return int(connection.execute("SELECT count(*) FROM t").fetchone()[0])


def add(connection: sqlite3.Connection) -> None:
    """One row more."""
    connection.execute("INSERT INTO t VALUES (1)")


class LockedReader(Reader):
    """Somebody always holds the file."""

    def run(self, query: Callable[[sqlite3.Connection], T]) -> T:
        raise Locked("SQLite: database is locked")


class DatabaseTests(StoreCase):
    """One worker's view."""

    def setUp(self) -> None:
        super().setUp()
        self.path = self.fresh_path()

    def open(self) -> Database:
        """Opened until the end of the test."""
        database = Database(self.path, SCHEMA, execute)
        self.addCleanup(lambda: result(database.close()))
        return database

    def test_reads_what_it_wrote(self) -> None:
        """What was written is read at once."""
        database = self.open()
        self.successResultOf(database.write(add))
        self.assertEqual(result(database.read(count)), 1)

    def test_locked_reads_wait_elsewhere(self) -> None:
        """A read that would have to wait for a lock waits in the writer's thread."""
        thread = HeldThread()
        database = Database(self.path, SCHEMA, thread)
        database._reader.close()
        database._reader = LockedReader(self.path)
        found = Deferred.fromCoroutine(database.read(count))
        self.assertNoResult(found)
        thread.run_one()
        self.assertEqual(self.successResultOf(found), 0)
        closed = Deferred.fromCoroutine(database.close())
        thread.run_one()
        self.successResultOf(closed)

    def test_closed(self) -> None:
        """A closed database answers nothing; closing twice is no error."""
        database = self.open()
        result(database.close())
        result(database.close())
        self.assertRaises(StoreUnavailable, result, database.read(count))
        self.failureResultOf(database.write(count), StoreUnavailable)

    def test_last_one_tidies(self) -> None:
        """When the last has closed the file stands alone, and can be copied."""
        database = self.open()
        self.successResultOf(database.write(add))
        result(database.close())
        self.assertEqual(os.listdir(self.directory), [self.path.name])
