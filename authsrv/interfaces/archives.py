"""A store as a whole, for copying it to another."""

from collections.abc import Sequence

from zope.interface import Interface

from authsrv.core import moving
from authsrv.core.sessions import Page, Stored


class IAccountArchive(Interface):
    """All of an account store, to be copied while others may use it, or into one nobody uses."""

    async def totals() -> moving.AccountTotals:
        """How many there are of each."""

    async def ids(after: str, limit: int) -> Sequence[str]:
        """At most *limit* of the accounts' ids behind *after*, in their order."""

    async def accounts(after: str, limit: int) -> moving.Some[moving.KeptAccount, str] | None:
        """At most *limit* accounts in order of id, those behind *after*; None: no more."""

    async def put_accounts(
        kept: Sequence[moving.KeptAccount],
    ) -> Sequence[moving.KeptAccount | None]:
        """Keep them just so, in one step; what was there in the place of each.

        Raises CannotCopy, and keeps none, if a name is that of an account with another id.
        """

    async def retain(ids: Sequence[str], after: str, until: str | None) -> tuple[int, int]:
        """Of the accounts behind *after* up to *until* forget all but *ids*.

        How many accounts that were, and how many browsers.
        """

    async def newest_entry() -> int:
        """The number of the newest audit entry; 0 if there is none."""

    async def entries(after: int, limit: int) -> moving.Some[moving.KeptEntry, int] | None:
        """At most *limit* audit entries behind the number *after*, in order; None: no more."""

    async def entries_until(number: int) -> int:
        """How many audit entries have that number or a lower one."""

    async def put_entries(kept: Sequence[moving.KeptEntry]) -> int:
        """Keep them under their numbers, in one step; how many were not there.

        Raises CannotCopy, and keeps none, if a number is that of another entry.
        """

    async def setup_link() -> moving.SetupLink | None:
        """The set-up link, or None."""

    async def put_setup_link(link: moving.SetupLink | None) -> None:
        """Make *link* the only one."""


class ISessionArchive(Interface):
    """All of a session store, to be copied while others use it, or into one nobody uses."""

    async def totals(now: float) -> moving.SessionTotals:
        """How many there are at *now*, about."""

    async def page(now: float, after: str, limit: int) -> Page:
        """See :meth:`ISessionStore.list_all`."""

    async def look(keys: Sequence[bytes]) -> Sequence[Stored | None]:
        """What is kept under each of *keys*, dead or alive."""

    async def put(stored: Sequence[Stored]) -> None:
        """Keep them just so."""

    async def remove(keys: Sequence[bytes]) -> None:
        """Forget them.  An unknown key is not an error."""

    async def begin_copy(now: float) -> bool:
        """Mark the store as one that only copies have filled, if it has no live session or is
        marked already; whether it is.  A server that uses the store takes the mark away."""

    async def is_copy() -> bool:
        """Whether it is still marked."""
