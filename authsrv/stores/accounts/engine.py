"""SQLAlchemy engines, and what their errors mean."""

from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any, TypeVar

from sqlalchemy import Connection, Engine, create_engine, event, inspect, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from sqlalchemy.pool import QueuePool

from authsrv.core.errors import StoreUnavailable
from authsrv.stores.accounts.tables import HEAD
from authsrv.stores.sqlite import BUSY_SECONDS, connect, explained, open_file

T = TypeVar("T")
#: :func:`transact`, or what does the same for another database.
Transact = Callable[..., Any]
_WRITES = "authsrv_writes"


def sqlite_engine(path: Path) -> Engine:
    """An engine on the file *path*, which is made if it is missing.  Raises StoreUnavailable."""
    open_file(path).close()
    engine = create_engine(
        "sqlite://",
        creator=partial(_connect, path),
        poolclass=QueuePool,
        pool_timeout=BUSY_SECONDS,
        # A password hash is a parameter: no error may print it.
        hide_parameters=True,
    )
    event.listen(engine, "begin", _begin)
    return engine


def for_writing(engine: Engine) -> Engine:
    """*engine*, with transactions that may write."""
    if engine.dialect.name == "postgresql":
        return engine.execution_options(isolation_level="READ COMMITTED")
    return engine.execution_options(**{_WRITES: True})


def transact(engine: Engine, work: Callable[..., T], *args: Any) -> T:
    """The result of *work*, given a connection and *args*, once it is committed; it blocks.

    What *work* raises undoes it.  Raises StoreUnavailable when the database cannot answer.
    """
    try:
        with engine.begin() as connection:
            return work(connection, *args)
    except DBAPIError as error:
        # The first line names no value; what PostgreSQL writes below it does.
        raise StoreUnavailable(f"accounts: {str(error.orig).split(chr(10))[0]}") from error
    except PoolTimeout as error:
        raise StoreUnavailable("accounts: no connection was free in time") from error


def check_revision(engine: Engine, transact: Transact = transact) -> None:
    """Raise StoreUnavailable unless the tables are as the newest migration leaves them."""
    found = transact(engine, revision_of)
    if found != HEAD:
        raise StoreUnavailable(
            f"the account store is at revision {found}, not {HEAD}: run `authsrv db upgrade`"
        )


def revision_of(connection: Connection) -> str | None:
    """The migration that the tables are at, or None."""
    # Asked without Alembic, whose import costs a worker a quarter of a second.
    if not inspect(connection).has_table("alembic_version"):
        return None
    row = connection.execute(text("SELECT version_num FROM alembic_version")).first()
    return None if row is None else str(row[0])


def _connect(path: Path) -> Any:
    with explained(path):
        return connect(path)


def _begin(connection: Connection) -> None:
    # A transaction that reads first and takes the write lock later can be refused without
    # having waited (SQLITE_BUSY_SNAPSHOT), so writers take it at once.
    writes = connection.get_execution_options().get(_WRITES, False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")
