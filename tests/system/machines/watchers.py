"""People at every worker of both machines while something goes wrong: who is told what."""

import secrets
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from functools import partial

from attrs import define

from authsrv.core import tokens
from tests.system.asked import Asking
from tests.system.machines.pair import PEOPLE, Pair, Seat
from tests.system.together import meanwhile

#: Seconds between the turns of one thread: two cores have much else to do.
_PAUSE = 0.02
_BETWEEN_LOGINS = 0.1
#: A page that needs nothing but to know who asks, for a browser.
_PAGE = "/account/password"
_NAVIGATES = {"Accept": "text/html", "Sec-Fetch-Mode": "navigate"}


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
class Watchers(Asking):
    """Two threads a worker: one that looks, as all kinds of people, and one that signs in."""

    tokens: Tokens

    def look(self, seat: Seat) -> None:
        """Somebody known over the API, and in a browser; somebody ended; a stranger; and so on."""
        number = 0
        while not self.stop.wait(_PAUSE):
            number += 1
            known = self.tokens.known[number % len(self.tokens.known)]
            self._ask("known", seat, known)
            self._ask("known", seat, known, _PAGE, _NAVIGATES)
            self._ask("ended", seat, self.tokens.ended[number % len(self.tokens.ended)])
            self._ask("stranger", seat, _stranger(), _PAGE, _NAVIGATES)
            # They shall last as long as the fault does.
            if number % 3 == 0 and self.tokens.unseen:
                self._ask("unseen", seat, self.tokens.unseen.pop())

    def _ask(
        self,
        what: str,
        seat: Seat,
        token: str,
        path: str = "/api/session",
        headers: dict[str, str] | None = None,
    ) -> None:
        self.note(what, seat.where, lambda: seat.ask(token, path, headers))

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
        works = [partial(made.look, seat) for seat in looking]
        works += [
            partial(made.sign_in, seat.client, name, _BETWEEN_LOGINS, seat.where)
            for seat, name in zip(signing, PEOPLE, strict=True)
        ]
        stack.enter_context(meanwhile(made.stop, works))
        yield made
