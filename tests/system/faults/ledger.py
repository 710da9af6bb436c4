"""What was acknowledged, what was checked of it, and what was found violated."""

import threading
from collections import Counter

from attrs import define, field

from tests.system.faults.board import PROMISES

#: What the audit log must have: action, outcome, and an address that no other request had.
Event = tuple[str, str, str]


@define(eq=False)
class Ledger:
    """Kept by all people together; "acknowledged" is an answer that was read whole."""

    #: Tokens of acknowledged logins that nobody has tried to end, and whose they are.
    alive: dict[str, str] = field(factory=dict)
    #: Tokens whose logout or revocation was acknowledged.
    ended: set[str] = field(factory=set)
    #: Tokens older than an acknowledged change of their account's password.
    outdated: set[str] = field(factory=set)
    events: set[Event] = field(factory=set)
    statuses: Counter[int] = field(factory=Counter)
    unanswered: list[str] = field(factory=list)
    #: What nobody promised in so many words, and still must not be.
    odd: list[str] = field(factory=list)
    guesses: int = 0
    _checked: dict[str, set[object]] = field(factory=lambda: {key: set() for key in PROMISES})
    _violated: dict[str, dict[object, str]] = field(factory=lambda: {key: {} for key in PROMISES})
    _asked: int = 0
    _lock: threading.Lock = field(factory=threading.Lock)

    def number(self) -> int:
        """The number of a new request."""
        with self._lock:
            self._asked += 1
            return self._asked

    def check(self, promise: str, event: object, good: bool, what: str) -> None:
        """*event*, which *promise* speaks of, was looked at; *what* was seen if it is not good."""
        with self._lock:
            self._checked[promise].add(event)
            if not good:
                self._violated[promise].setdefault(event, what)

    def acknowledge(self, action: str, outcome: str, address: str) -> None:
        """Something happened that the audit log must have."""
        self.events.add((action, outcome, address))

    def guessed(self, limit: int) -> None:
        """A wrong password was answered as wrong, and not refused unseen."""
        with self._lock:
            self.guesses += 1
            number = self.guesses
        self.check("I5", number, number <= limit, f"guess {number}, {limit} are allowed")

    def check_answered(self) -> None:
        """Every request had an answer."""
        for number in range(self._asked - len(self.unanswered)):
            self.check("I8", number, True, "")
        for what in self.unanswered:
            self.check("I8", what, False, what)

    def cells(self) -> dict[str, str]:
        """For each promise "checked / violated", or a dash where nothing was to be checked."""
        return {
            key: f"{len(seen)} / {len(self._violated[key])}" if seen else "-"
            for key, seen in self._checked.items()
        }

    def violations(self) -> list[str]:
        """All of them, in words."""
        return [
            f"{key}: {what}" for key, found in self._violated.items() for what in found.values()
        ]
