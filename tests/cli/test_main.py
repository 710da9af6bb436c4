"""The command as a whole."""

import subprocess
import sys
from pathlib import Path

from tests.cli.fakes import CommandCase

_ROOT = Path(__file__).resolve().parent.parent.parent


class Whole(CommandCase):
    def test_help(self) -> None:
        """Help names every command, and every command has help of its own."""
        names = ("init", "check", "user", "session", "cert", "db")
        said = self.done("--help")
        for name in names:
            self.assertIn(f"  {name} ", said)
            self.assertIn("Usage: authsrv " + name, self.done(name, "--help"))

    def test_config(self) -> None:
        """The file named before the command is the one that is read."""
        self.done("-c", "x.toml", "user", "list")
        self.done("--config", "y.toml", "user", "list")
        self.done("user", "list")
        self.assertEqual(self.loaded, [Path("x.toml"), Path("y.toml"), None])

    def test_starts_light(self) -> None:
        """Asking for help loads none of what serves or signs."""
        heavy = ["twisted", "pydantic", "sqlalchemy", "cryptography", "OpenSSL", "jinja2", "zope"]
        code = f"import sys, authsrv.cli; print([m for m in {heavy} if m in sys.modules])"
        command = [sys.executable, "-c", code]
        done = subprocess.run(command, cwd=_ROOT, capture_output=True, text=True, check=True)
        self.assertEqual(done.stdout.strip(), "[]")

    def test_documented(self) -> None:
        """Every command is in the reference."""
        text = (_ROOT / "docs" / "reference" / "commands.md").read_text("utf-8")
        for name in ("init", "check", "cert dev", "cert show", "db upgrade", "db status"):
            self.assertIn(name, text)
        for name in ("add", "list", "show", "passwd", "disable", "enable", "remove"):
            self.assertIn(f"user {name}", text)
        for name in ("list", "revoke"):
            self.assertIn(f"session {name}", text)
