"""Sessions in this process alone: for tests and for trying things out."""

from collections.abc import Callable, Sequence

from attrs import define, evolve, field
from zope.interface import implementer

from authsrv.core.sessions import Page, Session, Stored
from authsrv.interfaces import ISessionStore


@implementer(ISessionStore)
@define
class MemorySessions:
    """Keeps sessions, each with its expiry, until the process ends."""

    _rows: dict[bytes, tuple[Session, float]] = field(factory=dict, init=False)

    async def save(self, key: bytes, session: Session, expires_at: float) -> None:
        """Keep a new session."""
        self._rows[key] = (session, expires_at)

    async def load(self, key: bytes, now: float) -> Session | None:
        """The live session, or None."""
        session, expires_at = self._rows.get(key, (None, 0.0))
        return session if now < expires_at else None

    async def stored(self, key: bytes) -> Stored | None:
        """What is kept under *key*, dead or alive, or None."""
        return Stored(key, *self._rows[key]) if key in self._rows else None

    async def touch(self, key: bytes, last_seen: float, expires_at: float) -> None:
        """Prolong what was live when it was last seen."""
        if key not in self._rows:
            return
        session, until = self._rows[key]
        if last_seen < until:
            seen = max(session.last_seen, last_seen)
            self._rows[key] = (evolve(session, last_seen=seen), max(until, expires_at))

    async def replace(self, old: bytes, new: bytes, session: Session, expires_at: float) -> bool:
        """Move to a new key; False if the old one is gone."""
        if self._rows.pop(old, None) is None:
            return False
        self._rows[new] = (session, expires_at)
        return True

    async def revoke(self, key: bytes) -> bool:
        """End one; whether there was one."""
        return self._rows.pop(key, None) is not None

    async def revoke_one(self, account_id: str, session_id: str) -> bool:
        """End the one that lists show as *session_id*; whether it was the account's."""
        return bool(self._forget(lambda _, s: s.account_id == account_id and s.id == session_id))

    async def revoke_account(self, account_id: str, keep: bytes | None = None) -> int:
        """End the account's, but the one under *keep*; how many."""
        return self._forget(lambda key, s: s.account_id == account_id and key != keep)

    async def revoke_all(self) -> int:
        """End all; how many."""
        return self._forget(lambda _key, _session: True)

    async def list_account(self, account_id: str, now: float) -> Sequence[Session]:
        """The account's live ones, latest used first."""
        found = [s for s in self._live(now) if s.account_id == account_id]
        return sorted(found, key=lambda s: (-s.last_seen, s.id))

    async def list_all(self, now: float, after: str, limit: int) -> Page:
        """A page of the live ones in order of id."""
        rows = ((key, *row) for key, row in self._rows.items())
        behind = [Stored(*row) for row in rows if row[1].id > after and now < row[2]]
        found = sorted(behind, key=lambda stored: stored.session.id)[:limit]
        return Page(found, found[-1].session.id if found else "")

    async def sweep(self, now: float, limit: int) -> int:
        """Forget at most *limit* dead ones; how many."""
        dead = [key for key, (_, until) in self._rows.items() if until <= now][:limit]
        for key in dead:
            del self._rows[key]
        return len(dead)

    async def close(self) -> None:
        """Nothing is held."""

    def _live(self, now: float) -> list[Session]:
        return [session for session, until in self._rows.values() if now < until]

    def _forget(self, which: Callable[[bytes, Session], bool]) -> int:
        keys = [key for key, (session, _) in self._rows.items() if which(key, session)]
        for key in keys:
            del self._rows[key]
        return len(keys)
