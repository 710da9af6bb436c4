"""What must be true of several settings together."""

from pathlib import Path
from typing import Any

from twisted.trial.unittest import SynchronousTestCase

from authsrv.settings.model import Settings
from authsrv.settings.rules import findings
from tests.settings.samples import directory


class Rules(SynchronousTestCase):
    def found(self, **sections: Any) -> list[str]:
        """What the rules find in settings that are good but for *sections*."""
        good: dict[str, Any] = {
            "public_url": "https://login.example.com",
            "listen": {"authz": ["unix:/a"]},
        }
        settings = Settings.model_validate(good | sections)
        return [f"{each.at}: {each.what}" for each in findings(settings, set())]

    def test_good(self) -> None:
        """Good settings have no findings."""
        self.assertEqual(self.found(), [])

    def test_cookie_domain(self) -> None:
        """The cookie's domain is the public host or above it, label by label."""
        for good in ["login.example.com", "example.com"]:
            self.assertEqual(self.found(cookie_domain=good), [])
        for bad in ["example.org", "a.login.example.com", "ogin.example.com", "xample.com"]:
            self.assertIn("('cookie_domain',)", self.found(cookie_domain=bad)[0])

    def test_no_listener(self) -> None:
        """A server that nobody can ask is a mistake."""
        listen = {"http": ["127.0.0.1:80"], "admin": ["127.0.0.1:81"]}
        self.assertRegex(self.found(listen=listen)[0], "no address to serve logins on")

    def test_no_certificate(self) -> None:
        """Where https is served there is a certificate."""
        self.assertRegex(self.found(listen={"https": ["[::]:443"]})[0], "needs a certificate")

    def test_listening_twice(self) -> None:
        """An address is listened on once, and not beside all addresses of its family."""
        clashes = [
            ("127.0.0.1:1", "127.0.0.1:1"),
            ("0.0.0.0:1", "127.0.0.1:1"),
            ("[::1]:1", "[::]:1"),
            ("unix:/a", "unix:/a"),
            ("systemd:a", "systemd:a"),
        ]
        for one, other in clashes:
            found = self.found(listen={"authz": [one], "admin": [other]})
            self.assertEqual(len(found), 1, (one, other))
            self.assertIn("('listen', 'admin', 0)", found[0])

    def test_listening_beside(self) -> None:
        """Both families, other ports and other kinds get along."""
        fine = ["0.0.0.0:1", "[::]:1", "127.0.0.1:2", "127.0.0.2:2", "unix:/a", "systemd:a"]
        self.assertEqual(self.found(listen={"authz": fine}), [])

    def test_files(self) -> None:
        """Every file that https needs is there."""
        base = directory(self)
        (base / "c").touch()
        pair = {"certificate": str(base / "c"), "key": str(base)}
        found = self.found(tls={"certificates": [pair], "client_ca": str(base / "none")})
        self.assertEqual(len(found), 2)
        self.assertIn("('tls', 'client_ca')", "".join(found))
        self.assertIn("('tls', 'certificates', 0, 'key')", "".join(found))

    def test_unreadable_file(self) -> None:
        """A file whose name the system does not take is a finding, not a crash."""
        pair = {"certificate": "/" + "x" * 5000, "key": "/x"}
        self.assertEqual(len(self.found(tls={"certificates": [pair]})), 2)

    def test_plain(self) -> None:
        """Plain http is for development."""
        self.assertRegex(self.found(listen={"plain": ["127.0.0.1:1"]})[0], "for development")

    def test_argon2_floor(self) -> None:
        """Memory times passes is never below 19,456 KiB in two passes."""
        for memory_kib, time, fine in [(19456, 2, True), (47104, 1, True), (38911, 1, False)]:
            argon2 = {"memory_kib": memory_kib, "time": time}
            self.assertEqual(self.found(passwords={"argon2": argon2}) == [], fine)

    def test_memory_is_one_workers(self) -> None:
        """What is kept in memory is kept by one worker only."""
        store = {"store": "memory:"}
        self.assertEqual(self.found(sessions=store, workers={"count": 1}), [])
        self.assertEqual(len(self.found(sessions=store, accounts=store)), 2)

    def test_log_directory(self) -> None:
        """A log file's directory is there."""
        base = directory(self)
        self.assertEqual(self.found(log={"file": str(base / "x.log")}), [])
        self.assertEqual(len(self.found(log={"file": str(base / "no" / "x.log")})), 1)

    def test_ghosts(self) -> None:
        """A rule that would read a broken key says nothing."""
        settings = Settings(public_url="https://a", cookie_domain="example.com")
        broken = {("public_url",), ("listen", "https", 0)}
        self.assertEqual(list(findings(settings, broken)), [])
        self.assertEqual(settings.sessions.store, "sqlite:var/sessions.db")
        self.assertFalse(Path(settings.sessions.store).is_absolute())
