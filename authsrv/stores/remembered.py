"""Copies of what a store holds, the latest used of them, and how far each can be believed."""

from collections import OrderedDict
from collections.abc import Awaitable, Callable, Hashable
from typing import Generic, TypeVar

from attrs import define, field

from authsrv.stores.board import Board, Term

K = TypeVar("K", bound=Hashable)
V = TypeVar("V")
#: Seconds after which the store is asked again, however well changes are heard: somebody may have
#: made one and died before it was told.  Nobody was told that it was done, but it is.
ASKED_AGAIN = 60.0


@define
class _Copy(Generic[V]):
    value: V
    #: Known to be so from then on, for as long as this term is believed.
    read_at: float
    term: Term | None

    def known_until(self) -> float:
        return self.read_at if self.term is None else max(self.read_at, self.term.until)


@define(eq=False)
class _Flight:
    spoilt: bool = False


@define(eq=False)
class Counts:
    """How questions were answered: by a believed copy, by the store, by a copy in its absence."""

    hits: int = 0
    misses: int = 0
    grace: int = 0


@define(eq=False)
class Remembered(Generic[K, V]):
    """At most *most* copies.  *grace*: seconds that one may be used without the store."""

    board: Board
    monotonic: Callable[[], float]
    most: int
    grace: float
    counts: Counts = field(factory=Counts)
    _copies: OrderedDict[K, _Copy[V]] = field(factory=OrderedDict, init=False, repr=False)
    _flights: dict[K, list[_Flight]] = field(factory=dict, init=False, repr=False)

    def believed(self, key: K) -> V | None:
        """The copy, if it is as good as the store."""
        copy = self._copies.get(key)
        if copy is None or copy.term is None or copy.term is not self.board.term:
            return None
        if self.monotonic() >= min(copy.term.until, copy.read_at + ASKED_AGAIN):
            return None
        self._copies.move_to_end(key)
        self.counts.hits += 1
        return copy.value

    def excused(self, key: K) -> V | None:
        """The copy, if it was as good as the store *grace* seconds ago; never without grace."""
        copy = self._copies.get(key) if self.grace > 0 else None
        if copy is None or self.monotonic() >= copy.known_until() + self.grace:
            return None
        self.counts.grace += 1
        return copy.value

    async def learn(self, key: K, ask: Callable[[], Awaitable[V | None]]) -> V | None:
        """What *ask* says; kept, unless it was changed meanwhile."""
        flight, term, began = _Flight(), self.board.term, self.monotonic()
        self._flights.setdefault(key, []).append(flight)
        try:
            value = await ask()
        finally:
            self._land(key, flight)
        self.counts.misses += 1
        if not flight.spoilt:
            self._keep(key, value, began, term if term is self.board.term else None)
        return value

    def amend(self, key: K, change: Callable[[V], V]) -> None:
        """Change a copy, if there is one, as the store was asked to."""
        copy = self._copies.get(key)
        if copy is not None:
            copy.value = change(copy.value)

    def forget(self, key: K) -> None:
        """It has changed."""
        self._copies.pop(key, None)
        for flight in self._flights.get(key, ()):
            flight.spoilt = True

    def forget_all(self, which: Callable[[V], bool] = lambda _value: True) -> list[K]:
        """Those have changed; what is being asked for may be among them.  Whose copies we had."""
        keys = [key for key, copy in self._copies.items() if which(copy.value)]
        for key in keys:
            del self._copies[key]
        for flights in self._flights.values():
            for flight in flights:
                flight.spoilt = True
        return keys

    def _keep(self, key: K, value: V | None, began: float, term: Term | None) -> None:
        self._copies.pop(key, None)
        if value is not None and self.most:
            self._copies[key] = _Copy(value, began, term)
            if len(self._copies) > self.most:
                self._copies.popitem(last=False)

    def _land(self, key: K, flight: _Flight) -> None:
        flights = self._flights[key]
        flights.remove(flight)
        if not flights:
            del self._flights[key]
