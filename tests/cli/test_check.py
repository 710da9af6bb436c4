"""``authsrv check``."""

from pathlib import Path

from authsrv.cli.tools import load_settings
from authsrv.cluster.errors import CannotStart
from authsrv.settings import Settings
from tests.cli.fakes import CommandCase

_GOOD = 'public_url = "https://login.example.com"\n[listen]\nauthz = ["unix:a.sock"]\n'


class Checking(CommandCase):
    def setUp(self) -> None:
        super().setUp()
        self.file = self.directory / "authsrv.toml"
        self.tools.load = load_settings

    def test_valid(self) -> None:
        """Valid settings are said to be, by the name they were asked for."""
        self.file.write_text(_GOOD)
        self.assertEqual(self.done("check", str(self.file)), f"{self.file} is valid\n")
        self.assertEqual(self.done("-c", str(self.file), "check"), f"{self.file} is valid\n")

    def test_every_mistake(self) -> None:
        """All mistakes are printed, a line for each, with where it stands."""
        self.file.write_text(_GOOD + '[sessions]\nidle = "soon"\nstor = 1\n[log]\nformat = 1\n')
        result = self.command("check", str(self.file))
        self.assertEqual((result.exit_code, result.stdout), (1, ""))
        lines = result.stderr.splitlines()
        self.assertEqual([line.split(":")[1] for line in lines], ["5", "6", "8"])

    def test_missing(self) -> None:
        """A file that is not there is one line that says what to do."""
        self.assertIn("authsrv init", self.refused("check", str(self.file)))

    def test_certificates(self) -> None:
        """Settings whose key belongs to another certificate are not valid."""

        def mismatch(_settings: Settings) -> None:
            raise CannotStart("the key is another's")

        self.tools.check = mismatch
        for name in ("a.pem", "a.key"):
            (self.directory / name).touch()
        tls = '[tls]\ncertificates = [{certificate = "a.pem", key = "a.key"}]\n'
        self.file.write_text(_GOOD + tls)
        self.assertEqual(self.refused("check", str(self.file)), "authsrv: the key is another's\n")

    def test_other_commands(self) -> None:
        """Another command prints one line: the first mistake, and how to see the rest."""
        self.file.write_text("a = 1\nb = 2\n")
        said = self.refused("-c", str(self.file), "user", "list")
        self.assertTrue(said.startswith(f"authsrv: {self.file}:1: "), said)
        self.assertIn("more: authsrv check", said)
        self.assertEqual(Path(said.split(":")[1].strip()), self.file)
