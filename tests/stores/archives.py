"""Archives in memory, held to the contract of those that matter: what the flows are tested over."""

from collections.abc import Sequence

from attrs import define, field
from zope.interface import implementer

from authsrv.core.errors import CannotCopy
from authsrv.core.moving import (
    AccountTotals,
    KeptAccount,
    KeptEntry,
    SessionTotals,
    SetupLink,
    Some,
)
from authsrv.core.sessions import Page, Stored
from authsrv.interfaces import IAccountArchive, ISessionArchive


@implementer(IAccountArchive)
@define
class MemoryAccountArchive:
    """Accounts by id and entries by number; whatever is put is noted in *writes*."""

    kept: dict[str, KeptAccount] = field(factory=dict)
    log: dict[int, KeptEntry] = field(factory=dict)
    link: SetupLink | None = None
    unreadable: int = 0
    writes: list[str] = field(factory=list)

    async def totals(self) -> AccountTotals:
        """How many there are of each."""
        browsers = sum(len(it.browsers) for it in self.kept.values())
        return AccountTotals(len(self.kept) + self.unreadable, browsers, len(self.log))

    async def ids(self, after: str, limit: int) -> Sequence[str]:
        """Ids in order."""
        return sorted(it for it in self.kept if it > after)[:limit]

    async def accounts(self, after: str, limit: int) -> Some[KeptAccount, str] | None:
        """Accounts in order of id; those that are unreadable are on the first page."""
        ids = await self.ids(after, limit)
        if not ids:
            return None
        found = [self.kept[it] for it in ids]
        return Some(found, ids[-1], 0 if after else self.unreadable)

    async def put_accounts(self, kept: Sequence[KeptAccount]) -> Sequence[KeptAccount | None]:
        """Keep them; what was there before."""
        new = {it.account.id: it for it in kept}
        others = [it for id_, it in self.kept.items() if id_ not in new]
        for other in others:
            for each in kept:
                if each.account.name == other.account.name or each.skeleton == other.skeleton:
                    raise CannotCopy(f"another {each.account.name}")
        before = [self.kept.get(it) for it in new]
        self.writes += [id_ for id_, it in new.items() if self.kept.get(id_) != it]
        self.kept |= new
        return before

    async def retain(self, ids: Sequence[str], after: str, until: str | None) -> tuple[int, int]:
        """Forget the others; how many, and how many browsers."""
        gone = [
            it
            for it in self.kept
            if it > after and (until is None or it <= until) and it not in ids
        ]
        return len(gone), sum(len(self.kept.pop(it).browsers) for it in gone)

    async def newest_entry(self) -> int:
        """The newest audit entry's number, or 0."""
        return max(self.log, default=0)

    async def entries(self, after: int, limit: int) -> Some[KeptEntry, int] | None:
        """Audit entries in order."""
        numbers = sorted(it for it in self.log if it > after)[:limit]
        return Some([self.log[it] for it in numbers], numbers[-1]) if numbers else None

    async def entries_until(self, number: int) -> int:
        """How many there are up to this one."""
        return sum(it <= number for it in self.log)

    async def put_entries(self, kept: Sequence[KeptEntry]) -> int:
        """Keep them; how many were not there."""
        if any(self.log.get(it.number, it) != it for it in kept):
            raise CannotCopy("another entry")
        new = {it.number: it for it in kept if it.number not in self.log}
        self.writes += [f"entry {it}" for it in new]
        self.log |= new
        return len(new)

    async def setup_link(self) -> SetupLink | None:
        """The set-up link, or None."""
        return self.link

    async def put_setup_link(self, link: SetupLink | None) -> None:
        """Make *link* the only one."""
        self.link = link


@implementer(ISessionArchive)
@define
class MemorySessionArchive:
    """Sessions by key; *marked* says that only copies have filled it."""

    kept: dict[bytes, Stored] = field(factory=dict)
    marked: bool = False
    writes: int = 0

    async def totals(self, now: float) -> SessionTotals:
        """How many there are."""
        live = sum(now < it.expires_at for it in self.kept.values())
        return SessionTotals(live, len(self.kept) - live)

    async def page(self, now: float, after: str, limit: int) -> Page:
        """A page of the live ones in order of key."""
        keys = sorted(it for it in self.kept if it.hex() > after)[:limit]
        live = [self.kept[it] for it in keys if now < self.kept[it].expires_at]
        return Page(live, keys[-1].hex() if keys else "")

    async def look(self, keys: Sequence[bytes]) -> Sequence[Stored | None]:
        """What is kept under each of *keys*."""
        return [self.kept.get(it) for it in keys]

    async def put(self, stored: Sequence[Stored]) -> None:
        """Keep each."""
        self.writes += len(stored)
        self.kept |= {it.key: it for it in stored}

    async def remove(self, keys: Sequence[bytes]) -> None:
        """Forget each."""
        for key in keys:
            self.kept.pop(key, None)

    async def begin_copy(self, now: float) -> bool:
        """Mark it, if it is empty or marked; whether it is."""
        self.marked = self.marked or not (await self.totals(now)).live
        return self.marked

    async def is_copy(self) -> bool:
        """Whether it is marked."""
        return self.marked
