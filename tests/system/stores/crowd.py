"""Many threads at one database, each with a connection of its own, that begin together."""

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from threading import Barrier
from typing import TypeVar

from twisted.internet.defer import execute

from authsrv.core.errors import AuthsrvError
from authsrv.stores.accounts.postgres import opened, transact
from authsrv.stores.accounts.sql import SqlAccounts
from tests.stores.contract import result

T = TypeVar("T")
_WITHIN = 30.0


class Crowd:
    """The stores, one a thread."""

    def __init__(self, stores: Sequence[SqlAccounts]) -> None:
        self.stores = stores
        self.first = stores[0]

    def at_once(self, work: Callable[[SqlAccounts, int], T]) -> list[T | AuthsrvError]:
        """What *work* gives or raises in each thread, given its store and its number."""
        gate = Barrier(len(self.stores), timeout=_WITHIN)

        def one(number: int) -> T | AuthsrvError:
            gate.wait()
            try:
                return work(self.stores[number], number)
            except AuthsrvError as error:
                return error

        with ThreadPoolExecutor(len(self.stores)) as pool:
            return list(pool.map(one, range(len(self.stores)), timeout=_WITHIN))


@contextmanager
def crowd(url: str, size: int) -> Iterator[Crowd]:
    """*size* of them at the database *url*, each connected already."""
    with ExitStack() as stack:
        stores = []
        for _ in range(size):
            store = SqlAccounts(opened(url), execute, transact=transact)
            stack.callback(lambda it: result(it.close()), store)
            result(store.is_empty())
            stores.append(store)
        yield Crowd(stores)
