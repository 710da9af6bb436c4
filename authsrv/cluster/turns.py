"""Something that is done once at a time, for everybody who has asked for it by then."""

from collections.abc import Callable, Coroutine
from typing import Any

from twisted.internet.defer import Deferred, DeferredLock


class Turns:
    """Does *work* when asked; who asks while it is done waits for it to be done once more."""

    def __init__(self, work: Callable[[], Coroutine[Any, Any, None]]) -> None:
        self._work = work
        self._lock = DeferredLock()
        self._waiting: list[Deferred[None]] | None = None

    def ask(self) -> Deferred[None]:
        """Fires when it has been done, from now; fails as *work* does."""
        asked: Deferred[None] = Deferred()
        if self._waiting is None:
            self._waiting = [asked]
            self._lock.run(self._turn).addErrback(lambda _: None)
        else:
            self._waiting.append(asked)
        return asked

    def _turn(self) -> Deferred[None]:
        waiting, self._waiting = self._waiting or [], None

        def tell(result: Any) -> None:
            for asked in waiting:
                asked.callback(result)

        return Deferred.fromCoroutine(self._work()).addBoth(tell)
