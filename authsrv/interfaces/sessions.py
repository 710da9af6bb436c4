"""Where sessions are kept."""

from collections.abc import Sequence

from zope.interface import Interface

from authsrv.core.sessions import Page, Session


class ISessionStore(Interface):
    """Sessions by *key*, the 32-byte digest of a token.

    What a method has returned from is durable (as durable as the store promises to be) and is
    seen by every other process that uses the store, from its next call on.
    """

    async def save(key: bytes, session: Session, expires_at: float) -> None:
        """Keep a new *session* under *key*.  Saved twice: the later one stands."""

    async def load(key: bytes, now: float) -> Session | None:
        """The session under *key* if it is live at *now*, else None.

        An unknown key is not an error.
        """

    async def touch(key: bytes, last_seen: float, expires_at: float) -> None:
        """Note the latest use.  A key that is gone stays gone: a late touch revives nothing.

        A touch may be lost in a crash; it only ever prolongs.
        """

    async def replace(old: bytes, new: bytes, session: Session, expires_at: float) -> bool:
        """Put *session* under *new* and end *old*, in one step.

        *new* is in the shard of *old* (:func:`authsrv.core.tokens.issue_beside`).
        False, and nothing is kept, if *old* is gone: of two at once exactly one succeeds.
        """

    async def revoke(key: bytes) -> bool:
        """End the session under *key*; whether there was one."""

    async def revoke_one(account_id: str, session_id: str) -> bool:
        """End the session that lists show as *session_id*, if it is *account_id*'s; whether."""

    async def revoke_account(account_id: str, keep: bytes | None = None) -> int:
        """End all sessions of *account_id*, but the one under *keep*; how many."""

    async def revoke_all() -> int:
        """End every session of everybody; how many."""

    async def list_account(account_id: str, now: float) -> Sequence[Session]:
        """The sessions of *account_id* that are live at *now*, latest used first."""

    async def list_all(now: float, after: str, limit: int) -> Page:
        """About *limit* sessions that are live at *now*, from where *after* says; "" is the start.

        The order is the store's.  A session that is live from the first page to the last is on
        one of them, and may be on two; a page may be empty before the last.
        """

    async def sweep(now: float, limit: int) -> int:
        """Forget at most *limit* sessions that are dead at *now*; how many."""

    async def close() -> None:
        """Let go of everything.  Closing twice is no error."""
