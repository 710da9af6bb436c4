"""Paths, stores, secrets."""

from pathlib import Path

from twisted.trial.unittest import SynchronousTestCase

from authsrv.settings.places import absolute, path, secret, store
from authsrv.settings.wrong import Wrong
from tests.settings.samples import directory

BASE = Path("/srv/login")


class Paths(SynchronousTestCase):
    def test_absolute(self) -> None:
        """A relative path starts at the base; an absolute one, and one without a base, stays."""
        self.assertEqual(absolute("a/../b", BASE), Path("/srv/login/b"))
        self.assertEqual(absolute("/a", BASE), Path("/a"))
        self.assertEqual(absolute("/a", None), Path("/a"))

    def test_no_path(self) -> None:
        """Nothing, a character no file's name has, and a number are no paths."""
        for bad in ["", "a\0b", "a\nb", 5, None, ["a"]]:
            with self.assertRaises(Wrong, msg=repr(bad)):
                path(bad, BASE)


class Stores(SynchronousTestCase):
    def test_good(self) -> None:
        """A store is memory or a SQLite file, whose path becomes absolute."""
        self.assertEqual(store("memory:", BASE, "sessions"), "memory:")
        self.assertEqual(store("sqlite:var/x.db", BASE, "sessions"), "sqlite:/srv/login/var/x.db")
        self.assertEqual(store("sqlite:/x.db", None, "accounts"), "sqlite:/x.db")

    def test_redis(self) -> None:
        """Sessions may be in Redis, however its address is written, and accounts may not."""
        for url in (
            "redis://u:s3cret@h:6380/1",
            "rediss://h?ca=/etc/ca.pem",
            "redis+sentinel://a,b,c/main",
            "rediss+cluster://:s3cret@a,b",
        ):
            self.assertEqual(store(url, BASE, "sessions"), url)
            with self.assertRaisesRegex(Wrong, "is not a kind of store") as caught:
                store(url, BASE, "accounts")
            self.assertNotIn("s3cret", str(caught.exception))

    def test_bad_redis(self) -> None:
        """A mistake in it is named with a way to write it, and without its password."""
        for url, said in (
            ("redis://s3cret@h", "write USER:PASSWORD@ or :PASSWORD@ before the address"),
            ("redis://:s3cret@h:port", "each address of Redis is HOST or HOST:PORT"),
            ("redis://:s3?cret@h", "in names and passwords write %40 for @"),
            ("redis://:s3cret@a,b", "several addresses are for redis+sentinel://"),
            ("redis://:s3cret@h/x", "the database is a number behind the last /"),
            ("redis+sentinel://:s3cret@h", "behind the Sentinels' addresses stands the name"),
            ("redis+cluster://:s3cret@h/1", "a cluster has no numbered databases"),
            ("redis://h?password=s3cret", "behind ? may stand ca="),
            ("rediss://:s3cret@h?ca=ca.pem", "ca= is no absolute path"),
        ):
            with self.assertRaises(Wrong, msg=url) as caught:
                store(url, BASE, "sessions")
            wrong = caught.exception
            self.assertIn(said, str(wrong))
            self.assertNotIn("s3", str(wrong))
            self.assertIsNone(wrong.__cause__)

    def test_database(self) -> None:
        """Accounts may be in PostgreSQL, and sessions may not."""
        url = "postgresql://u:secret@h/d"
        self.assertEqual(store(url, BASE, "accounts"), url)
        for text, kind in ((url, "sessions"), ("postgres://u:secret@h/d", "accounts")):
            with self.assertRaises(Wrong) as caught:
                store(text, BASE, kind)
            self.assertNotIn("secret", str(caught.exception))

    def test_bad(self) -> None:
        """An unknown kind, and the ways other programs write SQLite, are refused."""
        bad = [
            "mysql://h",
            "sqlite",
            "",
            "sqlite:",
            "sqlite:///x.db",
            "sqlite::memory:",
            "memory:x",
        ]
        for each in [*bad, "redis:x"]:
            with self.assertRaises(Wrong, msg=each):
                store(each, BASE, "accounts")


class Secrets(SynchronousTestCase):
    def test_in_a_file(self) -> None:
        """A secret in a file is its text without the last line's end."""
        base = directory(self)
        (base / "a").write_bytes(b" s3cret \r\n")
        self.assertEqual(secret({"file": "a"}, base), " s3cret ")
        self.assertEqual(secret("plain", base), "plain")

    def test_unreadable(self) -> None:
        """A file that is missing or no text, and any other table, are refused."""
        base = directory(self)
        (base / "binary").write_bytes(b"\xff")
        for bad in [{"file": "none"}, {"file": "."}, {"file": "binary"}, {"fil": "a"}, {"file": 5}]:
            with self.assertRaises(Wrong, msg=repr(bad)):
                secret(bad, base)
        self.assertRaises(Wrong, secret, {"file": "binary", "more": 1}, base)
