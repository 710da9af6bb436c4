"""Servers for the tests, each in a directory of its own."""

import subprocess
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack
from pathlib import Path

import pytest
from playwright.sync_api import Browser

from tests.system.browser import chromium
from tests.system.people import ALICE_AND_BOB, move_in
from tests.system.server import AUTHSRV, Server, copy, ending

MakeServer = Callable[..., Server]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """All tests here start real processes."""
    for item in items:
        if Path(__file__).parent in item.path.parents:
            item.add_marker("system")


@pytest.fixture(scope="session")
def empty_home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What ``authsrv init`` makes: no account yet."""
    home = tmp_path_factory.mktemp("empty")
    subprocess.run([AUTHSRV, "init", str(home)], check=True, capture_output=True, timeout=60)
    return home


@pytest.fixture(scope="session")
def peopled_home(empty_home: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The same with the accounts alice, an administrator, and bob, who have one password."""
    home = copy(empty_home, tmp_path_factory.mktemp("peopled"))
    return move_in(Server(home), *ALICE_AND_BOB).home


@pytest.fixture(scope="module")
def make_server(
    peopled_home: Path, empty_home: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[MakeServer]:
    """Makes servers that are not started yet; all their processes end with the module."""
    with ExitStack() as stack:

        def make(
            workers: int = 2,
            settings: Mapping[str, object] | None = None,
            *,
            peopled: bool = True,
        ) -> Server:
            home = tmp_path_factory.mktemp("server")
            copy(peopled_home if peopled else empty_home, home)
            return stack.enter_context(ending(Server(home, workers, settings)))

        yield make


@pytest.fixture(scope="module")
def server(make_server: MakeServer) -> Server:
    """A server with two workers, alice and bob, that all tests of a module share."""
    return make_server().start()


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """A real browser for all tests that want one."""
    with chromium() as started:
        yield started
