"""No malformed request is taken for two: not by the server, and not behind a real proxy."""

from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
from attrs import define, evolve, field

from tests.system.client import trusting
from tests.system.conftest import MakeServer
from tests.system.proxies.bodies import BODIES
from tests.system.proxies.case import UNDERSTOOD, Case, Paths, hosted, in_front
from tests.system.proxies.exchange import OTHER, SENDER, Outcome, exchange
from tests.system.proxies.heads import HEADS
from tests.system.proxies.misread import misread
from tests.system.proxies.naive import naive
from tests.system.proxies.routes import Route, kept_to
from tests.system.proxies.running import NAMES, passing, running
from tests.system.server import Server
from tests.system.settings import free_port

CASES = (*HEADS, *BODIES)
NUMBERS = {case.name: number for number, case in enumerate(CASES)}
#: Some requests never end, and nobody should wait long for that.
LIMITS = {"limits.header_seconds": 3, "limits.body_seconds": 3}
PATIENCE = 2


@define
class Table:
    """What was found, to be printed."""

    statuses: dict[tuple[str, str], str] = field(factory=dict)
    checked: int = 0
    kept: int = 0
    desynchronised: int = 0

    def note(self, case: Case, route: str, outcome: Outcome) -> None:
        """What the sender of *case* got."""
        said = [f"{each}" if each else "no HTTP/1" for each in outcome.statuses]
        if not outcome.closed:
            said.append("open")
        self.statuses[case.name, route] = " ".join(said) or "closed"

    def show(self) -> None:
        """Print it."""
        columns = ("direct", *NAMES)
        print("\n" + "".join(f"{each:28}" for each in ("request", *columns)))
        for case in CASES:
            cells = [self.statuses.get((case.name, each), "") for each in columns]
            print("".join(f"{each:28}" for each in (case.name, *cells)))
        print(f"the next client's request over a kept connection: {self.kept} of {self.checked}")
        print(f"desynchronised: {self.desynchronised} of {self.checked}")


@pytest.fixture(scope="module")
def table() -> Iterator[Table]:
    """Printed when all tests have run."""
    noted = Table()
    yield noted
    noted.show()


@pytest.fixture(scope="module")
def upstream() -> int:
    """The port that the proxies ask."""
    return free_port()


@pytest.fixture(scope="module")
def behind(make_server: MakeServer, upstream: int) -> Server:
    """A server with one worker."""
    listen = {"listen.authz": [f"127.0.0.1:{upstream}"]}
    return make_server(1, listen | LIMITS, peopled=False).start()


@pytest.fixture(scope="module")
def routes(
    behind: Server, upstream: int, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[dict[str, Route]]:
    """The ways to it, by name."""
    host = f"localhost:{behind.ports.https}"
    found = {"direct": Route("direct", behind.ports.https, host, trusting(behind.authority))}
    with ExitStack() as stack:
        for name in NAMES:
            port, home = free_port(), tmp_path_factory.mktemp(name)
            site = passing(name, port, upstream)
            stack.enter_context(running(name, home, port, site, PATIENCE))
            found[name] = Route(name, port, host, upstream=upstream)
        yield found


@pytest.mark.parametrize("name", NAMES)
def test_kept(routes: dict[str, Route], upstream: int, name: str, tmp_path: Path) -> None:
    """A proxy sends one client's request over the connection that another's has gone over."""
    route = evolve(routes[name], port=free_port())
    others = kept_to(upstream)
    with running(name, tmp_path, route.port, passing(name, route.port, upstream)):
        assert [each.status for each in route.ask("/login", SENDER)] == [200]
        kept = kept_to(upstream) - others
        assert len(kept) == 1
        assert [each.status for each in route.ask("/login", OTHER)] == [200]
        assert kept_to(upstream) - others == kept


def test_found(behind: Server, routes: dict[str, Route], upstream: int) -> None:
    """A proxy that sends two requests and thinks them one is found out, in every way there is."""
    (two,) = in_front(UNDERSTOOD, {"two": hosted()})
    route = Route("naive", free_port(), routes["direct"].host, upstream=upstream)
    paths = Paths.of(0, route.name)
    with naive(route.port, upstream):
        outcome = exchange(behind, route, two, paths)
    found = misread(route, two, paths, outcome)
    assert [each.partition(":")[0] for each in found] == [
        "sent by no proxy",
        "the inner request was answered",
        "the next client's answer is not its own",
    ]


@pytest.mark.parametrize("case", CASES, ids=list(NUMBERS))
def test_direct(behind: Server, routes: dict[str, Route], table: Table, case: Case) -> None:
    """It is answered once, as it must be, the connection is closed, and nothing else happens."""
    paths = Paths.of(NUMBERS[case.name], "direct")
    outcome = exchange(behind, routes["direct"], case, paths)
    table.note(case, "direct", outcome)
    assert misread(routes["direct"], case, paths, outcome) == []
    assert outcome.statuses == case.direct
    assert outcome.closed


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("case", CASES, ids=list(NUMBERS))
def test_through(
    behind: Server, routes: dict[str, Route], table: Table, name: str, case: Case
) -> None:
    """Behind a proxy nobody gets an answer that was not theirs, and no hidden request has one."""
    paths = Paths.of(NUMBERS[case.name], name)
    outcome = exchange(behind, routes[name], case, paths)
    found = misread(routes[name], case, paths, outcome)
    table.note(case, name, outcome)
    table.checked += 1
    table.kept += outcome.kept
    table.desynchronised += bool(found)
    assert found == []
