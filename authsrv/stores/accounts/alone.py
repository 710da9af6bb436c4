"""Changes to the tables of a PostgreSQL database that several machines want to make at once."""

from collections.abc import Callable
from typing import Any

from sqlalchemy import Connection, text

from authsrv.core.errors import StoreUnavailable
from authsrv.stores.accounts.engine import for_writing
from authsrv.stores.accounts.postgres import postgres_engine
from authsrv.stores.accounts.postgres import transact as transact_in_time

#: Seconds to wait for whoever else migrates, and for all of it.
_TURN = 60
_ALL = 120.0
# A table is locked against its readers while we wait for those who use it: better try again.
_TABLE = "3s"
# The lock has a number, for everybody in this database: ours is "authsrv" in ASCII.
_LOCK = int.from_bytes(b"authsrv", "big")


def transact(url: str, work: Callable[..., None], *args: Any) -> None:
    """Run *work* in one transaction in the database at *url* while nobody else does; it blocks.

    Raises StoreUnavailable; then nothing has changed.
    """
    engine = postgres_engine(url)
    try:
        transact_in_time(for_writing(engine), _in_turn, work, *args, patience=_ALL)
    finally:
        engine.dispose()


def _in_turn(connection: Connection, work: Callable[..., None], *args: Any) -> None:
    _must_be_unicode(connection)
    # All three end with the transaction, and so does the lock.
    connection.execute(text("SET LOCAL statement_timeout = 0"))
    connection.execute(text(f"SET LOCAL lock_timeout = '{_TURN}s'"))
    connection.execute(text("SELECT pg_advisory_xact_lock(:number)"), {"number": _LOCK})
    connection.execute(text(f"SET LOCAL lock_timeout = '{_TABLE}'"))
    work(connection, *args)


def _must_be_unicode(connection: Connection) -> None:
    encoding = connection.execute(text("SHOW server_encoding")).scalar_one()
    if encoding != "UTF8":
        raise StoreUnavailable(
            f"accounts: the database is in {encoding}, which does not have all names: make one"
            " with ENCODING 'UTF8'"
        )
