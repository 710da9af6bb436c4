"""People who sign in, and people who are signed in, during an outage of their accounts."""

import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from functools import partial

from attrs import define

from tests.system import asked
from tests.system.client import SESSION, Client
from tests.system.server import Server
from tests.system.together import meanwhile
from tests.system.waiting import SLACK, settled

#: Seconds: no answer is slower, and after an outage everybody is served within.
ANSWERED = 3.0
RECOVERED = 5.0
#: Seconds between two requests of one person.
_PAUSE = 0.02


@define(eq=False)
class Asking(asked.Asking):
    """At one server."""

    server: Server

    def recovered(self, what: str, since: float) -> float:
        """Seconds from *since* until the last refusal was answered; 0.0 if there was none."""
        refused = [it.answered for it in self.asked if it.what == what and it.status == 503]
        return max([when - since for when in refused if when > since], default=0.0)

    def until_good(self, what: str, more: int, within: float) -> None:
        """Wait until *what* has been answered well *more* times from now on."""
        good = {200, 201}
        before = time.monotonic()
        while time.monotonic() < before + within:
            after = [it for it in self.asked if it.what == what and it.sent > before]
            if sum(it.status in good for it in after) >= more:
                return
            time.sleep(_PAUSE)
        raise AssertionError(f"{what}: {self.counts(what)} (waited {within} s)")

    def come(self, name: str) -> None:
        """Sign in again and again."""
        with Client(self.server) as client:
            self.sign_in(client, name, _PAUSE)

    def look(self, client: Client) -> None:
        """Look again and again, signed in."""
        while not self.stop.wait(_PAUSE):
            self.note("check", "", client.who)

    def lost(self) -> int:
        """How many acknowledged logins are good no more, says a worker that is well again."""
        with Client(self.server) as client:

            def is_good(token: str) -> bool:
                client.cookies[SESSION] = token
                return settled(lambda: client.who().status, RECOVERED) == 200

            return sum(not is_good(token) for token in self.logins)


@contextmanager
def asking(server: Server, names: Sequence[str]) -> Iterator[Asking]:
    """During the block each of *names* signs in on and on, and is signed in elsewhere."""
    made = Asking(server)
    with ExitStack() as stack:
        signed_in = [stack.enter_context(Client(server)) for _ in names]
        for client, name in zip(signed_in, names, strict=True):
            assert settled(partial(_sign_in, client, name)) == 201
        works = [partial(made.come, name) for name in names]
        works += [partial(made.look, client) for client in signed_in]
        stack.enter_context(meanwhile(made.stop, works))
        yield made


def _sign_in(client: Client, name: str) -> int:
    return client.sign_in(name).status


def ended_well(people: Asking, back: float) -> None:
    """Nobody was told anything wrong, or late, and since *back* all are served again."""
    people.until_good("login", 10, 20)
    people.until_good("check", 10, 20)
    logins, checks = people.counts("login"), people.counts("check")
    took = {what: people.recovered(what, back) for what in ("login", "check")}
    print(
        f"\nlogins {dict(logins)}, checks {dict(checks)}, the slowest answer"
        f" {people.slowest():.2f} s; after PostgreSQL was back the last 503 to a login came in"
        f" {took['login']:.2f} s, to a check in {took['check']:.2f} s"
    )
    assert set(logins) == {201, 503}
    assert set(checks) == {200, 503}
    assert people.without_time() == []
    assert people.slowest() < ANSWERED + SLACK
    assert max(took.values()) < RECOVERED + SLACK
