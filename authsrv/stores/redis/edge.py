"""Where asyncio's coroutines become Deferreds: the loop runs beneath the reactor, or alone."""

import asyncio
from collections.abc import Coroutine
from typing import Any, TypeVar

from twisted.internet.defer import Deferred

T = TypeVar("T")


def deferred(work: Coroutine[Any, Any, T]) -> Deferred[T]:
    """The result of *work*, which waits for the event loop that is running now.

    Cancelling it cancels the work.
    """
    return Deferred.fromFuture(asyncio.ensure_future(work))
