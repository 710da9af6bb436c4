"""The names of settings, and the one somebody meant."""

from twisted.trial.unittest import SynchronousTestCase

from authsrv.settings.keys import dotted, known_keys, nearest


class Keys(SynchronousTestCase):
    def test_known(self) -> None:
        """Sections, keys in them, and keys in lists of tables are known; development is not."""
        for key in [("sessions",), ("sessions", "idle"), ("tls", "certificates", "key")]:
            self.assertIn(key, known_keys())
        self.assertIn(("passwords", "argon2", "time"), known_keys())
        self.assertNotIn(("development",), known_keys())
        self.assertNotIn(("throttle", "per_account", "window"), known_keys())

    def test_nearest(self) -> None:
        """A slip of the finger, a wrong section and a wrong level all find what was meant."""
        meant = {
            ("sesions",): "sessions",
            ("sessions", "idel"): "sessions.idle",
            ("accounts", "stor"): "accounts.store",
            ("idle",): "sessions.idle",
            ("publicurl",): "public_url",
            ("PUBLIC_URL",): "public_url",
            ("tls", "certificates", 0, "cert"): "tls.certificates.certificate",
            ("workers", "drain"): "workers.drain_seconds",
        }
        self.assertEqual([dotted(nearest(at)) for at in meant], list(meant.values()))

    def test_nearest_to_nonsense(self) -> None:
        """Even nonsense has a nearest key."""
        self.assertIn(nearest(("",)), known_keys())
        self.assertIn(nearest(("\ud800" * 10000,)), known_keys())

    def test_dotted(self) -> None:
        """A key that needs quotes gets them; the numbers of elements are left out."""
        self.assertEqual(dotted(("a", 3, "b-c", "d e", "\n")), 'a.b-c."d e"."\\n"')
