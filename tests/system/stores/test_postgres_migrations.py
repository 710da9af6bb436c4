"""Migrations of a PostgreSQL database, which several machines may want at once."""

import re
import subprocess
from pathlib import Path

import pytest
from twisted.internet.defer import execute

from authsrv.core.errors import StoreUnavailable
from authsrv.stores.accounts import migrate
from authsrv.stores.accounts.tables import HEAD
from authsrv.stores.open import open_accounts, upgrade_accounts
from tests.system.conftest import MakeServer
from tests.system.server import AUTHSRV
from tests.system.services.postgres import PASSWORD, WRITTEN, Postgres
from tests.system.settings import free_port, write
from tests.system.stores.conftest import MakeDatabase, MakePostgres
from tests.system.waiting import until

MACHINES = 10
LOCK = int.from_bytes(b"authsrv", "big")


def settings(home: Path, url: str) -> Path:
    """A settings file of a machine whose accounts are at *url*."""
    path = home / "authsrv.toml"
    facts = {
        "public_url": "https://localhost",
        "listen.authz": ["unix:authz.sock"],
        "accounts.store": url,
    }
    write(path, facts)
    return path


def spawn(path: Path, *arguments: str) -> "subprocess.Popen[str]":
    """The ``authsrv`` command, under way."""
    command = [AUTHSRV, "--config", str(path), *arguments]
    return subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


def tables(postgres: Postgres, database: str) -> set[str]:
    """The tables there are."""
    query = "SELECT table_name FROM information_schema.tables WHERE table_schema = 'public'"
    return {name for (name,) in postgres.ask(query, database)}


def name_of(url: str) -> str:
    """The database that *url* names."""
    return url.rpartition("/")[2]


def test_ten_machines(make_postgres: MakePostgres, tmp_path: Path) -> None:
    """Of ten machines that migrate an empty database at once one does, and all go on."""
    postgres = make_postgres({"log_statement": "ddl"})
    path = settings(tmp_path, postgres.make_database("accounts"))
    under_way = [spawn(path, "db", "upgrade") for _ in range(MACHINES)]
    said = [each.communicate(timeout=90) for each in under_way]
    runs = postgres.log().count("CREATE TABLE accounts (")
    print(f"\n{MACHINES} machines at once: migration {HEAD} ran {runs} time(s)")
    assert [each.returncode for each in under_way] == [0] * MACHINES, said
    assert said == [(f"up to date: {HEAD}\n", "")] * MACHINES
    assert runs == 1


def test_waits_its_turn(postgres: Postgres, make_database: MakeDatabase, tmp_path: Path) -> None:
    """Whoever comes while another machine migrates waits until it is done."""
    url = make_database(empty=True)
    with postgres.connect(name_of(url)) as other, other.transaction():
        other.execute("SELECT pg_advisory_xact_lock(%s)", (LOCK,))
        waiting = spawn(settings(tmp_path, url), "db", "upgrade")
        try:
            waiting.wait(1.5)
        except subprocess.TimeoutExpired:
            assert tables(postgres, name_of(url)) == set()
        else:
            raise AssertionError(waiting.communicate())
    assert waiting.communicate(timeout=60) == (f"up to date: {HEAD}\n", "")


def test_up_and_down(postgres: Postgres, make_database: MakeDatabase) -> None:
    """The tables come and go with the revision, and come again; an up-to-date store stays."""
    url = make_database(empty=True)
    for _ in range(2):
        assert migrate.status(url) == (None, HEAD)
        upgrade_accounts(url)
        upgrade_accounts(url)
        assert migrate.status(url) == (HEAD, HEAD)
        assert "accounts" in tables(postgres, name_of(url))
        migrate.downgrade(url, "base")
        assert tables(postgres, name_of(url)) == {"alembic_version"}


def test_failed(postgres: Postgres, make_database: MakeDatabase) -> None:
    """A migration that fails changes nothing, and says so in one line."""
    url = make_database(empty=True)
    postgres.ask("CREATE TABLE audit (x int)", name_of(url))
    with pytest.raises(StoreUnavailable) as caught:
        upgrade_accounts(url)
    assert caught.value.why == 'accounts: relation "audit" already exists'
    assert tables(postgres, name_of(url)) == {"audit"}


def test_encoding(make_database: MakeDatabase) -> None:
    """A database that cannot hold every name is refused, with the cure."""
    with pytest.raises(StoreUnavailable, match=r"LATIN1.*ENCODING 'UTF8'"):
        upgrade_accounts(make_database(empty=True, encoding="LATIN1"))


def test_not_migrated(make_database: MakeDatabase) -> None:
    """A store whose tables are not today's is not opened; the command that helps is named."""
    with pytest.raises(StoreUnavailable, match="authsrv db upgrade"):
        open_accounts(make_database(empty=True), execute)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ((r"/\w+$", "/nowhere"), 'database "nowhere" does not exist'),
        ((WRITTEN, "s3cret"), 'password authentication failed for user "postgres"'),
        (("127.0.0.1:", "127.0.0.1:1,127.0.0.1:"), "up to date"),
        (("127.0.0.1", "nowhere.invalid"), "nowhere.invalid"),
        ((r"$", "?sslmode=require"), "does not support SSL"),
        (("@127", "@127%zz"), "%25"),
    ],
)
def test_one_line(
    make_database: MakeDatabase, tmp_path: Path, change: tuple[str, str], said: str
) -> None:
    """What is wrong with an address is one line for the operator, without the password."""
    url = re.sub(*change, make_database(), count=1)
    done = spawn(settings(tmp_path, url), "db", "upgrade")
    out, err = done.communicate(timeout=60)
    assert said in out + err
    assert len((out + err).splitlines()) == 1
    for secret in (PASSWORD, WRITTEN, "s3cret"):
        assert secret not in out + err


def test_nobody_there(tmp_path: Path) -> None:
    """A server that is not there is one line, and no success."""
    url = f"postgresql://u:{WRITTEN}@127.0.0.1:{free_port()}/d"
    done = spawn(settings(tmp_path, url), "db", "status")
    out, err = done.communicate(timeout=60)
    assert (done.returncode, out) == (1, "")
    assert "Connection refused" in err
    assert len(err.splitlines()) == 1


def test_two_servers(make_server: MakeServer, make_postgres: MakePostgres) -> None:
    """Two servers that start at once on an empty database both serve; it was migrated once."""
    postgres = make_postgres({"log_statement": "ddl"})
    url = postgres.make_database("accounts")
    servers = [make_server(settings={"accounts.store": url}, peopled=False) for _ in range(2)]
    for server in servers:
        server.spawn()
    for server in servers:
        until(server.is_ready, 60, server.stderr)
    runs = postgres.log().count("CREATE TABLE accounts (")
    print(f"\ntwo servers at once: migration {HEAD} ran {runs} time(s)")
    assert runs == 1
    assert [server.stop() for server in servers] == [0, 0]
