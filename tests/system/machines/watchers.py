"""People at every worker of both machines while something goes wrong: who is told what."""

import secrets
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager

from attrs import define, field, frozen

from authsrv.core import tokens
from tests.system.client import NO_ANSWER, Answer
from tests.system.machines.pair import PEOPLE, Pair, Seat

#: Seconds between the turns of one thread: two cores have much else to do.
_PAUSE = 0.02
_BETWEEN_LOGINS = 0.1
_AFTER_REFUSAL = 0.2
#: A page that needs nothing but to know who asks, for a browser.
_PAGE = "/account/password"
_NAVIGATES = {"Accept": "text/html", "Sec-Fetch-Mode": "navigate"}


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
class Tokens:
    """Whose sessions are asked for."""

    #: Seen by every worker before it goes wrong.
    known: Sequence[str]
    #: Live, and seen by none; each is asked for once.
    unseen: list[str]
    #: Ended, and the end acknowledged; every worker had a copy.
    ended: Sequence[str]


@define(eq=False)
class Watchers:
    """Two threads a worker: one that looks, as all kinds of people, and one that signs in."""

    tokens: Tokens
    asked: list[Asked] = field(factory=list)
    #: Tokens of acknowledged logins.
    logins: list[str] = field(factory=list)
    _stop: threading.Event = field(factory=threading.Event)

    def look(self, seat: Seat) -> None:
        """Somebody known over the API, and in a browser; somebody ended; a stranger; and so on."""
        number = 0
        while not self._stop.wait(_PAUSE):
            number += 1
            known = self.tokens.known[number % len(self.tokens.known)]
            self._ask("known", seat, known)
            self._ask("known", seat, known, _PAGE, _NAVIGATES)
            self._ask("ended", seat, self.tokens.ended[number % len(self.tokens.ended)])
            self._ask("stranger", seat, _stranger(), _PAGE, _NAVIGATES)
            if self.tokens.unseen:
                self._ask("unseen", seat, self.tokens.unseen.pop())

    def sign_in(self, seat: Seat, name: str) -> None:
        """Sign in on and on."""
        while not self._stop.wait(_BETWEEN_LOGINS):
            seat.client.cookies = {}
            if self._note("login", seat, lambda: seat.client.sign_in(name)) == 201:
                self.logins.append(seat.client.token)
            else:
                self._stop.wait(_AFTER_REFUSAL)

    def _ask(
        self,
        what: str,
        seat: Seat,
        token: str,
        path: str = "/api/session",
        headers: dict[str, str] | None = None,
    ) -> None:
        self._note(what, seat, lambda: seat.ask(token, path, headers))

    def _note(self, what: str, seat: Seat, ask: Callable[[], Answer]) -> int:
        sent = time.monotonic()
        status, after = 0, None
        try:
            answer = ask()
            status, after = answer.status, answer.headers["Retry-After"]
        except NO_ANSWER:
            self._stop.wait(0.1)
        self.asked.append(Asked(what, seat.where, sent, time.monotonic(), status, after))
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

    def told(self) -> str:
        """What everybody was told, in one line."""
        kinds = dict.fromkeys(it.what for it in self.asked)
        return ", ".join(f"{what} {dict(self.counts(what))}" for what in kinds)

    def good_logins(self, since: float) -> dict[str, float]:
        """By worker, when the first login that began *since* was answered well."""
        found: dict[str, float] = {}
        for each in self.of("login", since):
            if each.status == 201:
                found.setdefault(each.where, each.answered)
        return found


def _stranger() -> str:
    """A token that was never given to anybody."""
    return tokens.issue(secrets.token_bytes(tokens.TOKEN_BYTES)).text


@contextmanager
def watching(machines: Pair, given: Tokens) -> Iterator[Watchers]:
    """During the block they are at every worker."""
    made = Watchers(given)
    with ExitStack() as stack:
        looking, signing = (stack.enter_context(machines.seats()) for _ in range(2))
        threads = [threading.Thread(target=made.look, args=(seat,)) for seat in looking]
        threads += [
            threading.Thread(target=made.sign_in, args=each)
            for each in zip(signing, PEOPLE, strict=True)
        ]
        for thread in threads:
            thread.start()
            stack.callback(thread.join)
        stack.callback(made._stop.set)
        yield made
