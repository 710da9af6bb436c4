"""PostgreSQL: an engine whose transactions end in time, one way or the other."""

from collections.abc import Callable
from functools import partial
from time import monotonic
from typing import Any, TypeVar, cast

from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.exc import DBAPIError, DisconnectionError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from sqlalchemy.pool import QueuePool
from twisted.logger import Logger

from authsrv.core.errors import ReadOnly, StoreUnavailable
from authsrv.stores.accounts.engine import check_revision
from authsrv.stores.circuit import Away

try:
    from authsrv.stores.accounts.timely import TimelyConnection, dial, parameters
except ImportError as error:  # pragma: no cover  what the tests run on has it
    raise StoreUnavailable(
        "the driver for PostgreSQL is missing: pip install 'authsrv[postgres]'"
    ) from error

T = TypeVar("T")
log = Logger()
#: Seconds from the beginning of a transaction, connecting included, to its end.
PATIENCE = 2.5
#: Connections of one process.  The worker's threads for accounts are as many.
CONNECTIONS = 4
# Seconds.  An old connection may lead to a server that is not the right one any more; above all
# one to a standby, which never learns what the new primary is told.
_OLD = 300
_OLD_STANDBY = 2.0
_MADE = "authsrv_made"
# Error codes (postgresql.org/docs/current/errcodes-appendix.html): the server goes down or comes
# up, it lets nobody else in, the connection broke.
_NOBODY_THERE = ("57P", "53300", "08")
_READ_ONLY = "25006"


def postgres_engine(url: str) -> Engine:
    """An engine for the database at *url*, which is not asked anything yet.

    Raises StoreUnavailable if the address makes no sense.
    """
    engine = create_engine(
        "postgresql+psycopg://",
        creator=partial(dial, parameters(url)),
        # A read is one statement, so it needs no transaction: one way there and back, not three.
        isolation_level="AUTOCOMMIT",
        poolclass=QueuePool,
        pool_size=CONNECTIONS,
        max_overflow=0,
        pool_timeout=PATIENCE,
        pool_recycle=_OLD,
        pool_use_lifo=True,
        use_native_hstore=False,
        # A password hash is a parameter: no error may print it.
        hide_parameters=True,
    )
    event.listen(engine, "connect", _note_time)
    event.listen(engine, "checkout", _leave_standby)
    return engine


def opened(url: str) -> Engine:
    """The engine for *url*, whose tables are up to date.  Raises StoreUnavailable.

    Nobody there is no error: a worker that starts during an outage serves when it is over.  What
    starts the workers has asked for the revision.
    """
    engine = postgres_engine(url)
    try:
        check_revision(engine, transact)
    except Away as error:
        log.warn("the account store does not answer yet", why=error.why)
    except BaseException:
        engine.dispose()
        raise
    return engine


def transact(engine: Engine, work: Callable[..., T], *args: Any, patience: float = PATIENCE) -> T:
    """The result of *work*, given a connection and *args*, once it is committed; it blocks.

    What *work* raises undoes it.  *work* is called again if the connection, which was kept from
    before, turns out to be dead; never after a COMMIT was sent.  Raises StoreUnavailable in time:
    Away when nobody answers, ReadOnly when nothing can be kept.
    """
    until = monotonic() + patience
    try:
        return _attempt(engine, until, work, *args)
    except _Stale:
        return _attempt(engine, until, work, *args)


class _Stale(Exception):
    """The connection was dead before it was used, and nothing has happened."""


def _attempt(engine: Engine, until: float, work: Callable[..., T], *args: Any) -> T:
    began = monotonic()
    with _checked_out(engine, until) as connection:
        is_old = connection.info[_MADE] < began
        transaction = connection.begin()
        try:
            result = work(connection, *args)
        except DBAPIError as error:
            broken = _meaning(error)
            if isinstance(broken, Away) and is_old and monotonic() < until:
                raise _Stale from None
            raise broken from None
        try:
            transaction.commit()
        except DBAPIError as error:
            raise _meaning(error) from None
        return result


def _checked_out(engine: Engine, until: float) -> Connection:
    try:
        connection = engine.connect()
    except DBAPIError as error:
        raise Away(_first_line(error)) from None
    except PoolTimeout:
        raise StoreUnavailable("accounts: no connection was free in time") from None
    timely = cast(TimelyConnection, connection.connection.dbapi_connection)
    if monotonic() > until:
        # Where the first of several hosts is away connecting takes long.  It is kept for the next.
        connection.close()
        raise Away("accounts: connecting took too long")
    timely.until = until
    return connection


def _meaning(error: DBAPIError) -> StoreUnavailable:
    state = getattr(error.orig, "sqlstate", None) or ""
    if state == _READ_ONLY:
        return ReadOnly(_first_line(error))
    is_away = error.connection_invalidated or state.startswith(_NOBODY_THERE)
    return (Away if is_away else StoreUnavailable)(_first_line(error))


def _first_line(error: DBAPIError) -> str:
    # It names no value; the lines below it do, so nobody is given the error itself.
    return f"accounts: {str(error.orig).split(chr(10))[0]}"


def _note_time(_connection: TimelyConnection, record: Any) -> None:
    record.info[_MADE] = monotonic()


def _leave_standby(connection: TimelyConnection, record: Any, _proxy: Any) -> None:
    # The server has said so unasked, since PostgreSQL 14.
    is_standby = connection.pgconn.parameter_status(b"in_hot_standby") == b"on"
    if is_standby and monotonic() - record.info[_MADE] > _OLD_STANDBY:
        raise DisconnectionError("is there a primary again?")
