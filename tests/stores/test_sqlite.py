"""Opening SQLite files."""

import os
import sqlite3
import stat
from pathlib import Path

from authsrv.core.errors import StoreUnavailable
from authsrv.stores.sqlite import Locked, Reader, Schema, is_busy, open_file
from tests.stores.contract import StoreCase

ONE = Schema(77, (("CREATE TABLE IF NOT EXISTS a (x)",),))
TWO = Schema(77, (*ONE.versions, ("CREATE TABLE b (x)", "INSERT INTO b VALUES (1)")))


class OpenTests(StoreCase):
    """Files that can be opened."""

    def open(self, path: Path, schema: Schema | None = None) -> sqlite3.Connection:
        """Opened until the end of the test."""
        connection = open_file(path, schema, self.fail_to_pause)
        self.addCleanup(connection.close)
        return connection

    def fail_to_pause(self, seconds: float) -> None:
        """Nobody holds the file, so there is nothing to wait for."""
        self.fail("it paused")

    def ask(self, connection: sqlite3.Connection, query: str) -> object:
        """The one value that *query* finds."""
        return connection.execute(query).fetchone()[0]

    def test_durable(self) -> None:
        """A commit waits until the disk has it, foreign keys hold, and readers do not wait."""
        connection = self.open(self.fresh_path())
        pragmas = [
            self.ask(connection, f"PRAGMA {name}")
            for name in ("journal_mode", "synchronous", "foreign_keys", "busy_timeout")
        ]
        self.assertEqual(pragmas, ["wal", 2, 1, 5000])

    def test_for_its_owner_alone(self) -> None:
        """A new file, and what SQLite puts beside it, are its owner's, whatever the umask is."""
        for mask in (0, 0o777):
            path = self.fresh_path()
            before = os.umask(mask)
            try:
                self.open(path, ONE)
            finally:
                os.umask(before)
            modes = {
                stat.S_IMODE(each.stat().st_mode)
                for each in self.directory.iterdir()
                if each.name.startswith(path.name)
            }
            self.assertEqual(modes, {0o600})

    def test_mode_of_an_existing_file_is_kept(self) -> None:
        """Whoever opened the file to a group meant it."""
        path = self.fresh_path()
        path.touch()
        path.chmod(0o660)
        self.open(path, ONE)
        self.assertEqual(stat.S_IMODE(path.stat().st_mode), 0o660)

    def test_schema_grows(self) -> None:
        """A file of an older version gets the steps it lacks, once, and keeps its rows."""
        path = self.fresh_path()
        self.open(path, ONE).execute("INSERT INTO a VALUES (5)")
        for _ in range(2):
            connection = self.open(path, TWO)
            self.assertEqual(self.ask(connection, "PRAGMA user_version"), 2)
            self.assertEqual(self.ask(connection, "SELECT x FROM a"), 5)
            self.assertEqual(self.ask(connection, "SELECT count(*) FROM b"), 1)

    def test_under_load(self) -> None:
        """A file that is up to date is opened while another process writes to it."""
        path = self.fresh_path()
        holder = self.open(path, ONE)
        holder.execute("BEGIN IMMEDIATE")
        self.assertEqual(self.ask(self.open(path, ONE), "PRAGMA busy_timeout"), 5000)

    def test_odd_names(self) -> None:
        """A file's name is a name, not a URI nor a word of SQLite's."""
        before = Path.cwd()
        os.chdir(self.directory)
        self.addCleanup(os.chdir, before)
        for name in (":memory:", "file:x?mode=ro", "a%20b.db"):
            self.open(Path(name), ONE)
            self.assertTrue((self.directory / name).is_file())


