"""People who sign in and out without a pause, and what they were told."""

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import pairwise

from attrs import define, field

from tests.system.client import NO_ANSWER, SESSION, Client
from tests.system.server import Server
from tests.system.together import meanwhile


@define
class Told:
    """What one person was told; "acknowledged" is an answer that was read whole."""

    #: Tokens of acknowledged logins that were not signed out, and of acknowledged logouts.
    alive: list[str] = field(factory=list)
    ended: list[str] = field(factory=list)
    #: Acknowledged, and then not so.
    lost: list[str] = field(factory=list)
    came_back: list[str] = field(factory=list)
    #: When a login or a logout was acknowledged.
    successes: list[float] = field(factory=list)
    broken: int = 0
    statuses: dict[int, int] = field(factory=dict)

    def add(self, other: "Told") -> None:
        """Count *other* too."""
        self.alive += other.alive
        self.ended += other.ended
        self.lost += other.lost
        self.came_back += other.came_back
        self.successes += other.successes
        self.broken += other.broken
        for status, count in other.statuses.items():
            self.statuses[status] = self.statuses.get(status, 0) + count

    @property
    def longest_gap(self) -> float:
        """The longest time in which nobody succeeded, in seconds."""
        times = sorted(self.successes)
        return max(after - before for before, after in pairwise(times))


@define(eq=False)
class Person:
    """Signs in, looks, signs out every other time, looks again; until told to stop."""

    server: Server
    name: str
    stop: threading.Event
    #: Seconds until they come back when they are refused.
    later: float = 0.0
    told: Told = field(factory=Told)
    _turn: int = 0

    def run(self) -> None:
        """Go on and on.  A new connection every fifth turn, as other people's browsers would."""
        while not self.stop.is_set():
            with Client(self.server, timeout=10) as client:
                for _ in range(5):
                    try:
                        self._once(client)
                    except NO_ANSWER:
                        self.told.broken += 1
                        # Not at once: a port on which nobody answers must not be hammered.
                        self.stop.wait(0.02)

    def _once(self, client: Client) -> None:
        client.cookies.pop(SESSION, None)
        self._turn += 1
        if not self._count(client.sign_in(self.name).status, 201):
            return
        self.told.successes.append(time.monotonic())
        token = client.token
        self.told.alive.append(token)
        if client.who().status == 401:
            self.told.lost.append(token)
        if self._turn % 2:
            self._sign_out(client, token)

    def _sign_out(self, client: Client, token: str) -> None:
        # From here until the answer nobody knows which it is.
        self.told.alive.remove(token)
        if not self._count(client.sign_out().status, 204):
            return
        self.told.successes.append(time.monotonic())
        self.told.ended.append(token)
        client.cookies[SESSION] = token
        if client.who().status == 200:
            self.told.came_back.append(token)

    def _count(self, status: int, good: int) -> bool:
        if status != good:
            self.told.statuses[status] = self.told.statuses.get(status, 0) + 1
            self.stop.wait(self.later)
        return status == good


@contextmanager
def crowd(server: Server, names: list[str], later: float = 0.0) -> Iterator[list[Told]]:
    """A person for each of *names* comes and goes during the block."""
    stop = threading.Event()
    persons = [Person(server, name, stop, later) for name in names]
    with meanwhile(stop, [person.run for person in persons]):
        yield [person.told for person in persons]


def check_again(server: Server, told: Told) -> tuple[int, int]:
    """Ask for every token again: how many logins are lost, how many logouts came back."""
    with Client(server) as client:

        def status(token: str) -> int:
            client.cookies[SESSION] = token
            return client.who().status

        lost = sum(status(token) != 200 for token in told.alive)
        back = sum(status(token) != 401 for token in told.ended)
    return lost, back
