"""All accounts from one store to another that serves nobody yet, with the audit log.

The audit log says whether the other one may be written to: everything that happens to an account
is noted there, so a log that is the beginning of ours has seen nothing but copies.  Doing it again
goes on where it was left, carries what has changed since, and takes away what is gone.
"""

from collections.abc import Callable, Sequence

from attrs import define, field

from authsrv.core.errors import CannotCopy
from authsrv.core.moving import AccountTotals, KeptAccount, Tally
from authsrv.interfaces import IAccountArchive

#: In one transaction, at each end.
PAGE = 200
_FOREIGN = (
    "the new store of accounts has what no copy has put there, so nothing was changed;"
    " give one that is empty"
)

#: Told the kind, how many are done, and how many there are.
Told = Callable[[str, int, int], None]


@define
class CopyAccounts:
    """From *source* to *target*; the tallies are counted up while it runs."""

    source: IAccountArchive
    target: IAccountArchive
    told: Told = lambda _kind, _done, _all: None
    page: int = PAGE
    accounts: Tally = field(factory=Tally, init=False)
    browsers: Tally = field(factory=Tally, init=False)
    entries: Tally = field(factory=Tally, init=False)

    async def copy(self) -> bool:
        """Copy all of it; whether the new store has it all, and the old one stood still meanwhile.

        Raises CannotCopy; StoreUnavailable, and then it may be begun again.
        """
        await self._must_be_a_copy()
        before = await self.source.totals()
        # First, so that whatever else is there has a log that says whence it came.
        await self._copy_entries(before)
        await self._remove_the_gone()
        await self._copy_accounts(before)
        await self.target.put_setup_link(await self.source.setup_link())
        return await self._is_whole() and before == await self.source.totals()

    async def _must_be_a_copy(self) -> None:
        newest = await self.target.newest_entry()
        if newest:
            ours = await self.source.entries(newest - 1, 1)
            theirs = await self.target.entries(newest - 1, 1)
            # They are copied in order, so of those that are not ours one would be the newest.
            is_copy = None not in (ours, theirs) and ours == theirs
        else:
            is_copy = not (await self.target.totals()).accounts
        if not is_copy:
            raise CannotCopy(_FOREIGN)

    async def _copy_entries(self, totals: AccountTotals) -> None:
        behind = await self.target.newest_entry()
        has = await self.target.entries_until(behind)
        if has != await self.source.entries_until(behind):
            # PostgreSQL gives numbers before it commits: a lower one may have come later.
            behind = has = 0
        tally = self.entries
        tally.read = tally.same = has
        while (some := await self.source.entries(behind, self.page)) is not None:
            behind = some.last
            new = await self.target.put_entries(some.found)
            tally.read += len(some.found)
            tally.written += new
            tally.same += len(some.found) - new
            tally.unreadable += some.unreadable
            self.told("audit entries", tally.read, totals.entries)

    async def _remove_the_gone(self) -> None:
        # Before any is written: somebody else may have the name of one that is gone.
        after = ""
        while ids := await self.source.ids(after, self.page):
            await self._retain(ids, after, ids[-1])
            after = ids[-1]
        await self._retain((), after, None)

    async def _retain(self, ids: Sequence[str], after: str, until: str | None) -> None:
        accounts, browsers = await self.target.retain(ids, after, until)
        self.accounts.removed += accounts
        self.browsers.removed += browsers

    async def _copy_accounts(self, totals: AccountTotals) -> None:
        after = ""
        while (some := await self.source.accounts(after, self.page)) is not None:
            after = some.last
            found = await self.target.put_accounts(some.found)
            for kept, was in zip(some.found, found, strict=True):
                self._note(kept, was)
            self.accounts.unreadable += some.unreadable
            self.told("accounts", self.accounts.read, totals.accounts)

    def _note(self, kept: KeptAccount, was: KeptAccount | None) -> None:
        known = was.browsers if was is not None else frozenset()
        self.accounts.read += 1
        self.accounts.same += kept == was
        self.accounts.written += kept != was
        self.browsers.read += len(kept.browsers)
        self.browsers.same += len(kept.browsers & known)
        self.browsers.written += len(kept.browsers - known)
        self.browsers.removed += len(known - kept.browsers)

    async def _is_whole(self) -> bool:
        there = await self.target.totals()
        self.accounts.there = there.accounts
        self.browsers.there = there.browsers
        self.entries.there = there.entries
        return all(it.is_whole for it in (self.accounts, self.browsers, self.entries))
