"""SQLite files: opened with care, and read on the calling thread.

WAL with ``synchronous=FULL``: a commit that has returned survives a kill and a power cut
(sqlite.org/wal.html, sqlite.org/pragma.html#pragma_synchronous).
"""

import os
import sqlite3
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from sqlite3 import Connection
from typing import TypeVar

from attrs import frozen

from authsrv.core.errors import StoreUnavailable

T = TypeVar("T")
#: How long a writer waits for another process's transaction, in seconds.
BUSY_SECONDS = 5.0
_WAIT = f"PRAGMA busy_timeout = {BUSY_SECONDS * 1000:.0f}"
_NO_WAIT = "PRAGMA busy_timeout = 0"
_PAUSE = 0.05


class Locked(StoreUnavailable):
    """Another connection holds the file just now: worth asking again where waiting is allowed."""


@frozen
class Schema:
    """What a file of ours holds: statements for each version, the first for an empty file.

    *application* marks the file as ours (``PRAGMA application_id``); the version it has is kept
    in ``PRAGMA user_version``.
    """

    application: int
    versions: tuple[tuple[str, ...], ...]


class Reader:
    """Point reads on the calling thread: about 10 microseconds, where a thread costs 75.

    It never waits for a lock: :meth:`run` raises Locked instead.
    """

    def __init__(self, path: Path) -> None:
        with explained(path):
            self._connection = connect(path)
            self._connection.execute("PRAGMA query_only = ON")
            self._connection.execute(_NO_WAIT)

    def run(self, query: Callable[[Connection], T]) -> T:
        """The result of *query*, which must leave no cursor open.  Raises StoreUnavailable."""
        try:
            return query(self._connection)
        except sqlite3.Error as error:
            raise unavailable(error) from error

    def close(self) -> None:
        """Let go of the file."""
        self._connection.close()


def open_file(
    path: Path, schema: Schema | None = None, pause: Callable[[float], None] = time.sleep
) -> Connection:
    """A connection that may write to *path*, a file in WAL mode that holds *schema*.

    Made if it is missing, for its owner alone.  Blocks for at most some seconds while other
    processes open it too.  Raises StoreUnavailable, one line for the operator.
    """
    with explained(path):
        _create(path)
        connection = connect(path)
        try:
            _switch_to_wal(connection, pause)
            if schema is not None:
                _apply(connection, schema)
        except BaseException:
            connection.close()
            raise
        return connection


def connect(path: Path) -> Connection:
    """A connection to the file *path*, for one thread at a time; transactions are ours to begin."""
    connection = sqlite3.connect(
        os.path.abspath(path), timeout=BUSY_SECONDS, isolation_level=None, check_same_thread=False
    )
    # A row is hostile: text that is no UTF-8 must not take the rows beside it along.
    connection.text_factory = partial(str, encoding="utf-8", errors="replace")
    connection.execute("PRAGMA synchronous = FULL")
    connection.execute("PRAGMA foreign_keys = ON")
    return connection


@contextmanager
def explained(path: Path) -> Iterator[None]:
    """Turns every failure to open *path* into StoreUnavailable with one line that says which."""
    try:
        yield
    except OSError as error:
        raise StoreUnavailable(f"cannot open {path}: {error.strerror}") from error
    except sqlite3.Error as error:
        raise StoreUnavailable(f"cannot open {path}: {error}") from error
    except _Unfit as error:
        raise StoreUnavailable(f"cannot open {path}: {error}") from error


def unavailable(error: sqlite3.Error) -> StoreUnavailable:
    """What *error* means to the rules."""
    kind = Locked if is_busy(error) else StoreUnavailable
    return kind(f"SQLite: {error}")


def is_busy(error: sqlite3.Error) -> bool:
    """Whether *error* only says that another connection holds a lock (primary result code)."""
    code: int = getattr(error, "sqlite_errorcode", 0)
    return code & 0xFF in {sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED}


class _Unfit(Exception):
    """The file can be read, but it is not for us."""


def _create(path: Path) -> None:
    # An existing file is not opened here: closing it would drop this process's locks on it
    # (sqlite.org/howtocorrupt.html, section 2.2).
    try:
        descriptor = os.open(path, os.O_CREAT | os.O_EXCL | os.O_RDWR, 0o600)
    except FileExistsError:
        return
    except FileNotFoundError:
        raise _Unfit("its directory does not exist") from None
    try:
        os.fchmod(descriptor, 0o600)
    finally:
        os.close(descriptor)


def _switch_to_wal(connection: Connection, pause: Callable[[float], None]) -> None:
    # The switch needs the file for itself, and heeds the busy timeout at some of its locks only.
    connection.execute(_NO_WAIT)
    for attempt in range(int(BUSY_SECONDS / _PAUSE) + 1):
        if attempt:
            pause(_PAUSE)
        try:
            (mode,) = connection.execute("PRAGMA journal_mode = WAL").fetchone()
        except sqlite3.OperationalError as error:
            if not is_busy(error):
                raise
        else:
            if mode != "wal":
                raise _Unfit("its file system has no shared memory for WAL")
            connection.execute(_WAIT)
            return
    raise _Unfit("another process holds it")


def _apply(connection: Connection, schema: Schema) -> None:
    connection.execute("BEGIN")  # one look at the file, whatever others do meanwhile
    try:
        version = _version(connection, schema)
    finally:
        connection.execute("ROLLBACK")
    if version == len(schema.versions):
        _must_be_writable(connection)
    else:
        _grow(connection, schema)


def _grow(connection: Connection, schema: Schema) -> None:
    connection.execute("BEGIN IMMEDIATE")
    try:
        # Another worker may have been here while we waited.
        for step in schema.versions[_version(connection, schema) :]:
            for statement in step:
                connection.execute(statement)
        connection.execute(f"PRAGMA application_id = {schema.application}")
        connection.execute(f"PRAGMA user_version = {len(schema.versions)}")
        connection.execute("COMMIT")
    finally:
        if connection.in_transaction:
            connection.execute("ROLLBACK")


def _must_be_writable(connection: Connection) -> None:
    # Now rather than at the first login.  Whoever holds it has shown that it can be written, and
    # a worker that starts under load does not queue behind those that serve.
    connection.execute(_NO_WAIT)
    try:
        connection.execute("BEGIN IMMEDIATE")
        connection.execute("ROLLBACK")
    except sqlite3.OperationalError as error:
        if not is_busy(error):
            raise
    connection.execute(_WAIT)


def _version(connection: Connection, schema: Schema) -> int:
    (application,) = connection.execute("PRAGMA application_id").fetchone()
    (version,) = connection.execute("PRAGMA user_version").fetchone()
    (tables,) = connection.execute("SELECT count(*) FROM sqlite_master").fetchone()
    if application != schema.application and (application or version or tables):
        raise _Unfit("it is a database of another kind")
    if version > len(schema.versions):
        raise _Unfit(
            f"its version {version} is newer than {len(schema.versions)}, the newest known here"
        )
    return int(version)
