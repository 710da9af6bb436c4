"""Migrations."""

import sqlite3
from pathlib import Path

from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy import Connection

from authsrv.core.errors import StoreUnavailable
from authsrv.stores.accounts import migrate
from authsrv.stores.accounts.engine import sqlite_engine, transact
from authsrv.stores.accounts.tables import HEAD, METADATA
from tests.stores.contract import StoreCase


class MigrateTests(StoreCase):
    """Up, down, and up again."""

    def setUp(self) -> None:
        super().setUp()
        self.path = self.fresh_path()
        self.url = f"sqlite:{self.path}"

    def tables(self) -> set[str]:
        """What is in the file."""
        connection = sqlite3.connect(self.path)
        found = connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'").fetchall()
        connection.close()
        return {name for (name,) in found if not name.startswith("sqlite_")}

    def test_up_and_down(self) -> None:
        """The tables come and go with the revision, and come again."""
        ours = set(METADATA.tables) | {"alembic_version"}
        for _ in range(2):
            migrate.upgrade(self.url)
            self.assertEqual(migrate.status(self.url), (HEAD, HEAD))
            self.assertEqual(self.tables(), ours)
            migrate.downgrade(self.url, "base")
            self.assertEqual(migrate.status(self.url), (None, HEAD))
            self.assertEqual(self.tables(), {"alembic_version"})

    def test_again(self) -> None:
        """A store that is up to date stays as it is."""
        migrate.upgrade(self.url)
        before = self.path.read_bytes()
        migrate.upgrade(self.url)
        self.assertEqual(self.path.read_bytes(), before)

    def test_tables_are_what_the_code_thinks(self) -> None:
        """After all migrations the file's tables, columns, indexes and constraints are ours."""
        migrate.upgrade(self.url)
        engine = sqlite_engine(self.path)
        self.addCleanup(engine.dispose)

        def differences(connection: Connection) -> list[object]:
            context = MigrationContext.configure(connection, opts={"compare_type": True})
            return list(compare_metadata(context, METADATA))

        self.assertEqual(transact(engine, differences), [])

    def test_status_makes_nothing(self) -> None:
        """Asking after a store that does not exist does not make it."""
        self.assertEqual(migrate.status(self.url), (None, HEAD))
        self.assertFalse(self.path.exists())

    def test_failed(self) -> None:
        """A migration that fails changes nothing, and says so in one line."""
        connection = sqlite3.connect(self.path)
        with connection:
            connection.execute("CREATE TABLE audit (x)")
        connection.close()
        with self.assertRaises(StoreUnavailable) as caught:
            migrate.upgrade(self.url)
        self.assertEqual(len(caught.exception.why.splitlines()), 1)
        self.assertEqual(self.tables(), {"audit"})

    def test_missing_directory(self) -> None:
        """A store whose directory is missing cannot be made."""
        url = f"sqlite:{self.directory}/none/x.db"
        self.assertRaises(StoreUnavailable, migrate.upgrade, url)

    def test_memory(self) -> None:
        """Memory has no tables and is always up to date."""
        migrate.upgrade("memory:")
        migrate.downgrade("memory:", "base")
        self.assertEqual(migrate.status("memory:"), (HEAD, HEAD))

    def test_from_anywhere(self) -> None:
        """The steps are found in the package, not below the current directory."""
        location = migrate.script_directory().dir
        self.assertTrue((Path(location) / "versions" / "0001_accounts.py").is_file())
        self.assertTrue(Path(location).is_absolute())
