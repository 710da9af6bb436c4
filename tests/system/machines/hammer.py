"""Threads that ask every worker for the same sessions on and on, and what they are told when."""

import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from functools import partial

from attrs import define, field

from tests.system.machines.pair import Seat
from tests.system.together import meanwhile

_WITHIN = 30.0


@define(eq=False)
class Target:
    """A session that is asked for: until it is ended it is let through, and then never again."""

    token: str
    #: When its end was acknowledged, by the steady clock; infinity before that.
    ended: float = float("inf")
    #: How often each worker has let it through before, and refused it after the acknowledgement.
    let_in: dict[str, int] = field(factory=dict)
    refused: dict[str, int] = field(factory=dict)
    #: What came of requests that began after the acknowledgement and should not have.
    wrong: list[str] = field(factory=list)
    #: What was told before that it was neither good nor ended.
    odd: list[str] = field(factory=list)

    def note(self, where: str, began: float, status: int) -> None:
        """A request that *began* then has been answered."""
        if status == 200:
            if began > self.ended:
                self.wrong.append(where)
            else:
                self.let_in[where] = self.let_in.get(where, 0) + 1
        elif status == 401:
            if began > self.ended:
                self.refused[where] = self.refused.get(where, 0) + 1
        else:
            self.odd.append(f"{status} at {where}")


@define(eq=False)
class Hammer:
    """One thread a seat."""

    seats: Sequence[Seat]
    requests: int = 0
    _targets: list[Target] = field(factory=list)
    _stop: threading.Event = field(factory=threading.Event)
    _turned: threading.Condition = field(factory=threading.Condition)

    def run(self, seat: Seat) -> None:
        """Ask and ask."""
        while not self._stop.is_set():
            with self._turned:
                asked = list(self._targets)
            if not asked:
                self._stop.wait(0.001)
            for target in asked:
                began = time.monotonic()
                target.note(seat.where, began, seat.status(target.token))
            with self._turned:
                self.requests += len(asked)
                self._turned.notify_all()

    def add(self, targets: Sequence[Target]) -> None:
        """Ask for these too."""
        with self._turned:
            self._targets += targets

    def remove(self, targets: Sequence[Target]) -> None:
        """Do not ask for these any more."""
        with self._turned:
            self._targets = [each for each in self._targets if each not in targets]

    def wait_let_in(self, targets: Sequence[Target]) -> None:
        """Wait until every worker has let all of them through."""
        self._wait(lambda: all(len(it.let_in) == len(self.seats) for it in targets), targets)

    def wait_refused(self, targets: Sequence[Target]) -> None:
        """Wait until every worker was asked for all of them after their end."""

        def is_done() -> bool:
            return all(it.wrong or len(it.refused) == len(self.seats) for it in targets)

        self._wait(is_done, targets)

    def _wait(self, is_done: Callable[[], bool], targets: Sequence[Target]) -> None:
        with self._turned:
            assert self._turned.wait_for(is_done, _WITHIN), targets


@contextmanager
def hammering(seats: Sequence[Seat]) -> Iterator[Hammer]:
    """During the block every seat is used without a pause."""
    made = Hammer(seats)
    with meanwhile(made._stop, [partial(made.run, seat) for seat in seats]):
        yield made
