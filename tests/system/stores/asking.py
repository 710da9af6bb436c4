"""People who sign in, and people who are signed in, during an outage: each answer with its time."""

import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager

from attrs import define, field, frozen

from tests.system.client import SESSION, Answer, Client
from tests.system.server import Server
from tests.system.waiting import until

#: Seconds: no answer is slower, and after an outage everybody is served within.
ANSWERED = 3.0
RECOVERED = 5.0
# What the work itself takes, on a loaded machine.
_SLACK = 2.0
#: Seconds between two requests of one person.
_PAUSE = 0.02


@frozen
class Asked:
    """One request: *what* it was, when it was sent and answered, and how."""

    what: str
    sent: float
    answered: float
    status: int
    retry_after: str | None

    @property
    def took(self) -> float:
        """Seconds."""
        return self.answered - self.sent


@define(eq=False)
class Asking:
    """What has been asked so far."""

    server: Server
    asked: list[Asked] = field(factory=list)
    #: Tokens of acknowledged logins.
    tokens: list[str] = field(factory=list)
    _stop: threading.Event = field(factory=threading.Event)

    def counts(self, what: str) -> Counter[int]:
        """How often each status came."""
        return Counter(it.status for it in self.asked if it.what == what)

    def slowest(self) -> float:
        """Seconds for the slowest answer."""
        return max(it.took for it in self.asked)

    def recovered(self, what: str, since: float) -> float:
        """Seconds from *since* until the last refusal was answered; 0.0 if there was none."""
        refused = [it.answered for it in self.asked if it.what == what and it.status == 503]
        return max([when - since for when in refused if when > since], default=0.0)

    def without_time(self) -> list[Asked]:
        """Refusals that do not say when to come back."""
        return [it for it in self.asked if it.status == 503 and not it.retry_after]

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

    def sign_in(self, name: str) -> None:
        """Sign in again and again, as a stranger each time."""
        with Client(self.server) as client:
            while not self._stop.wait(_PAUSE):
                client.cookies.clear()
                if self._note("login", lambda: client.sign_in(name)) == 201:
                    self.tokens.append(client.token)

    def look(self, name: str) -> None:
        """Sign in once, and look again and again."""
        with Client(self.server) as client:
            assert client.sign_in(name).status == 201
            while not self._stop.wait(_PAUSE):
                self._note("check", client.who)

    def _note(self, what: str, ask: Callable[[], Answer]) -> int:
        sent = time.monotonic()
        answer = ask()
        after = answer.headers["Retry-After"]
        self.asked.append(Asked(what, sent, time.monotonic(), answer.status, after))
        return answer.status

    def lost(self) -> int:
        """How many acknowledged logins are good no more, says a worker that is well again."""
        with Client(self.server) as client:

            def status(token: str) -> int:
                client.cookies[SESSION] = token
                return client.who().status

            def is_good(token: str) -> bool:
                return status(token) == 200

            until(lambda: status(self.tokens[0]) != 503, RECOVERED)
            return sum(not is_good(token) for token in self.tokens)


@contextmanager
def asking(server: Server, names: Sequence[str]) -> Iterator[Asking]:
    """During the block each of *names* signs in on and on, and is signed in elsewhere."""
    made = Asking(server)
    works = [(work, name) for work in (made.sign_in, made.look) for name in names]
    threads = [threading.Thread(target=work, args=(name,)) for work, name in works]
    with ExitStack() as stack:
        for thread in threads:
            thread.start()
            stack.callback(thread.join)
        stack.callback(made._stop.set)
        yield made


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
    assert people.slowest() < ANSWERED + _SLACK
    assert max(took.values()) < RECOVERED
