"""The house worked directly, without a server: for the command line, and before serving."""

import os
import time
from collections.abc import Coroutine, Iterator
from contextlib import contextmanager
from typing import Any, Protocol, TypeVar

from attrs import frozen
from twisted.internet.defer import Deferred, execute

from authsrv.flows.accounts import Accounts
from authsrv.flows.sessions import Sessions
from authsrv.flows.setup import Setup
from authsrv.methods.password.hasher import Argon2Hasher
from authsrv.settings import Settings
from authsrv.stores.urls import is_redis
from authsrv.wiring.house import furnish
from authsrv.wiring.pools import hasher_cost
from authsrv.wiring.stores import open_stores

T = TypeVar("T")


class Run(Protocol):
    """Brings a coroutine to its result."""

    def __call__(self, work: Coroutine[Any, Any, T], /) -> T: ...


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
    run: Run = run


@contextmanager
def running(settings: Settings) -> Iterator[Run]:
    """What runs the stores' coroutines: on an event loop of its own where one of them needs it."""
    if not is_redis(settings.sessions.store):
        yield run
        return
    import asyncio

    with asyncio.Runner() as runner:

        def on_loop(work: Coroutine[Any, Any, T]) -> T:
            async def inside() -> T:
                loop = asyncio.get_running_loop()
                return await Deferred.fromCoroutine(work).asFuture(loop)

            return runner.run(inside())

        yield on_loop


@contextmanager
def offline(settings: Settings) -> Iterator[Offline]:
    """The house over the real stores, with every call done when it returns.

    The server may run beside it: what is done here is seen by its next request.
    """
    with running(settings) as runner:
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
            yield Offline(house.accounts, house.sessions, house.setup, runner)
        finally:
            runner(stores.close())