class UnfitTests(StoreCase):
    """Files that cannot be opened."""

    def why(self, path: Path, schema: Schema = ONE) -> str:
        """The one line that says why."""
        with self.assertRaises(StoreUnavailable) as caught:
            open_file(path, schema, lambda _seconds: None)
        why: str = caught.exception.why
        self.assertEqual(len(why.splitlines()), 1)
        self.assertIn(str(path), why)
        return why

    def foreign(self, *statements: str) -> Path:
        """A database that another program has made."""
        path = self.fresh_path()
        connection = sqlite3.connect(path)
        for statement in statements:
            connection.execute(statement)
        connection.commit()
        connection.close()
        return path

    def test_missing_directory(self) -> None:
        """The line says that the directory is missing; none is made."""
        path = self.directory / "none" / "x.db"
        self.assertIn("directory does not exist", self.why(path))
        self.assertFalse(path.parent.exists())

    def test_under_a_file(self) -> None:
        """A path through a file leads nowhere."""
        file = self.fresh_path()
        file.touch()
        self.assertIn("Not a directory", self.why(file / "x.db"))

    def test_a_directory(self) -> None:
        """A directory is no database."""
        self.assertIn("unable to open", self.why(self.directory))

    def test_garbage(self) -> None:
        """A file that is no database is refused and left as it is."""
        path = self.fresh_path()
        path.write_bytes(b"precious notes " * 100)
        self.assertIn("not a database", self.why(path))
        self.assertEqual(path.read_bytes(), b"precious notes " * 100)

    def test_foreign(self) -> None:
        """Another program's database is refused and gets no tables from us."""
        for statement in ("CREATE TABLE t (x)", "PRAGMA user_version = 1"):
            path = self.foreign(statement)
            self.assertIn("another kind", self.why(path))
            connection = sqlite3.connect(path)
            self.addCleanup(connection.close)
            self.assertNotIn(
                ("a",), connection.execute("SELECT name FROM sqlite_master").fetchall()
            )

    def test_newer(self) -> None:
        """A file of a newer release is refused, with both versions named."""
        path = self.fresh_path()
        open_file(path, TWO).close()
        why = self.why(path, ONE)
        self.assertIn("version 2 is newer than 1", why)

    def test_failed_step(self) -> None:
        """A step that fails leaves the file as it was."""
        path = self.fresh_path()
        self.why(path, Schema(77, (("CREATE TABLE c (x)", "NOT SQL"),)))
        open_file(path, ONE).close()


class ManyWorkersTests(StoreCase):
    """Workers that open one file at one time."""

    def setUp(self) -> None:
        super().setUp()
        self.path = self.fresh_path()
        self.holder = sqlite3.connect(self.path, isolation_level=None)
        self.addCleanup(self.holder.close)
        # The switch to WAL needs the file for itself, which a reader prevents.
        self.holder.execute("CREATE TABLE t (x)")
        self.holder.execute("DROP TABLE t")
        self.holder.execute("BEGIN")
        self.holder.execute("SELECT count(*) FROM sqlite_master").fetchall()

    def test_waits(self) -> None:
        """Opening waits until the file is free."""
        pauses: list[float] = []

        def pause(seconds: float) -> None:
            pauses.append(seconds)
            if len(pauses) == 3:
                self.holder.execute("COMMIT")

        connection = open_file(self.path, None, pause)
        self.addCleanup(connection.close)
        self.assertEqual(connection.execute("PRAGMA journal_mode").fetchone(), ("wal",))
        self.assertEqual(len(pauses), 3)

    def test_gives_up(self) -> None:
        """A file that is never free is an error after five seconds."""
        pauses: list[float] = []
        with self.assertRaises(StoreUnavailable) as caught:
            open_file(self.path, None, pauses.append)
        self.assertIn("another process holds it", caught.exception.why)
        self.assertAlmostEqual(sum(pauses), 5.0)


class ReaderTests(StoreCase):
    """Reads on the calling thread."""

    def setUp(self) -> None:
        super().setUp()
        self.path = self.fresh_path()
        self.writer = open_file(self.path, ONE)
        self.addCleanup(self.writer.close)
        self.reader = Reader(self.path)
        self.addCleanup(self.reader.close)

    def count(self) -> int:
        """The rows that the reader sees."""
        query = "SELECT count(*) FROM a"
        return int(self.reader.run(lambda c: c.execute(query).fetchone()[0]))

    def test_sees_commits_alone(self) -> None:
        """What is committed is seen at the next call, what is not is not, and nobody waits."""
        self.writer.execute("BEGIN IMMEDIATE")
        self.writer.execute("INSERT INTO a VALUES (1)")
        self.assertEqual(self.count(), 0)
        self.writer.execute("COMMIT")
        self.assertEqual(self.count(), 1)

    def test_cannot_write(self) -> None:
        """A reader changes nothing."""
        with self.assertRaises(StoreUnavailable):
            self.reader.run(lambda c: c.execute("INSERT INTO a VALUES (1)"))
        self.assertEqual(self.count(), 0)

    def test_does_not_wait(self) -> None:
        """A file that somebody else has for himself is Locked at once."""
        self.reader.close()
        self.writer.execute("PRAGMA journal_mode = DELETE")
        reader = Reader(self.path)
        self.addCleanup(reader.close)
        self.writer.execute("BEGIN EXCLUSIVE")
        with self.assertRaises(Locked):
            reader.run(lambda c: c.execute("SELECT * FROM a").fetchall())

    def test_other_errors(self) -> None:
        """An error that waiting does not cure is not Locked."""
        with self.assertRaises(StoreUnavailable) as caught:
            self.reader.run(lambda c: c.execute("SELECT * FROM nowhere"))
        self.assertNotIsInstance(caught.exception, Locked)
        self.assertFalse(is_busy(sqlite3.ProgrammingError("closed")))
