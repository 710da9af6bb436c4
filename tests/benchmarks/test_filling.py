"""Sessions written in great numbers."""

import time

from twisted.internet.defer import execute

from authsrv.core.sessions import touch
from authsrv.stores.database import Database
from authsrv.stores.schema import SESSION_FILE
from authsrv.stores.sessions.sqlite import SqliteSessions
from benchmarks.filling import ACCOUNTS, encoded, fill_sqlite, token_of
from tests.stores.contract import StoreCase, result


class FillTests(StoreCase):
    """A file that was filled."""

    def test_loaded(self) -> None:
        """The store finds every session under its number's token, alive, and no other."""
        path = self.fresh_path()
        fill_sqlite(path, 3)
        store = SqliteSessions(Database(path, SESSION_FILE, execute))
        self.addCleanup(lambda: result(store.close()))
        now = time.time()
        found = [result(store.load(token_of(number).key, now)) for number in range(4)]
        self.assertEqual([each is not None for each in found], [True, True, True, False])
        self.assertEqual(len({each.account_id for each in found if each}), min(3, ACCOUNTS))

    def test_not_touched(self) -> None:
        """Their use is not noted while they are measured: that would be another measurement."""
        path = self.fresh_path()
        fill_sqlite(path, 1)
        store = SqliteSessions(Database(path, SESSION_FILE, execute))
        self.addCleanup(lambda: result(store.close()))
        now = time.time()
        session = result(store.load(token_of(0).key, now))
        assert session is not None
        self.assertIsNone(touch(session, now + 600))


class EncodedTests(StoreCase):
    """A command to Redis."""

    def test_lengths(self) -> None:
        """Each part comes with its length in bytes, so that it may hold anything."""
        self.assertEqual(
            encoded(b"SET", b"", b"\r\n"), b"*3\r\n$3\r\nSET\r\n$0\r\n\r\n$2\r\n\r\n\r\n"
        )
