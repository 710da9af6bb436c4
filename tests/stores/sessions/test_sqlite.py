"""Sessions in a SQLite file."""

import sqlite3
from pathlib import Path

from twisted.internet.defer import execute

from authsrv.core.errors import StoreUnavailable
from authsrv.interfaces import ISessionStore
from authsrv.stores.database import Database
from authsrv.stores.schema import SESSION_FILE
from authsrv.stores.sessions.sqlite import SqliteSessions
from tests.stores import session_contract
from tests.stores.contract import NOW, StoreCase, result
from tests.stores.samples import A, B, session


def open_sessions(path: Path) -> SqliteSessions:
    """A worker's view of the file."""
    return SqliteSessions(Database(path, SESSION_FILE, execute))


class SqliteSessionsTests(session_contract.SessionContract):
    """They keep the contract."""

    def make_store(self) -> ISessionStore:
        return open_sessions(self.fresh_path())


class TwoWorkersTests(StoreCase):
    """Two workers on one file."""

    def setUp(self) -> None:
        super().setUp()
        path = self.fresh_path()
        self.one, self.other = open_sessions(path), open_sessions(path)
        self.addCleanup(lambda: result(self.one.close()))
        self.addCleanup(lambda: result(self.other.close()))

    def test_saved_is_seen(self) -> None:
        """What one has saved the other loads at its next call."""
        self.assertIsNone(result(self.other.load(A, NOW)))
        result(self.one.save(A, session(), NOW + 60))
        self.assertEqual(result(self.other.load(A, NOW)), session())

    def test_revoked_is_seen(self) -> None:
        """What one has revoked is gone for the other, and its touch does not bring it back."""
        result(self.one.save(A, session(), NOW + 60))
        result(self.other.load(A, NOW))
        result(self.one.revoke(A))
        result(self.other.touch(A, NOW + 1, NOW + 99))
        self.assertEqual([result(s.load(A, NOW)) for s in (self.one, self.other)], [None, None])

    def test_replaced_once(self) -> None:
        """Of two workers that replace one session one succeeds."""
        result(self.one.save(A, session(), NOW + 60))
        outcomes = [
            result(store.replace(A, key, session(), NOW + 60))
            for store, key in ((self.one, B), (self.other, b"c" * 32))
        ]
        self.assertEqual(outcomes, [True, False])


class HostileRowTests(StoreCase):
    """Rows that somebody else has written."""

    def setUp(self) -> None:
        super().setUp()
        self.path = self.fresh_path()
        self.store = open_sessions(self.path)
        self.addCleanup(lambda: result(self.store.close()))
        result(self.store.save(A, session("s1"), NOW + 60))
        result(self.store.save(B, session("s2"), NOW + 60))

    def spoil(self, column: str, value: object) -> None:
        """Write *value* into the first session's row, behind the store's back."""
        connection = sqlite3.connect(self.path)
        with connection:
            connection.execute(f"UPDATE sessions SET {column} = ? WHERE key = ?", (value, A))
        connection.close()

    def test_absent(self) -> None:
        """A column of another type makes the row absent, leaves others alone, and is logged."""
        columns: list[tuple[str, object]] = [
            ("epoch", "three"),
            ("created_at", b"\x00"),
            ("idle", "forever"),
            ("expires_at", "never"),
            ("remember", "yes"),
            ("user_agent", b"\xff"),
        ]
        for column, value in columns:
            with self.subTest(column=column):
                self.spoil(column, value)
                self.assertIsNone(result(self.store.load(A, NOW)))
                listed = result(self.store.list_account("alice", NOW))
                self.assertEqual([each.id for each in listed], ["s2"])
                result(self.store.save(A, session("s1"), NOW + 60))

    def test_text_that_is_none(self) -> None:
        """Bytes that are no UTF-8 in a text column do not take the other rows along."""
        connection = sqlite3.connect(self.path)
        with connection:
            connection.execute("UPDATE sessions SET user_agent = CAST(x'ff' AS TEXT) WHERE id='s1'")
        connection.close()
        self.assertEqual(len(result(self.store.list_account("alice", NOW))), 2)


class UnavailableTests(StoreCase):
    """A file that cannot answer."""

    def setUp(self) -> None:
        super().setUp()
        self.path = self.fresh_path()
        self.store = open_sessions(self.path)
        self.addCleanup(lambda: result(self.store.close()))

    def test_broken(self) -> None:
        """A file without its table means that the store cannot answer, not that nobody is known."""
        connection = sqlite3.connect(self.path)
        connection.execute("DROP TABLE sessions")
        connection.close()
        for work in (self.store.load(A, NOW), self.store.revoke(A)):
            self.assertRaises(StoreUnavailable, result, work)

    def test_lost_touch(self) -> None:
        """A touch that cannot be written is no error of the page that was asked for."""
        connection = sqlite3.connect(self.path)
        connection.execute("DROP TABLE sessions")
        connection.close()
        self.assertIsNone(result(self.store.touch(A, NOW, NOW + 60)))

    def test_closed(self) -> None:
        """A closed store cannot answer."""
        result(self.store.close())
        for work in (self.store.load(A, NOW), self.store.revoke(A)):
            self.assertRaises(StoreUnavailable, result, work)
