"""How long a polite client waits for a page."""

import statistics
import time
from collections.abc import Callable

from attrs import define, field

from tests.system.client import Client
from tests.system.server import Server

# Of each in one round.
_KEPT = 20
_FRESH = 5


@define
class Pace:
    """The times in milliseconds: of requests on a *kept* connection, and on *fresh* ones."""

    kept: list[float] = field(factory=list)
    fresh: list[float] = field(factory=list)

    def note_round(self, server: Server, client: Client) -> None:
        """Ask some times on *client*'s connection, and some times on new ones."""
        for _ in range(_KEPT):
            self.kept.append(_milliseconds(lambda: _ask(client)))
        for _ in range(_FRESH):
            with Client(server) as new:
                # Reading the authority's certificate is no part of it.
                assert new.connection is not None
                self.fresh.append(_milliseconds(lambda one=new: _ask(one)))  # type: ignore[misc]

    def __str__(self) -> str:
        kept, fresh = (statistics.median(times) for times in (self.kept, self.fresh))
        return (
            f"{len(self.kept)} on one connection, median {kept:.1f} ms; "
            f"{len(self.fresh)} on new ones, median {fresh:.1f} ms"
        )


def _ask(client: Client) -> None:
    assert client.get("/login").status == 200


def _milliseconds(work: Callable[[], None]) -> float:
    began = time.perf_counter()
    work()
    return (time.perf_counter() - began) * 1000
