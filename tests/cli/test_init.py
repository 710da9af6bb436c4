"""``authsrv init``."""

import stat

from authsrv.cli.tools import load_settings
from tests.cli.fakes import CommandCase


class Beginning(CommandCase):
    def setUp(self) -> None:
        super().setUp()
        self.tools.load = load_settings
        self.home = self.directory / "a" / "b"

    def test_all_is_made(self) -> None:
        """Settings, certificates and a private directory are made, and the stores prepared."""
        said = self.done("init", str(self.home))
        for name in ("authsrv.toml", "certs/localhost.pem", "certs/ca.key", "var"):
            self.assertTrue((self.home / name).exists(), name)
        self.assertEqual(stat.S_IMODE((self.home / "var").stat().st_mode), 0o700)
        self.assertEqual(self.prepared[0].sessions.store, f"sqlite:{self.home}/var/sessions.db")
        self.assertIn(f"twistd --nodaemon authsrv --config {self.home}/authsrv.toml", said)
        self.assertIn("https://localhost:8443", said)

    def test_what_is_made_is_valid(self) -> None:
        """The settings that are written have no mistakes."""
        self.done("init", str(self.home))
        self.assertIn("is valid", self.done("check", str(self.home / "authsrv.toml")))

    def test_twice(self) -> None:
        """The second time everything is kept to the byte, and it says so."""
        self.done("init", str(self.home))
        files = [path for path in self.home.rglob("*") if path.is_file()]
        before = [path.read_bytes() for path in files]
        said = self.done("init", str(self.home))
        self.assertEqual([path.read_bytes() for path in files], before)
        self.assertNotIn("made", said)
        self.assertEqual(said.count("kept"), 4)

    def test_own_settings_are_kept(self) -> None:
        """Settings with a certificate of their own are kept and get no development certificate."""
        self.home.mkdir(parents=True)
        text = 'public_url = "https://login.example.com"\n[listen]\nauthz = ["unix:a"]\n'
        (self.home / "authsrv.toml").write_text(text)
        self.done("init", str(self.home))
        self.assertEqual((self.home / "authsrv.toml").read_text(), text)
        self.assertFalse((self.home / "certs").exists())

    def test_broken_settings(self) -> None:
        """Settings with mistakes are kept too, and told."""
        self.home.mkdir(parents=True)
        (self.home / "authsrv.toml").write_text("nonsense = 1")
        result = self.command("init", str(self.home))
        self.assertEqual(result.exit_code, 1)
        self.assertIn("and 2 more: authsrv check", result.stderr)
        self.assertEqual(self.prepared, [])

    def test_no_place(self) -> None:
        """A directory that cannot be made is one line."""
        (self.directory / "file").touch()
        self.refused("init", str(self.directory / "file" / "x"))
