"""Telling every worker of every machine what has changed, so that each may keep copies.

A worker believes its copies as long as its *term* lasts: a promise, renewed again and again,
that nothing is acknowledged before the worker has heeded it or the promise has run out.
"""

from collections.abc import Awaitable, Callable
from contextlib import suppress
from typing import Protocol, TypeVar

from attrs import define, evolve, field, frozen

from authsrv.core.errors import StoreUnavailable


@frozen
class Notice:
    """What has changed.

    *sessions*: those with these keys have ended; *account*: all of it have but the one to *keep*,
    or only the *one* with this id; *everything*: all have.  *accounts*: these have changed.
    Not *certain*: all that is only possible, so whoever has a copy must ask.
    """

    sessions: tuple[bytes, ...] = field(default=(), repr=False)
    account: str | None = None
    keep: bytes | None = field(default=None, repr=False)
    one: str | None = None
    everything: bool = False
    accounts: tuple[str, ...] = ()
    certain: bool = True


@define(eq=False)
class Term:
    """One unbroken hearing of all notices; believed *until* this moment of the steady clock."""

    until: float = float("-inf")


Heed = Callable[[Notice], None]
T = TypeVar("T")


class Board(Protocol):
    """Where notices are posted."""

    @property
    def term(self) -> Term | None:
        """The term that lasts now, or None: notices may be missed."""

    def require(self) -> None:
        """Raise StoreUnavailable if nothing can be posted now."""

    def heed(self, by: Heed) -> None:
        """Tell *by* every notice, ours among them."""

    def post(self, notice: Notice) -> Awaitable[None]:
        """Returns when no worker believes a copy from before.

        Raises StoreUnavailable; then they are told as soon as that is possible.
        """

    def start(self) -> None:
        """Listen from now on."""

    def close(self) -> Awaitable[None]:
        """Listen no more.  Twice is no error."""


async def told(board: Board, notice: Notice, change: Callable[[], Awaitable[T]]) -> T:
    """The result of *change*, of which every worker has heard.  Raises StoreUnavailable.

    What is refused may have been done all the same.  Then no worker may go on believing a copy:
    whoever tries again, and is told that there is nothing to do, must be right everywhere.
    """
    try:
        board.require()
        result = await change()
    except StoreUnavailable:
        with suppress(StoreUnavailable):
            await board.post(evolve(notice, certain=False))
        raise
    await board.post(notice)
    return result
