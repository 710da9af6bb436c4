"""What the machines share: one PostgreSQL for all tests, and a Redis that each module chooses."""

import os
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from pathlib import Path

import pytest

from tests.system.machines import table
from tests.system.machines.pair import Pair, pair
from tests.system.services import postgres as servers
from tests.system.services.postgres import Postgres

#: Seconds that a fault lasts; the documents' figures were counted with REHEARSAL=60.
SECONDS = float(os.environ.get("REHEARSAL", "3"))
MakePair = Callable[..., AbstractContextManager[Pair]]


@pytest.fixture(scope="session")
def accounts() -> Iterator[Postgres]:
    """A database server that nothing happens to."""
    with servers.initialised() as data, servers.server(data) as started:
        yield started


@pytest.fixture(scope="module")
def make_pair(
    accounts: Postgres, empty_home: Path, tmp_path_factory: pytest.TempPathFactory
) -> MakePair:
    """Makes two servers, given the Redis and what else is set."""

    def make(redis: str, **settings: object) -> AbstractContextManager[Pair]:
        homes = tmp_path_factory.mktemp("machines")
        stores = {"accounts__store": accounts.url(), "sessions__store": redis}
        return pair(homes, empty_home, **stores, **settings)

    return make


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Print the table."""
    if table.ROWS:
        terminalreporter.section("two machines while Redis is not well")
        for line in table.lines():
            terminalreporter.write_line(line)
