"""Stores by their URL.  What a store needs is imported when it is asked for."""

from typing import TYPE_CHECKING

from authsrv.interfaces import ISessionStore, IThrottleStore
from authsrv.stores.threads import InThread
from authsrv.stores.urls import is_postgresql, sqlite_path

if TYPE_CHECKING:
    from authsrv.stores.accounts.memory import MemoryAccounts
    from authsrv.stores.accounts.sql import SqlAccounts


def open_session_stores(url: str, in_thread: InThread) -> tuple[ISessionStore, IThrottleStore]:
    """Sessions and throttle counts at *url*; they share a file, so closing one closes both.

    Makes the file if it is missing.  Raises StoreUnavailable, or ValueError for an unknown scheme.
    """
    path = sqlite_path(url)
    if path is None:
        from authsrv.stores.sessions.memory import MemorySessions
        from authsrv.stores.throttle.memory import MemoryThrottle

        return MemorySessions(), MemoryThrottle()
    from authsrv.stores.database import Database
    from authsrv.stores.schema import SESSION_FILE
    from authsrv.stores.sessions.sqlite import SqliteSessions
    from authsrv.stores.throttle.sqlite import SqliteThrottle

    database = Database(path, SESSION_FILE, in_thread)
    return SqliteSessions(database), SqliteThrottle(database)


def upgrade_accounts(url: str) -> None:
    """Bring the tables at *url* up to date.  Raises StoreUnavailable.

    What migrates is imported only where there is something to do: it costs a quarter of a second.
    """
    if url == "memory:":
        return
    from authsrv.stores.accounts.revisions import is_current

    if not is_current(url):
        from authsrv.stores.accounts import migrate

        migrate.upgrade(url)


def open_accounts(url: str, in_thread: InThread) -> "MemoryAccounts | SqlAccounts":
    """Accounts and the audit log at *url*, whose tables must be up to date.

    See :func:`authsrv.stores.accounts.migrate.upgrade`.  Raises StoreUnavailable, or ValueError
    for an unknown scheme.
    """
    if is_postgresql(url):
        from authsrv.stores.accounts.postgres import opened, transact
        from authsrv.stores.accounts.sql import SqlAccounts

        return SqlAccounts(opened(url), in_thread, transact=transact)
    path = sqlite_path(url)
    if path is None:
        from authsrv.stores.accounts.memory import MemoryAccounts

        return MemoryAccounts()
    from authsrv.stores.accounts.engine import check_revision, sqlite_engine
    from authsrv.stores.accounts.quick import Quick
    from authsrv.stores.accounts.sql import SqlAccounts
    from authsrv.stores.database import Database

    engine = sqlite_engine(path)
    try:
        check_revision(engine)
        return SqlAccounts(engine, in_thread, Quick(Database(path, None, in_thread)))
    except BaseException:
        engine.dispose()
        raise
