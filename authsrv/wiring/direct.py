"""The house worked directly, without a server: for the command line, and before serving."""

import os
import time
from collections.abc import Callable, Coroutine, Iterator
from contextlib import contextmanager
from typing import Any, TypeVar

from attrs import frozen
from twisted.internet.defer import Deferred, execute

from authsrv.flows.accounts import Accounts
from authsrv.flows.sessions import Sessions
from authsrv.flows.setup import Setup
from authsrv.methods.password.hasher import Argon2Hasher
from authsrv.settings import Settings
from authsrv.wiring.house import furnish
from authsrv.wiring.pools import hasher_cost
from authsrv.wiring.stores import open_stores

T = TypeVar("T")


def run(work: Coroutine[Any, Any, T]) -> T:
    """The result of a coroutine that waits for nothing."""
    results: list[T] = []
    failures: list[BaseException] = []
    Deferred.fromCoroutine(work).addCallbacks(
        results.append, lambda failure: failures.append(failure.value)
    )
    if failures:
        raise failures[0]
    return results[0]


@frozen
class Offline:
    """What the command line works with: *run* brings a coroutine to its result."""

    accounts: Accounts
    sessions: Sessions
    setup: Setup
    run: Callable[[Coroutine[Any, Any, Any]], Any] = run


@contextmanager
def offline(settings: Settings) -> Iterator[Offline]:
    """The house over the real stores, with every call done when it returns.

    The server may run beside it: what is done here is seen by its next request.
    """
    stores = open_stores(settings, execute, execute)
    try:
        house = furnish(
            settings,
            stores,
            Argon2Hasher(hasher_cost(settings), execute),
            clock=time.time,
            random=os.urandom,
            count=lambda _action, _outcome: None,
        )
        yield Offline(house.accounts, house.sessions, house.setup)
    finally:
        run(stores.close())
