"""PostgreSQL as far as it goes without a server."""

import sys
from typing import Any
from unittest.mock import patch

from twisted.internet.defer import execute
from twisted.trial.unittest import SynchronousTestCase

from authsrv.core.errors import StoreUnavailable
from authsrv.stores.accounts import migrate
from authsrv.stores.accounts.postgres import postgres_engine
from authsrv.stores.accounts.timely import parameters
from authsrv.stores.open import open_accounts, upgrade_accounts

URL = "postgresql://u:s3cret@h1,h2/d?target_session_attrs=primary"
_OURS = ("authsrv.stores.accounts.postgres", "authsrv.stores.accounts.timely", "psycopg")


class AddressTests(SynchronousTestCase):
    """What is made of an address."""

    def test_passed_on(self) -> None:
        """What the address says is passed on as it is, several hosts too."""
        found = parameters(URL)
        said = {name: found[name] for name in ("user", "password", "host", "dbname")}
        self.assertEqual(said, {"user": "u", "password": "s3cret", "host": "h1,h2", "dbname": "d"})
        self.assertEqual(found["target_session_attrs"], "primary")

    def test_stands_above(self) -> None:
        """What the address says stands above what we would say; options are added to ours."""
        found = parameters("postgresql:///d?connect_timeout=9&options=-c%20statement_timeout%3D9s")
        self.assertEqual(found["connect_timeout"], "9")
        self.assertTrue(found["options"].endswith(" -c statement_timeout=9s"))
        self.assertIn("-c lock_timeout=", found["options"])

    def test_nonsense(self) -> None:
        """An address that makes no sense is refused without being shown."""
        with self.assertRaises(StoreUnavailable) as caught:
            parameters("postgresql://u:s3cret%zz@h/d")
        self.assertNotIn("s3cret", str(caught.exception))
        self.assertIsNone(caught.exception.__cause__)

    def test_never_shown(self) -> None:
        """What an engine prints of itself has no password."""
        engine = postgres_engine(URL)
        self.assertNotIn("s3cret", f"{engine!r} {engine.url!r} {engine.pool!r}")


class DriverTests(SynchronousTestCase):
    """Where the extra is not installed."""

    def test_missing(self) -> None:
        """Whoever wants PostgreSQL is told what to install."""
        without: dict[str, Any] = {
            name: module for name, module in sys.modules.items() if name not in _OURS
        }
        # None: as if it were not there.
        with patch.dict(sys.modules, without | {"psycopg": None}, clear=True):
            for work in (
                lambda: open_accounts(URL, execute),
                lambda: upgrade_accounts(URL),
                lambda: migrate.status(URL),
            ):
                with self.assertRaises(StoreUnavailable) as caught:
                    work()
                self.assertIn("authsrv[postgres]", caught.exception.why)
