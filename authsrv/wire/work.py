"""The coroutine behind one answer, and its deadline."""

from collections.abc import Callable, Coroutine
from functools import partial
from typing import TYPE_CHECKING, Any

from twisted.internet.defer import CancelledError, Deferred
from twisted.internet.interfaces import IDelayedCall
from twisted.logger import Logger
from twisted.python.failure import Failure

from authsrv.core.errors import AuthsrvError, Broken, TooSlow
from authsrv.wire.reply import Reply

if TYPE_CHECKING:
    from authsrv.wire.request import Request

log = Logger()


class Work:
    """Runs a coroutine and answers *request* once, with its Reply or with what *explain* says.

    A client that leaves does not cancel the work: a password change must finish.  The deadline
    does, and answers at once, for a coroutine may be slow to notice, or hold the cancellation
    up.  What it says afterwards is not sent.
    """

    def __init__(self, request: "Request", explain: Callable[[Exception], Reply]) -> None:
        self._request = request
        self._explain = explain
        self._running: Deferred[None] | None = None
        self._deadline: IDelayedCall | None = None
        self._ended = False
        self._late = False

    def run(self, work: Coroutine[Any, Any, Reply]) -> None:
        """Begin; *work* runs until it first waits."""
        site = self._request.site
        site.work_began()
        self._request.working = True
        # Most work never waits; a Deferred for it would cost as much as the work.
        try:
            awaited = work.send(None)
        except StopIteration as done:
            self._end(done.value)
        except Exception:
            self._end(Failure())
        else:
            rest = Deferred.fromCoroutine(_resumed(work, awaited))
            self._running = rest.addBoth(self._end)
            if not self._ended:
                self._deadline = site.reactor.callLater(site.limits.handler_seconds, self._expire)

    def _end(self, result: Reply | Failure) -> None:
        self._ended = True
        self._request.working = False
        self._request.site.work_ended()
        if self._deadline is not None and self._deadline.active():
            self._deadline.cancel()
        if self._late or self._request.gone:
            self._note(result)
        elif isinstance(result, Failure):
            self._request.answer(self._explained(_as_exception(result)))
        else:
            self._request.answer(result)

    def _expire(self) -> None:
        self._late = True
        if self._running is not None:
            self._running.cancel()
        self._request.site.struck("handler_seconds", self._request.client)
        if not self._request.gone:
            self._request.answer(self._explained(TooSlow("the handler's deadline has passed")))

    def _explained(self, error: Exception) -> Reply:
        try:
            return self._explain(error)
        except Exception:
            log.failure("error could not be explained", id=self._request.id, error=repr(error))
            return Reply(500)

    def _note(self, result: Reply | Failure) -> None:
        # Nobody is there to be told; a refusal or our own cancellation is no news either.
        if isinstance(result, Failure) and not result.check(AuthsrvError, CancelledError):
            log.failure("handler failed unheard", failure=result, id=self._request.id)


async def _resumed(work: Coroutine[Any, Any, Reply], awaited: Any) -> Reply:
    """*work*, which waits for *awaited*, to its end."""
    while True:
        try:
            result = await awaited
        except GeneratorExit:
            # Nobody waits for us any more: so nobody does for the work.
            work.close()
            raise
        except BaseException as error:
            then = partial(work.throw, error)
        else:
            then = partial(work.send, result)
        try:
            awaited = then()
        except StopIteration as done:
            reply: Reply = done.value
            return reply


def _as_exception(failure: Failure) -> Exception:
    """What *failure* means to a page: a cancellation that is not ours is something broken.

    asyncio's CancelledError (awaited futures on the asyncio reactor) is no Exception at all.
    """
    error = failure.value
    if isinstance(error, Exception) and not isinstance(error, CancelledError):
        return error
    return Broken(f"cancelled: {type(error).__name__}")
