"""Addresses of databases."""

from psycopg.conninfo import conninfo_to_dict
from twisted.trial.unittest import SynchronousTestCase

from authsrv.settings.databases import postgresql
from authsrv.settings.wrong import Wrong

GOOD = {
    "postgresql://u:s3cret@db.example.com:5432/accounts": {
        "user": "u", "password": "s3cret", "host": "db.example.com", "port": "5432",
        "dbname": "accounts",
    },
    "postgresql://u:p%40ss%3A%2F%3F%23@h/d?sslmode=verify-full&sslrootcert=/etc/ca.pem": {
        "user": "u", "password": "p@ss:/?#", "host": "h", "dbname": "d",
        "sslmode": "verify-full", "sslrootcert": "/etc/ca.pem",
    },
    "postgresql://h1,h2:5433,[2001:db8::1]:5434/d?target_session_attrs=read-write": {
        "host": "h1,h2,2001:db8::1", "port": ",5433,5434", "dbname": "d",
        "target_session_attrs": "read-write",
    },
    "postgresql://u:s3?cret@h/d": {"user": "u", "password": "s3?cret", "host": "h", "dbname": "d"},
    "postgresql:///d?host=/run/postgresql": {"host": "/run/postgresql", "dbname": "d"},
    "postgresql://%2Frun%2Fpostgresql/d": {"host": "/run/postgresql", "dbname": "d"},
    "postgresql://u@/d?passfile=/etc/pass&connect_timeout=5&sslrootcert=system": {
        "user": "u", "dbname": "d", "passfile": "/etc/pass", "connect_timeout": "5",
        "sslrootcert": "system",
    },
    "postgresql://h?dbname=d&options=-c%20search_path%3Dx": {
        "host": "h", "dbname": "d", "options": "-c search_path=x",
    },
    "postgresql:///?service=login": {"service": "login"},
}  # fmt: skip
BAD = [
    ("postgres://u:s3cret@h/d", "postgresql://USER"),
    ("postgresql:d", "postgresql://USER"),
    ("postgresql://u:s3cret@h/d\n", "postgresql://USER"),
    ("postgresql://u:s3 cret@h/d", "postgresql://USER"),
    ("postgresql://u:s3cret@h", "postgresql://USER"),
    ("postgresql://u:s3cret@h/", "postgresql://USER"),
    ("postgresql://u:s3cret@x@h/d", "%40"),
    ("postgresql://u:s3cret/x@h/d", "%2F"),
    ("postgresql://u:s3cret%x@h/d", "%25"),
    ("postgresql://u:s3cret%00@h/d", "%25"),
    ("postgresql://u:s3cret@h:0/d", "%3A"),
    ("postgresql://u:s3cret@h:65536/d", "%3A"),
    ("postgresql://u:s3cret@h:²/d", "%3A"),
    ("postgresql://u:s3cret@[::1/d", "%3A"),
    ("postgresql://u:s3cret@h/d?sslmod=require", "sslmode=?"),
    ("postgresql://u:s3cret@h/d?sslmode", "sslmode=?"),
    ("postgresql://u:s3cret@h/d?zzz=s3cret", "%3F"),
    ("postgresql://u@h/d?password=s3cret%zz", "%25"),
    ("postgresql://u:s3cret@h/d?sslmode=s3cret", "verify-full"),
    ("postgresql://u:s3cret@h/d?target_session_attrs=rw", "read-write"),
    ("postgresql://u:s3cret@h/d?connect_timeout=2s", "connect_timeout=2"),
    ("postgresql://u:s3cret@h/d?sslkey=client.key", "sslkey=/..."),
]


class PostgresqlTests(SynchronousTestCase):
    def test_good(self) -> None:
        """What is accepted stays as it is, and PostgreSQL's own library finds in it what we do."""
        for url, meant in GOOD.items():
            with self.subTest(url=url):
                self.assertEqual(postgresql(url), url)
                self.assertEqual(conninfo_to_dict(url), meant)

    def test_bad(self) -> None:
        """What is refused is told how to write it, and no part of a password is repeated."""
        for url, fix in BAD:
            with self.subTest(url=url):
                with self.assertRaises(Wrong) as caught:
                    postgresql(url)
                self.assertIn(fix, caught.exception.fix)
                self.assertNotIn("s3cret", str(caught.exception))
