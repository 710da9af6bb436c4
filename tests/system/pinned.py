"""Connections of which one knows the worker."""

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager

from tests.system.client import Client
from tests.system.server import Server, log_since


def worker_of(client: Client, server: Server) -> int:
    """The number of the worker that holds *client*'s connection, by the access log."""
    _, lines = log_since(server, lambda: client.get("/login"))
    return int(lines[-1]["worker"])


@contextmanager
def one_each(server: Server, wanted: int = 2) -> Iterator[list[Client]]:
    """A client on each worker: connections are opened until each has one."""
    found: dict[int, Client] = {}
    with ExitStack() as stack:
        for _ in range(200):
            client = stack.enter_context(Client(server))
            found.setdefault(worker_of(client, server), client)
            if len(found) == wanted:
                yield [found[number] for number in sorted(found)]
                return
        raise AssertionError(f"only workers {sorted(found)} answer")
