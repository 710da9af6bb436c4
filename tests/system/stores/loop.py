"""An event loop for tests of stores that need one, without a reactor."""

import asyncio
from collections.abc import Coroutine
from typing import Any, TypeVar

from twisted.internet.defer import Deferred

T = TypeVar("T")
LOOP = asyncio.new_event_loop()


def on_loop(work: Coroutine[Any, Any, T]) -> T:
    """The result of *work*, which may wait for the loop."""

    async def run() -> T:
        return await Deferred.fromCoroutine(work).asFuture(LOOP)

    return LOOP.run_until_complete(run())
