"""What the machines share: one PostgreSQL, and two pairs of machines that outlive a test."""

import os
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from pathlib import Path

import pytest

from tests.system.machines import table
from tests.system.machines.faults import PASSWORD
from tests.system.machines.minted import Mint, minting
from tests.system.machines.pair import Pair, pair
from tests.system.machines.people import everybody
from tests.system.server import copy
from tests.system.services import postgres as servers
from tests.system.services.postgres import Postgres
from tests.system.services.redis import RedisServer
from tests.system.services.wall import Wall

#: Seconds that a fault lasts; the documents' figures were counted with REHEARSAL=60.
SECONDS = float(os.environ.get("REHEARSAL", "3"))
MakePair = Callable[..., AbstractContextManager[Pair]]


@pytest.fixture(scope="session")
def postgres_data() -> Iterator[Path]:
    """What initdb makes: once is enough."""
    with servers.initialised() as data:
        yield data


@pytest.fixture(scope="session")
def accounts(
    postgres_data: Path, empty_home: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Postgres]:
    """A database server that nothing happens to; everybody has an account there."""
    with servers.server(postgres_data) as started:
        everybody(started.url(), copy(empty_home, tmp_path_factory.mktemp("accounts")))
        yield started


@pytest.fixture(scope="session")
def make_pair(
    accounts: Postgres, empty_home: Path, tmp_path_factory: pytest.TempPathFactory
) -> MakePair:
    """Makes two servers, given their Redis, or each one's way there, and what else is set."""

    def make(*redis: str, **settings: object) -> AbstractContextManager[Pair]:
        homes = tmp_path_factory.mktemp("machines")
        return pair(homes, empty_home, redis, accounts__store=accounts.url(), **settings)

    return make


# Where nothing happens


@pytest.fixture(scope="session")
def redis(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RedisServer]:
    """A server that nothing happens to."""
    with RedisServer(tmp_path_factory.mktemp("redis")) as made:
        yield made


@pytest.fixture(scope="session")
def machines(make_pair: MakePair, redis: RedisServer) -> Iterator[Pair]:
    """Two machines on it."""
    with make_pair(redis.url) as made:
        yield made
        made.stop()
        assert made.unforeseen() == []


# Where things go wrong, and are put right


@pytest.fixture(scope="session")
def fragile(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RedisServer]:
    """A server that keeps what it has acknowledged, whatever happens to it."""
    home = tmp_path_factory.mktemp("redis")
    made = RedisServer(home, appendonly="yes", appendfsync="always", requirepass=PASSWORD)
    with made:
        yield made


@pytest.fixture(scope="session")
def wall(fragile: RedisServer) -> Iterator[Wall]:
    """What both machines have to go through."""
    with Wall(fragile.port) as made:
        yield made


@pytest.fixture(scope="session")
def walled(make_pair: MakePair, fragile: RedisServer, wall: Wall) -> Iterator[Pair]:
    """Two machines behind the wall."""
    with make_pair(fragile.url_at(wall.port)) as made:
        yield made
        made.stop()
        assert made.unforeseen() == []


@pytest.fixture(scope="session")
def mint(walled: Pair, fragile: RedisServer) -> Iterator[Mint]:
    """Makes sessions for them, past the wall."""
    with minting(fragile.url, walled.machines[0]) as made:
        yield made


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Print the table."""
    if table.ROWS:
        terminalreporter.section("two machines while Redis is not well")
        for line in table.lines():
            terminalreporter.write_line(line)
