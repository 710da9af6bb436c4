"""A PostgreSQL that goes away, comes back, freezes or refuses, and the account store on it."""

import time
from collections.abc import Coroutine, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from sqlalchemy import Connection, Engine, insert, text
from twisted.internet.defer import execute

from authsrv.core.audit import Action, Entry
from authsrv.core.errors import StoreUnavailable
from authsrv.stores.accounts import audit, migrate
from authsrv.stores.accounts.engine import for_writing
from authsrv.stores.accounts.postgres import opened, transact
from authsrv.stores.accounts.sql import SqlAccounts
from authsrv.stores.accounts.tables import AUDIT
from authsrv.stores.circuit import LASTS, Away
from tests.stores.contract import NOW, result
from tests.stores.samples import account
from tests.system.services.postgres import Postgres
from tests.system.stores.conftest import MakeDatabase, MakePostgres
from tests.system.waiting import SLACK, until

ENTRY = Entry(NOW, Action.LOGIN, "done", None, "a")


@pytest.fixture
def own(make_postgres: MakePostgres) -> Postgres:
    """A server to break, whose database has our tables."""
    made = make_postgres()
    migrate.upgrade(made.url())
    return made


@pytest.fixture
def store(own: Postgres) -> Iterator[SqlAccounts]:
    """A store on it that has been used, and where alice has an account."""
    made = SqlAccounts(opened(own.url()), execute, transact=transact)
    result(made.add(account(), "alice"))
    yield made
    result(made.close())


@pytest.fixture
def engine(make_database: MakeDatabase) -> Iterator[Engine]:
    """An engine for writing, on a server that is well."""
    made = opened(make_database())
    yield for_writing(made)
    made.dispose()


def refused(work: Coroutine[Any, Any, object], kind: type[StoreUnavailable]) -> float:
    """How long it takes until *work* is refused as *kind*, and as nothing more special."""
    began = time.monotonic()
    with pytest.raises(StoreUnavailable) as caught:
        result(work)
    assert type(caught.value) is kind
    return time.monotonic() - began


def test_restart(own: Postgres, store: SqlAccounts) -> None:
    """After a restart nobody hears of it: connections that are dead are replaced on the way."""
    with ThreadPoolExecutor(4) as pool:
        for _ in range(3):
            # Every connection of the pool is in use once, so that all are dead afterwards.
            list(pool.map(lambda _: result(store.by_id("id-alice")), range(40)))
            own.stop()
            own.start()
            notes = [pool.submit(lambda: result(store.record(ENTRY))) for _ in range(4)]
            assert [note.result(30) for note in notes] == [None] * 4
    assert len(result(store.entries("a", 100))) == 12


def test_killed(own: Postgres, store: SqlAccounts) -> None:
    """While nobody listens calls are refused at once; what was acknowledged is there afterwards."""
    result(store.end_epoch("id-alice"))
    own.kill()
    for work in (store.by_id("id-alice"), store.end_epoch("id-alice"), store.record(ENTRY)):
        assert refused(work, Away) < LASTS
    own.start()
    found = result(store.by_id("id-alice"))
    assert found is not None
    assert found.epoch == 1


def test_frozen(own: Postgres, store: SqlAccounts) -> None:
    """One that says nothing is given up in time, over old connections and over new ones."""
    own.freeze()
    slowest = max(
        refused(work, Away)
        for work in (store.by_id("id-alice"), store.end_epoch("id-alice"), store.is_empty())
    )
    own.thaw()
    took = until(lambda: result(store.by_id("id-alice")), 5)
    print(f"\nfrozen: the slowest refusal after {slowest:.2f} s, answered {took:.2f} s after")
    assert slowest < LASTS + SLACK
    found = result(store.by_id("id-alice"))
    assert found is not None
    assert found.epoch == 0


def test_locked(own: Postgres, store: SqlAccounts) -> None:
    """A row that somebody holds is waited for, not for ever; the database is not away."""
    with own.connect() as other, other.transaction():
        other.execute("SELECT id FROM accounts FOR UPDATE")
        assert refused(store.end_epoch("id-alice"), StoreUnavailable) < LASTS + SLACK
        assert result(store.by_id("id-alice")) == account()
    changed = result(store.end_epoch("id-alice"))
    assert changed is not None
    assert changed.epoch == 1


def test_slow_statement(engine: Engine) -> None:
    """The server itself ends a statement that nobody waits for any more."""
    with pytest.raises(StoreUnavailable, match="statement timeout") as caught:
        transact(engine, lambda connection: connection.execute(text("SELECT pg_sleep(9)")))
    assert type(caught.value) is StoreUnavailable


class Suicide:
    """Notes an entry in a transaction whose connection dies: the first *times*, at once or late."""

    def __init__(self, server: Postgres, times: int, *, late: bool = False) -> None:
        self.server = server
        self.times = times
        self.late = late
        self.calls = 0

    def __call__(self, connection: Connection) -> None:
        self.calls += 1
        audit.record(connection, ENTRY)
        if self.calls > self.times:
            return
        pid = connection.execute(text("SELECT pg_backend_pid()")).scalar_one()
        self.server.ask(f"SELECT pg_terminate_backend({pid}, 5000)")
        if not self.late:
            connection.execute(insert(AUDIT).values(at=0))


def noted(engine: Engine) -> int:
    """How many entries there are."""
    return len(transact(engine, audit.entries, None, 100))


def test_died_before(postgres: Postgres, engine: Engine) -> None:
    """A transaction that dies before its end is tried once more, and happens once."""
    work = Suicide(postgres, times=1)
    transact(engine, work)
    assert (work.calls, noted(engine)) == (2, 1)


def test_died_twice(postgres: Postgres, engine: Engine) -> None:
    """It is not tried a third time."""
    work = Suicide(postgres, times=9)
    with pytest.raises(Away):
        transact(engine, work)
    assert (work.calls, noted(engine)) == (2, 0)


def test_died_at_the_end(postgres: Postgres, engine: Engine) -> None:
    """A transaction whose COMMIT was sent is never tried again: it may have happened."""
    work = Suicide(postgres, times=1, late=True)
    with pytest.raises(Away):
        transact(engine, work)
    assert work.calls == 1


def test_session(engine: Engine) -> None:
    """The server knows our deadlines, and sees who we are."""
    wanted = {
        "statement_timeout": "2s",
        "lock_timeout": "1500ms",
        "idle_in_transaction_session_timeout": "5s",
        "client_encoding": "UTF8",
        "application_name": "authsrv",
        "transaction_isolation": "read committed",
    }

    def ask(connection: Connection) -> dict[str, str]:
        return {name: connection.execute(text(f"SHOW {name}")).scalar_one() for name in wanted}

    assert transact(engine, ask) == wanted
