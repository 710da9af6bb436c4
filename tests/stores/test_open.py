"""Stores by their URL."""

import sqlite3
import stat
from typing import Any

from twisted.internet.defer import execute

from authsrv.core.errors import StoreUnavailable
from authsrv.stores.accounts.memory import MemoryAccounts
from authsrv.stores.accounts.migrate import downgrade, upgrade
from authsrv.stores.accounts.sql import SqlAccounts
from authsrv.stores.open import open_accounts, open_session_stores
from authsrv.stores.sessions.memory import MemorySessions
from authsrv.stores.throttle.memory import MemoryThrottle
from tests.stores.contract import NOW, StoreCase, result
from tests.stores.samples import A, account, session
from tests.stores.throttle_contract import LIMIT


class SessionStoresTests(StoreCase):
    """Sessions and throttle counts."""

    def test_memory(self) -> None:
        """``memory:`` keeps them in the process."""
        sessions, throttle = open_session_stores("memory:", execute)
        self.assertIsInstance(sessions, MemorySessions)
        self.assertIsInstance(throttle, MemoryThrottle)

    def test_sqlite(self) -> None:
        """``sqlite:PATH`` keeps both in one file, which is there when it is opened again."""
        path = self.fresh_path()
        sessions, throttle = open_session_stores(f"sqlite:{path}", execute)
        result(sessions.save(A, session(), NOW + 60))
        for _ in range(2):
            result(throttle.take([("k", LIMIT)], NOW))
        result(sessions.close())
        result(throttle.close())
        sessions, throttle = open_session_stores(f"sqlite:{path}", execute)
        self.addCleanup(lambda: result(sessions.close()))
        self.assertEqual(result(sessions.load(A, NOW)), session())
        self.assertFalse(result(throttle.take([("k", LIMIT)], NOW))[0].allowed)

    def test_other_file(self) -> None:
        """The account store's file is not mistaken for the sessions'."""
        url = f"sqlite:{self.fresh_path()}"
        upgrade(url)
        self.assertRaises(StoreUnavailable, open_session_stores, url, execute)

    def test_unknown(self) -> None:
        """Another scheme is refused with those that are known, and without its secrets."""
        unknown = ("redis://:secret@host/0", "sqlite:", "postgres://u:secret@h/d", "x")
        wrong: list[tuple[Any, str]] = [(open_accounts, url) for url in unknown]
        wrong += [(open_session_stores, url) for url in (*unknown, "postgresql://u:secret@h/d")]
        for opener, url in wrong:
            with self.assertRaises(ValueError) as caught:
                opener(url, execute)
            self.assertIn("memory: or sqlite:PATH", str(caught.exception))
            self.assertNotIn("secret", str(caught.exception))


class AccountsTests(StoreCase):
    """Accounts and the audit log."""

    def test_memory(self) -> None:
        """``memory:`` keeps them in the process."""
        self.assertIsInstance(open_accounts("memory:", execute), MemoryAccounts)

    def test_sqlite(self) -> None:
        """``sqlite:PATH`` keeps them in a file that only its owner may read."""
        path = self.fresh_path()
        upgrade(f"sqlite:{path}")
        for _ in range(2):
            accounts = open_accounts(f"sqlite:{path}", execute)
            if result(accounts.is_empty()):
                result(accounts.add(account(), "alice"))
            self.assertEqual(result(accounts.by_id("id-alice")), account())
            self.assertIsInstance(accounts, SqlAccounts)
            result(accounts.close())
        self.assertEqual(stat.S_IMODE(path.stat().st_mode), 0o600)

    def test_not_migrated(self) -> None:
        """A file without today's tables is refused, with the command that cures it."""
        path = self.fresh_path()
        for prepare in (lambda _url: None, upgrade, lambda url: downgrade(url, "base")):
            prepare(f"sqlite:{path}")
            if prepare is upgrade:
                continue
            with self.assertRaises(StoreUnavailable) as caught:
                open_accounts(f"sqlite:{path}", execute)
            self.assertIn("authsrv db upgrade", caught.exception.why)

    def test_unfit(self) -> None:
        """A file that is no database, or in no directory, is refused with one line."""
        garbage = self.fresh_path()
        garbage.write_bytes(b"notes " * 200)
        for path in (garbage, garbage / "x.db", self.directory / "none" / "x.db"):
            with self.assertRaises(StoreUnavailable) as caught:
                open_accounts(f"sqlite:{path}", execute)
            self.assertIn(str(path), caught.exception.why)
            self.assertEqual(len(caught.exception.why.splitlines()), 1)

    def test_a_newer_release(self) -> None:
        """Tables of a newer release are refused."""
        path = self.fresh_path()
        upgrade(f"sqlite:{path}")
        connection = sqlite3.connect(path)
        with connection:
            connection.execute("UPDATE alembic_version SET version_num = '9999'")
        connection.close()
        self.assertRaises(StoreUnavailable, open_accounts, f"sqlite:{path}", execute)
