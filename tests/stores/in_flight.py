"""Questions whose answers a test holds back, and coroutines that wait for them."""

from collections.abc import Coroutine
from typing import Any, Generic, TypeVar

from attrs import define, field
from twisted.internet.defer import Deferred
from twisted.internet.task import Clock

from authsrv.core.errors import StoreUnavailable

T = TypeVar("T")
AWAY = StoreUnavailable("away")


@define(eq=False)
class Gate:
    """Answers pass at once; or, after :meth:`hold`, when they are let through; or none does."""

    is_away: bool = False
    _held: "list[Deferred[None]] | None" = None

    def hold(self) -> None:
        """Keep every answer from now on."""
        self._held = []

    def open(self) -> None:
        """Keep no more."""
        self._held = None

    def release(self, number: int = 0) -> None:
        """Let the answer through that is held longest, or another one of them."""
        assert self._held
        self._held.pop(number).callback(None)

    def lose(self) -> None:
        """The answer that is held longest never comes, and its deadline has passed."""
        assert self._held
        self._held.pop(0).errback(AWAY)

    async def passed(self) -> None:
        """Returns when an answer that there is now may be heard."""
        if self.is_away:
            raise AWAY
        if self._held is not None:
            waiting: Deferred[None] = Deferred()
            self._held.append(waiting)
            await waiting


class Asking(Generic[T]):
    """A coroutine that has begun, and may still wait."""

    def __init__(self, work: Coroutine[Any, Any, T]) -> None:
        self._results: list[T] = []
        self._errors: list[BaseException] = []
        self._deferred = Deferred.fromCoroutine(work)
        self._deferred.addCallbacks(self._results.append, lambda f: self._errors.append(f.value))

    @property
    def waits(self) -> bool:
        """Whether it still does."""
        return not self._results and not self._errors

    @property
    def result(self) -> T:
        """What it has returned; raises what it has raised."""
        if self._errors:
            raise self._errors[0]
        (only,) = self._results
        return only

    def cancel(self) -> None:
        """Whoever asked has gone."""
        self._deferred.cancel()


@define(eq=False)
class Steady:
    """The steady clock, which a test moves."""

    clock: Clock = field(factory=Clock)

    def __call__(self) -> float:
        return float(self.clock.seconds())

    def advance(self, seconds: float) -> None:
        """Let time pass."""
        self.clock.advance(seconds)
