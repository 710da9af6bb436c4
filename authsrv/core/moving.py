"""What stores hold, as it is carried from one to another: no more of it is understood than needed.

Also how it is counted.
"""

from collections.abc import Sequence
from typing import Generic, TypeVar

from attrs import define, field, frozen

from authsrv.core.accounts import Account

T = TypeVar("T")
K = TypeVar("K")


@frozen
class KeptAccount:
    """An account with what hangs on it; of each browser its digest and when it signed in."""

    account: Account
    skeleton: str
    browsers: frozenset[tuple[bytes, float]] = field(default=frozenset(), repr=False)


@frozen
class KeptEntry:
    """An audit entry as it is kept, though its action may be unknown here.

    *number* grows from each entry to the next; *facts* is JSON.
    """

    number: int
    at: float
    action: str
    outcome: str
    actor: str | None
    account_id: str | None
    address: str
    facts: str


@frozen
class SetupLink:
    """The set-up link that is good."""

    digest: bytes = field(repr=False)
    expires_at: float


@frozen
class Some(Generic[T, K]):
    """Some of what there is, up to the *last* one, of which so many are *unreadable*."""

    found: Sequence[T]
    last: K
    unreadable: int = 0


@frozen
class AccountTotals:
    """How many there are."""

    accounts: int
    browsers: int
    entries: int


@frozen
class SessionTotals:
    """How many there are."""

    live: int
    dead: int


@define
class Tally:
    """What becomes of one kind of thing while it is copied; counted up on the way.

    *there* is how many of those that count the new store has at the end.
    """

    read: int = 0
    written: int = 0
    same: int = 0
    removed: int = 0
    dead: int = 0
    unreadable: int = 0
    there: int = 0

    @property
    def is_whole(self) -> bool:
        """Whether the new store has as many as the old one."""
        return self.there == self.read
