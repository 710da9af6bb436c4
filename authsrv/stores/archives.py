"""All of a store, by its URL, to be copied.  Each store is imported when it is asked for."""

from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from authsrv.core.errors import CannotCopy
from authsrv.stores.threads import InThread
from authsrv.stores.urls import is_postgresql, is_redis, sqlite_path

if TYPE_CHECKING:
    from authsrv.stores.accounts.archive import SqlArchive
    from authsrv.stores.sessions.redis_archive import RedisArchive
    from authsrv.stores.sessions.sqlite_archive import SqliteArchive


def must_exist(url: str) -> None:
    """Raise CannotCopy if *url* names a file that is not there: opening it would make it."""
    path = None if is_redis(url) or is_postgresql(url) else _file(url)
    if path is not None and not path.exists():
        raise CannotCopy(f"there is no file {path} to copy from")


def open_account_archive(url: str, in_thread: InThread) -> "SqlArchive":
    """The accounts at *url*, whose tables must be up to date.  Raises StoreUnavailable."""
    from authsrv.stores.accounts.archive import PATIENCE, SqlArchive

    if is_postgresql(url):
        from authsrv.stores.accounts import postgres

        patient = partial(postgres.transact, patience=PATIENCE)
        return SqlArchive(postgres.opened(url), in_thread, patient)
    from authsrv.stores.accounts.engine import check_revision, sqlite_engine

    engine = sqlite_engine(_file(url))
    try:
        check_revision(engine)
    except BaseException:
        engine.dispose()
        raise
    return SqlArchive(engine, in_thread)


def open_session_archive(
    url: str, acknowledge: Literal["primary", "replica"], in_thread: InThread
) -> "SqliteArchive | RedisArchive":
    """The sessions at *url*; writes are as durable as *acknowledge* says.

    Raises StoreUnavailable.
    """
    if is_redis(url):
        from authsrv.stores.sessions.redis_archive import open_archive

        return open_archive(url, acknowledge)
    from authsrv.stores.database import Database
    from authsrv.stores.schema import SESSION_FILE
    from authsrv.stores.sessions.sqlite_archive import SqliteArchive

    return SqliteArchive(Database(_file(url), SESSION_FILE, in_thread))


def end_copying(url: str) -> None:
    """Note that a server uses the sessions at *url* from now on; in Redis each worker does that.

    It blocks.  Raises StoreUnavailable.
    """
    if url.startswith("sqlite:"):
        from authsrv.stores.sessions.sqlite_archive import unmark

        unmark(_file(url))


def _file(url: str) -> Path:
    path = sqlite_path(url)
    if path is None:
        raise CannotCopy("what is kept in memory cannot be copied, nor is it kept if copied there")
    return path
