"""Archives in memory and in SQLite files, and which one an URL means."""

import sqlite3
from pathlib import Path
from typing import Any

from twisted.internet.defer import execute

from authsrv.core.errors import CannotCopy, StoreUnavailable
from authsrv.core.sessions import Stored
from authsrv.stores.accounts import migrate
from authsrv.stores.archives import (
    end_copying,
    must_exist,
    open_account_archive,
    open_session_archive,
)
from authsrv.stores.open import open_accounts, open_session_stores
from tests.stores import archive_contract
from tests.stores.archive_contract import entry, kept, key, stored
from tests.stores.archives import MemoryAccountArchive, MemorySessionArchive
from tests.stores.contract import NOW, StoreCase, result


class MemoryAccountArchiveTests(archive_contract.AccountArchiveContract):
    """They keep the contract, so that the flow may be tested over them."""

    def make_archive(self) -> Any:
        return MemoryAccountArchive()


class MemorySessionArchiveTests(archive_contract.SessionArchiveContract):
    """They keep the contract, so that the flow may be tested over them."""

    def make_archive(self) -> Any:
        return MemorySessionArchive()


class SqliteAccountArchiveTests(archive_contract.AccountArchiveContract):
    """They keep the contract."""

    path: Path

    def make_archive(self) -> Any:
        self.path = self.fresh_path()
        migrate.upgrade(f"sqlite:{self.path}")
        archive = open_account_archive(f"sqlite:{self.path}", execute)
        self.addCleanup(lambda: result(archive.close()))
        return archive

    def sql(self, statement: str) -> None:
        """Change the file by hand."""
        connection = sqlite3.connect(self.path)
        with connection:
            connection.execute(statement)
        connection.close()

    def test_store(self) -> None:
        """What is put is what the store of accounts knows, and its log goes on behind it."""
        it = kept("alice", b"a" * 32)
        self.put(it)
        result(self.archive.put_entries([entry(7)]))
        store = open_accounts(f"sqlite:{self.path}", execute)
        self.addCleanup(lambda: result(store.close()))
        self.assertEqual(result(store.by_name("alice")), it.account)
        self.assertTrue(result(store.knows_browser("id-alice", b"a" * 32)))
        (noted,) = result(store.entries(None, 10))
        result(store.record(noted))
        self.assertEqual(result(self.archive.newest_entry()), 8)

    def test_nonsense(self) -> None:
        """Rows that make no sense are counted, and are not carried; those beside them are."""
        self.put(kept("alice", b"a" * 32, b"b" * 32), kept("bob"))
        result(self.archive.put_entries([entry(1), entry(2)]))
        self.sql("UPDATE accounts SET groups = '{' WHERE name = 'bob'")
        self.sql("UPDATE audit SET at = 'soon' WHERE id = 1")
        self.sql("UPDATE browsers SET at = 'soon' WHERE digest = x'" + "61" * 32 + "'")
        some = result(self.archive.accounts("", 10))
        self.assertEqual((len(some.found), some.last, some.unreadable), (1, "id-bob", 1))
        self.assertEqual([digest for digest, _ in some.found[0].browsers], [b"b" * 32])
        some = result(self.archive.entries(0, 10))
        self.assertEqual((some.found, some.last, some.unreadable), ([entry(2)], 2, 1))

    def test_nonsense_is_replaced(self) -> None:
        """What makes no sense where it is copied to is made good."""
        self.put(kept("alice"))
        self.sql("UPDATE accounts SET skeleton = x'00', epoch = 'late'")
        self.assertEqual(self.put(kept("alice")), [None])
        self.assertEqual(self.all(), {"alice": kept("alice")})


class SqliteSessionArchiveTests(archive_contract.SessionArchiveContract):
    """They keep the contract."""

    path: Path

    def make_archive(self) -> Any:
        self.path = self.fresh_path()
        archive = open_session_archive(f"sqlite:{self.path}", "primary", execute)
        self.addCleanup(lambda: result(archive.close()))
        return archive

    def test_store(self) -> None:
        """What is put is what the store of sessions knows."""
        self.put(stored(1))
        sessions, _ = open_session_stores(f"sqlite:{self.path}", execute)
        self.addCleanup(lambda: result(sessions.close()))
        self.assertEqual(result(sessions.load(key(1), NOW)), stored(1).session)

    def test_moved(self) -> None:
        """A session whose key has changed is under the new one alone."""
        self.put(stored(1), stored(2))
        moved = Stored(key(3), stored(1).session, NOW + 60)
        self.put(moved)
        self.assertEqual(self.all(), [moved, stored(2)])

    def test_taken_into_service(self) -> None:
        """When a server begins to use the file the mark is gone, and does not come back."""
        result(self.archive.begin_copy(NOW))
        self.put(stored(1))
        for _ in range(2):
            end_copying(f"sqlite:{self.path}")
            self.assertFalse(result(self.archive.is_copy()))
            self.assertFalse(result(self.archive.begin_copy(NOW)))


class PlaceTests(StoreCase):
    """What an URL means."""

    def test_missing(self) -> None:
        """A file that is not there is refused, and is not made."""
        path = self.fresh_path()
        with self.assertRaises(CannotCopy) as caught:
            must_exist(f"sqlite:{path}")
        self.assertIn(str(path), str(caught.exception))
        self.assertFalse(path.exists())
        for url in ("redis://localhost", "postgresql:///authsrv"):
            must_exist(url)

    def test_memory(self) -> None:
        """Memory is refused."""
        with self.assertRaises(CannotCopy):
            must_exist("memory:")
        with self.assertRaises(CannotCopy):
            open_account_archive("memory:", execute)
        with self.assertRaises(CannotCopy):
            open_session_archive("memory:", "primary", execute)
        end_copying("memory:")

    def test_old_tables(self) -> None:
        """Accounts whose tables are not up to date are refused."""
        with self.assertRaises(StoreUnavailable):
            open_account_archive(f"sqlite:{self.fresh_path()}", execute)
