"""One malformed request over one route, what came back, and what the server's log has of it."""

import contextlib
from collections.abc import Sequence
from typing import Any

from attrs import frozen

from tests.system.proxies.case import Case, Paths
from tests.system.proxies.routes import Route, kept_to
from tests.system.proxies.talking import Answer
from tests.system.server import Server
from tests.system.waiting import until

#: Who sends what is malformed, and who comes after.  Every proxy tells the server whose a request
#: is: one that the log has from elsewhere was sent by no proxy, but cut out of another.
SENDER, OTHER = "127.0.0.77", "127.0.0.78"
_WITHIN = 20.0


@frozen
class Outcome:
    """What came of a case."""

    #: To whoever sent it, and whether the connection was closed behind them.
    answers: Sequence[Answer]
    closed: bool
    #: To whoever came next, and whether the proxy had a connection for it already.
    marker: Sequence[Answer]
    kept: bool
    #: The access log's lines since.
    lines: Sequence[dict[str, Any]]

    @property
    def statuses(self) -> tuple[int, ...]:
        """Those of the answers."""
        return tuple(answer.status for answer in self.answers)


def exchange(server: Server, route: Route, case: Case, paths: Paths) -> Outcome:
    """Send *case* over *route*, then ask for something as somebody else."""
    before = len(server.requests())
    answers, closed = _send(route, case, paths)
    connections = _connections(route)
    marker = route.ask(paths.marker, OTHER)
    kept = _connections(route) <= connections
    # Its line is written after the answer, and behind those of all that came before it.  If it
    # never comes, or is another's, that is found out from what there is.
    with contextlib.suppress(AssertionError):
        until(lambda: any(it["address"] == OTHER for it in server.requests()[before:]), 10)
    return Outcome(answers, closed, marker, kept, server.requests()[before:])


def _send(route: Route, case: Case, paths: Paths) -> tuple[list[Answer], bool]:
    with route.connect(SENDER) as talk:
        talk.send(case.filled(route.host, paths))
        if route.upstream is not None:
            talk.read(_WITHIN)
            # The proxy may wait for more.  With a request that ends the connection it has dealt
            # with everything when it closes.
            if not talk.closed:
                talk.send(route.good(paths.last))
        closed = talk.read_to_end(_WITHIN)
        return talk.answers, closed


def _connections(route: Route) -> frozenset[int]:
    return frozenset() if route.upstream is None else kept_to(route.upstream)
