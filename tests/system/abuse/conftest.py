"""Two servers with one worker each, and the table of what they went through."""

from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest

from tests.system.abuse import table
from tests.system.abuse.target import Target
from tests.system.server import Server, copy, ending

#: Seconds; waited for in the tests, so they are few.
PATIENCE = 2
_IMPATIENT = {
    f"limits.{name}": f"{PATIENCE}s" for name in ("header_seconds", "body_seconds", "write_seconds")
}
#: In huge pages the memory would grow by 2 MiB at a time, which is more than most cases may take.
_SMALL_PAGES = {"GLIBC_TUNABLES": "glibc.malloc.hugetlb=0"}


def serve(home: Path, template: Path, settings: Mapping[str, object]) -> Iterator[Target]:
    """One server in *home* with *settings*, which has answered before."""
    with ending(Server(copy(template, home), 1, settings)) as server:
        target = Target(server.start(env=_SMALL_PAGES))
        for _ in range(5):
            target.check()
        yield target


@pytest.fixture(scope="package")
def target(empty_home: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Target]:
    """A server with the usual limits."""
    yield from serve(tmp_path_factory.mktemp("usual"), empty_home, {})


@pytest.fixture(scope="package")
def impatient(empty_home: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Target]:
    """A server that waits PATIENCE seconds for a head, for a body, and for a slow reader."""
    yield from serve(tmp_path_factory.mktemp("impatient"), empty_home, _IMPATIENT)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Print the table."""
    if table.ROWS:
        terminalreporter.section("abuse of HTTP/2")
        for line in table.lines():
            terminalreporter.write_line(line)
