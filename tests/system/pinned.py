"""Connections of which one knows the worker."""

import secrets
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager

from tests.system.client import Client
from tests.system.server import Server
from tests.system.together import all_at_once
from tests.system.waiting import until

# So many connect at the same moment.  One after another will not do: the kernel wakes all workers,
# the one whose core is free is always the first, and on a quiet machine it has accepted more than
# two hundred in a row while the other slept.  At once, it is busy when the next one comes.
_AT_ONCE = 16
# Seconds in which every worker must have answered somebody.
_WITHIN = 30.0


def worker_of(client: Client, server: Server) -> int:
    """The number of the worker that holds *client*'s connection, by the access log."""
    return _workers_of([client], server)[0]


@contextmanager
def one_each(server: Server, wanted: int = 2) -> Iterator[list[Client]]:
    """A client on each worker: connections are opened, many at once, until each has one."""
    found: dict[int, Client] = {}
    end = time.monotonic() + _WITHIN
    with ExitStack() as stack:
        while len(found) < wanted:
            assert time.monotonic() < end, f"only workers {sorted(found)} answer"
            clients = [stack.enter_context(Client(server)) for _ in range(_AT_ONCE)]
            for number, client in zip(_workers_of(clients, server), clients, strict=True):
                if found.setdefault(number, client) is not client:
                    client.connection.close()
        yield [found[number] for number in sorted(found)]


def _workers_of(clients: Sequence[Client], server: Server) -> list[int]:
    # Nobody else asks for these pages, so whose line of the log is whose is known.
    paths = [f"/nowhere/{secrets.token_hex(8)}" for _ in clients]
    all_at_once(lambda asked: asked[0].get(asked[1]), zip(clients, paths, strict=True))
    told: dict[str, int] = {}

    def is_told() -> bool:
        # The lines are written after the answers.
        told.update((each["path"], int(each["worker"])) for each in server.requests())
        return told.keys() >= set(paths)

    until(is_told, 5)
    return [told[path] for path in paths]
