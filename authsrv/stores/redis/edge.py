"""Where asyncio's coroutines become Deferreds: the loop runs beneath the reactor, or alone."""

import asyncio
from collections.abc import Coroutine
from typing import Any, TypeVar

from twisted.internet.defer import CancelledError, Deferred
from twisted.python.failure import Failure

T = TypeVar("T")


def deferred(work: Coroutine[Any, Any, T]) -> Deferred[T]:
    """The result of *work*, which waits for the event loop that is running now.

    Cancelling it cancels the work.
    """
    return Deferred.fromFuture(asyncio.ensure_future(work)).addErrback(_as_twisted)


def _as_twisted(failure: Failure) -> Failure:
    # asyncio's is no Exception: who has cancelled would not know their own cancellation again.
    return Failure(CancelledError()) if failure.check(asyncio.CancelledError) else failure
