"""The ways to write where PostgreSQL is, and what the account store makes of several."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from twisted.internet.defer import execute

from authsrv.core.errors import ReadOnly
from authsrv.stores.accounts import migrate
from authsrv.stores.accounts.postgres import opened, transact
from authsrv.stores.accounts.revisions import revision
from authsrv.stores.accounts.sql import SqlAccounts
from authsrv.stores.circuit import Away
from tests.stores.contract import NOW, result
from tests.stores.samples import LINK, account, signed_in
from tests.system.services.certificates import Certificates
from tests.system.services.postgres import USER, WRITTEN, Postgres, standby
from tests.system.settings import free_port
from tests.system.stores.conftest import MakePostgres
from tests.system.waiting import until


@contextmanager
def store_at(url: str) -> Iterator[SqlAccounts]:
    """The account store there."""
    store = SqlAccounts(opened(url), execute, transact=transact)
    try:
        yield store
    finally:
        result(store.close())


@pytest.fixture
def primary(make_postgres: MakePostgres) -> Postgres:
    """A server where alice has an account."""
    made = make_postgres()
    migrate.upgrade(made.url())
    with store_at(made.url()) as store:
        result(store.add(account(), "alice"))
    return made


@pytest.fixture
def pair(primary: Postgres) -> Iterator[tuple[Postgres, Postgres]]:
    """A server and its standby, which has what the server had when it began to follow."""
    with standby(primary) as follower:
        until(lambda: follower.ask("SELECT 1 FROM accounts"), 20)
        yield primary, follower


def both(one: Postgres, other: Postgres, **options: str) -> str:
    """An address that names two servers."""
    said = "&".join(f"{name}={value}" for name, value in options.items())
    hosts = ",".join(f"127.0.0.1:{each.port}" for each in (one, other))
    return f"postgresql://{USER}:{WRITTEN}@{hosts}/postgres" + (f"?{said}" if said else "")


def test_forms(primary: Postgres) -> None:
    """A unix socket, an address whose first host is away, and options of one's own lead there."""
    home, port = primary.home, primary.port
    for url in (
        f"postgresql://{USER}@/postgres?host={home}&port={port}",
        f"postgresql://{USER}@{str(home).replace('/', '%2F')}:{port}/postgres",
        f"postgresql://{USER}:{WRITTEN}@127.0.0.1:{free_port()},127.0.0.1:{port}/postgres",
        primary.url(options="-c%20work_mem%3D8MB", application_name="mine"),
    ):
        with store_at(url) as store:
            assert result(store.by_name("alice")) == account()
            seen = primary.ask("SELECT application_name FROM pg_stat_activity")
            assert (("mine",) if "mine" in url else ("authsrv",)) in seen


def test_tls(make_postgres: MakePostgres, tmp_path: Path) -> None:
    """With verify-full a server is believed that shows the right certificate, and no other."""
    ours, others = (Certificates.made(tmp_path / name) for name in ("ours", "others"))
    tls = make_postgres(certificates=ours)
    migrate.upgrade(tls.url(sslmode="verify-full", sslrootcert=str(ours.authority)))
    assert ("TLSv1.3",) in tls.ask("SELECT version FROM pg_stat_ssl")
    for authority, port in ((others.authority, tls.port), (ours.authority, make_postgres().port)):
        url = Postgres.url_at(port, sslmode="verify-full", sslrootcert=str(authority))
        with pytest.raises(Away, match=r"certificate|SSL"):
            revision(url)


def test_standby(pair: tuple[Postgres, Postgres]) -> None:
    """On a standby accounts are found, and every change says that it can only be read."""
    _, follower = pair
    with store_at(follower.url()) as store:
        assert result(store.by_id("id-alice")) == account()
        assert not result(store.is_empty())
        for work in (
            store.add(account("bob"), "bob"),
            store.set_password("id-alice", "new", 0),
            store.upgrade_hash("id-alice", "old", "new"),
            store.end_epoch("id-alice"),
            store.set_disabled("id-alice", True),
            store.remove("id-alice"),
            store.offer_setup(LINK, NOW),
            store.record(signed_in("id-alice", NOW), LINK),
        ):
            with pytest.raises(ReadOnly):
                result(work)
        assert result(store.by_id("id-alice")) == account()


def test_promoted(pair: tuple[Postgres, Postgres]) -> None:
    """A standby that becomes the primary takes changes, over the connections there are."""
    primary, follower = pair
    with store_at(both(primary, follower)) as store:
        primary.kill()
        assert result(store.by_id("id-alice")) == account()
        with pytest.raises(ReadOnly):
            result(store.end_epoch("id-alice"))
        follower.ask("SELECT pg_promote()")
        changed = result(store.end_epoch("id-alice"))
        assert changed is not None
        assert changed.epoch == 1


def epoch(store: SqlAccounts) -> int:
    """Alice's."""
    found = result(store.by_id("id-alice"))
    assert found is not None
    return found.epoch


def test_primary_comes_back(pair: tuple[Postgres, Postgres]) -> None:
    """When the primary is there again, the standby is asked no more: it may be behind."""
    primary, follower = pair
    with store_at(both(primary, follower)) as store:
        primary.stop()
        assert epoch(store) == 0
        # What the standby never hears of.
        follower.ask("ALTER SYSTEM SET primary_conninfo = ''")
        follower.ask("SELECT pg_reload_conf()")
        primary.start()
        with store_at(primary.url()) as other:
            result(other.end_epoch("id-alice"))
        took = until(lambda: epoch(store) == 1, 5)
        print(f"\nthe standby was left {took:.1f} s after the primary was back")
        result(store.end_epoch("id-alice"))


def test_never_a_standby(pair: tuple[Postgres, Postgres]) -> None:
    """Who asks for a server that can be written to is never led to another."""
    primary, follower = pair
    with store_at(both(follower, primary, target_session_attrs="read-write")) as store:
        changed = result(store.end_epoch("id-alice"))
        assert changed is not None
        assert changed.epoch == 1
