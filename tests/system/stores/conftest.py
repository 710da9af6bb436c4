"""Databases for the tests: one PostgreSQL for all that leave it running, and copies to break."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack
from itertools import count
from pathlib import Path

import pytest

from authsrv.stores.accounts import migrate
from tests.system.conftest import MakeServer
from tests.system.people import ALICE_AND_BOB, move_in
from tests.system.server import Server, copy
from tests.system.services.certificates import Certificates
from tests.system.services.postgres import Postgres, initialised, server

MakeDatabase = Callable[..., str]
MakePostgres = Callable[..., Postgres]
MakeServing = Callable[..., Server]
_EMPTY, _MIGRATED = "template0", "migrated"


@pytest.fixture(scope="session")
def postgres_data() -> Iterator[Path]:
    """What initdb makes: once is enough."""
    with initialised() as data:
        yield data


@pytest.fixture(scope="session")
def postgres(postgres_data: Path) -> Iterator[Postgres]:
    """A server that nobody stops."""
    with server(postgres_data, {"max_connections": "200"}) as started:
        migrate.upgrade(started.make_database(_MIGRATED))
        yield started


@pytest.fixture(scope="session")
def make_database(postgres: Postgres) -> MakeDatabase:
    """Makes databases on that server, with our tables unless they shall be *empty*: their URLs."""
    numbers = count(1)

    def make(*, empty: bool = False, encoding: str = "UTF8") -> str:
        template = _EMPTY if empty else _MIGRATED
        return postgres.make_database(f"d{next(numbers)}", template, encoding)

    return make


@pytest.fixture
def make_postgres(postgres_data: Path) -> Iterator[MakePostgres]:
    """Makes servers that a test may treat badly; nothing of them is left."""
    with ExitStack() as stack:

        def make(
            settings: Mapping[str, str] | None = None, certificates: Certificates | None = None
        ) -> Postgres:
            return stack.enter_context(server(postgres_data, settings, certificates))

        yield make


@pytest.fixture(scope="session")
def peopled_data(
    postgres_data: Path, empty_home: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Path]:
    """What initdb makes, with the accounts of alice and bob."""
    with server(postgres_data) as started:
        home = copy(empty_home, tmp_path_factory.mktemp("peopled"))
        move_in(Server(home, settings={"accounts.store": started.url()}), *ALICE_AND_BOB)
        started.stop()
        yield started.home / "data"


@pytest.fixture(scope="module")
def peopled(peopled_data: Path) -> Iterator[Postgres]:
    """A server with their accounts that tests may treat badly, if it is well again afterwards."""
    with server(peopled_data) as started:
        yield started


@pytest.fixture(scope="module")
def make_serving(make_server: MakeServer) -> Iterator[MakeServing]:
    """Starts servers with two workers whose accounts are at a URL; they end well."""
    made: list[Server] = []

    def make(url: str, settings: Mapping[str, object] | None = None) -> Server:
        all_settings = {"accounts.store": url, **(settings or {})}
        made.append(make_server(settings=all_settings, peopled=False).start())
        return made[-1]

    yield make
    assert [server.stop() for server in made] == [0] * len(made)
