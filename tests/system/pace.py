"""How long a polite client waits for a page."""

import statistics
import time
from collections.abc import Callable
from functools import partial

from attrs import define, field

from tests.system.client import Client
from tests.system.server import Server

# Of each in one round.
_KEPT = 10
_FRESH = 3


@define
class Pace:
    """The times in milliseconds: of requests on a *kept* connection, and on *fresh* ones."""

    kept: list[float] = field(factory=list)
    fresh: list[float] = field(factory=list)

    def note_round(self, server: Server, client: Client) -> None:
        """Ask some times on *client*'s connection, and some times on new ones."""
        self.kept += [_milliseconds(partial(_ask, client)) for _ in range(_KEPT)]
        for _ in range(_FRESH):
            with Client(server) as new:
                # Reading the authority's certificate is no part of it.
                assert new.connection is not None
                self.fresh.append(_milliseconds(partial(_ask, new)))

    @property
    def medians(self) -> tuple[float, float]:
        """On the kept connection, and on fresh ones."""
        return statistics.median(self.kept), statistics.median(self.fresh)

    def __str__(self) -> str:
        kept, fresh = self.medians
        return f"kept {kept:.1f} ms ({len(self.kept)}), new {fresh:.1f} ms ({len(self.fresh)})"


def _ask(client: Client) -> None:
    assert client.get("/login").status == 200


def _milliseconds(work: Callable[[], None]) -> float:
    began = time.perf_counter()
    work()
    return (time.perf_counter() - began) * 1000
