"""Which migration a store is at, asked without Alembic: its import costs a quarter of a second."""

from authsrv.stores.accounts.engine import Transact, revision_of, sqlite_engine, transact
from authsrv.stores.accounts.tables import HEAD
from authsrv.stores.urls import is_postgresql, sqlite_path


def is_current(url: str) -> bool:
    """Whether the tables at *url* are as the newest migration leaves them."""
    return revision(url) == HEAD


def revision(url: str) -> str | None:
    """The migration that the tables at *url* are at; None: there are none.  It blocks.

    Raises StoreUnavailable.
    """
    if is_postgresql(url):
        from authsrv.stores.accounts.postgres import postgres_engine
        from authsrv.stores.accounts.postgres import transact as ask_in_time

        engine = postgres_engine(url)
        ask: Transact = ask_in_time
    else:
        path = sqlite_path(url)
        if path is None:
            return HEAD  # memory has no tables
        if not path.exists():
            return None
        engine, ask = sqlite_engine(path), transact
    try:
        found: str | None = ask(engine, revision_of)
        return found
    finally:
        engine.dispose()
