"""``authsrv db``, over a real file."""

from authsrv.settings import Settings
from tests.cli.fakes import CommandCase


class Migrations(CommandCase):
    def setUp(self) -> None:
        super().setUp()
        self.use(f"sqlite:{self.directory}/accounts.db")

    def use(self, store: str) -> None:
        self.settings = Settings.model_validate(
            {"public_url": "https://a", "accounts": {"store": store}}
        )

    def test_behind(self) -> None:
        """A database that is behind is said to be, with the command that helps."""
        self.assertIn("authsrv db upgrade", self.done("db", "status"))
        status = self.listed("db", "status")
        self.assertEqual((status["current"], status["up_to_date"]), ("", False))

    def test_upgrade(self) -> None:
        """After the upgrade it is up to date; a second one changes nothing."""
        self.done("db", "upgrade")
        status = self.listed("db", "status")
        self.assertEqual((status["current"], status["up_to_date"]), (status["newest"], True))
        self.done("db", "upgrade")
        self.assertEqual(self.listed("db", "status"), status)

    def test_memory(self) -> None:
        """What is kept in memory has no migrations."""
        self.use("memory:")
        self.assertIn("accounts.store", self.refused("db", "upgrade"))
        self.refused("db", "status")
