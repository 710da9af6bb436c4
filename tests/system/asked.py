"""Requests while something goes wrong: what each was, when and where, and what came of it."""

import threading
import time
from collections import Counter
from collections.abc import Callable

from attrs import define, field, frozen

from tests.system.client import NO_ANSWER, Answer, Client

_AFTER_NOTHING = 0.1


@frozen
class Asked:
    """One request: *what* it was, where and when, and how it was answered; 0: not at all."""

    what: str
    where: str
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
    """Whoever asks on and on until told to stop, and what they have asked so far."""

    asked: list[Asked] = field(factory=list, init=False)
    #: Tokens of acknowledged logins.
    logins: list[str] = field(factory=list, init=False)
    stop: threading.Event = field(factory=threading.Event, init=False)

    def sign_in(self, client: Client, name: str, pause: float, where: str = "") -> None:
        """Sign in again and again, as a stranger each time; less often when refused."""
        while not self.stop.wait(pause):
            client.cookies = {}
            if self.note("login", where, lambda: client.sign_in(name)) == 201:
                self.logins.append(client.token)
            else:
                self.stop.wait(2 * pause)

    def note(self, what: str, where: str, ask: Callable[[], Answer]) -> int:
        """The status that *ask* got."""
        sent = time.monotonic()
        status, after = 0, None
        try:
            answer = ask()
            status, after = answer.status, answer.headers["Retry-After"]
        except NO_ANSWER:
            self.stop.wait(_AFTER_NOTHING)
        self.asked.append(Asked(what, where, sent, time.monotonic(), status, after))
        return status

    # What came of it

    def of(self, what: str, since: float = 0.0, until: float = float("inf")) -> list[Asked]:
        """Those about *what* that were sent and answered then."""
        return [
            it for it in self.asked if it.what == what and since <= it.sent <= it.answered < until
        ]

    def counts(self, what: str, since: float = 0.0, until: float = float("inf")) -> Counter[int]:
        """How often each status came."""
        return Counter(it.status for it in self.of(what, since, until))

    def slowest(self) -> float:
        """Seconds for the slowest answer."""
        return max(it.took for it in self.asked)

    def without_time(self) -> list[Asked]:
        """Refusals that do not say when to come back."""
        return [it for it in self.asked if it.status == 503 and not it.retry_after]

    def told(self) -> str:
        """What everybody was told, in one line."""
        kinds = dict.fromkeys(it.what for it in self.asked)
        return ", ".join(f"{what} {dict(self.counts(what))}" for what in kinds)
