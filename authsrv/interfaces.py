"""What the rules need from outside.  An interface's comment is its contract.

Every method may raise :class:`~authsrv.core.errors.StoreUnavailable` when the backend cannot
answer in time; that never means "absent".  Methods are coroutines.  Stores never read a clock:
*now* and *expires_at* are wall-clock seconds since the epoch, given by the caller.
"""

from collections.abc import Sequence
from typing import Protocol

from zope.interface import Attribute, Interface

from authsrv.core import moving
from authsrv.core.accounts import Account
from authsrv.core.audit import Entry
from authsrv.core.sessions import Page, Session, Stored
from authsrv.core.throttle import Limit, Verdict


class Clock(Protocol):
    """The wall clock: seconds since the epoch."""

    def __call__(self) -> float: ...


class RandomBytes(Protocol):
    """*count* bytes nobody can guess."""

    def __call__(self, count: int, /) -> bytes: ...


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


class IAccountStore(Interface):
    """Accounts, by id and by normalised name."""

    async def by_id(account_id: str) -> Account | None:
        """The account, or None."""

    async def by_name(name: str) -> Account | None:
        """The account whose normalised name is *name*, or None."""

    async def add(account: Account, skeleton: str) -> None:
        """Keep a new account.  Raises NameTaken if its name or *skeleton* is another's."""

    async def set_password(account_id: str, password_hash: str, epoch: int) -> Account | None:
        """Set a new hash and raise the epoch to *epoch* + 1, if it is still *epoch*.

        The account as it is then, or None if it is gone or somebody else was faster.
        """

    async def upgrade_hash(account_id: str, old: str, new: str) -> None:
        """Replace the hash *old* of the same password by *new*; if it has changed, do nothing."""

    async def end_epoch(account_id: str) -> Account | None:
        """Raise the epoch, so that every session made so far is dead.  None if it is gone."""

    async def set_disabled(account_id: str, disabled: bool) -> Account | None:
        """Disable (which raises the epoch too) or enable.  None if it is gone."""

    async def remove(account_id: str) -> bool:
        """Forget the account and what hangs on it but the audit log; whether there was one."""

    async def list_accounts(after: str, limit: int) -> Sequence[Account]:
        """At most *limit* accounts in order of name, those behind the name *after*."""

    async def is_empty() -> bool:
        """Whether there is no account at all."""

    async def offer_setup(digest: bytes, expires_at: float) -> None:
        """Make *digest* the one set-up link that is good; an earlier one is not any more."""

    async def setup_is_open(digest: bytes, now: float) -> bool:
        """Whether the set-up link *digest* is good at *now*, and there is no account yet."""

    async def redeem_setup(digest: bytes, account: Account, skeleton: str, now: float) -> bool:
        """Add the first *account* and end the link, in one step: of fifty at once one succeeds.

        False, and nothing changes, if the link is not good or an account exists.
        """

    async def knows_browser(account_id: str, digest: bytes) -> bool:
        """Whether the browser holding *digest*'s secret has signed in to the account.

        Since its password was set, and was among the latest
        :data:`~authsrv.core.accounts.MOST_BROWSERS` to do so (:meth:`IAuditLog.record`).
        """

    async def close() -> None:
        """Let go of everything.  Closing twice is no error."""


class IAuditLog(Interface):
    """What has happened, for whoever has to find out later."""

    async def record(entry: Entry, browser: bytes | None = None) -> None:
        """Keep *entry*; when this returns it is as durable as the accounts are.

        With the digest of a new *browser*'s secret it is the entry of a login with that browser,
        which the account knows from then on (:meth:`IAccountStore.knows_browser`).
        """

    async def entries(account_id: str | None, limit: int) -> Sequence[Entry]:
        """The newest *limit* entries about *account_id*, or about everybody, newest first."""


class IThrottleStore(Interface):
    """Counts of attempts, shared by all workers."""

    async def take(wanted: Sequence[tuple[str, Limit]], now: float) -> Sequence[Verdict]:
        """Count an attempt under each of these keys by :func:`authsrv.core.throttle.take`.

        The verdicts, up to the first that forbids it: then it is counted under none.  Each key is
        counted in one step, so that of two at once both are counted.
        """

    async def give_back(*keys: str) -> None:
        """The newest attempt under each was no failure (:func:`authsrv.core.throttle.give_back`).

        An unknown key is not an error.
        """

    async def undo(*keys: str) -> None:
        """About the newest attempt under each nothing was decided
        (:func:`authsrv.core.throttle.undo`).

        An unknown key is not an error.
        """

    async def reset(subject: str) -> int:
        """Forget the key *subject* and all that begin with it and a ``/``; how many."""

    async def sweep(now: float) -> int:
        """Forget what has expired (:func:`authsrv.core.throttle.expires_at`); how many.

        0 where the backend forgets by itself.
        """

    async def close() -> None:
        """Let go of everything.  Closing twice is no error."""


class IPasswordHasher(Interface):
    """Slow hashing, away from the reactor.

    Raises :class:`~authsrv.core.errors.Busy` at once when too many already wait.
    """

    async def hash(password: str) -> str:
        """A new salted hash of *password*, with its parameters, as text (PHC string format)."""

    async def verify(password_hash: str | None, password: str) -> bool:
        """Whether *password* is the one; with None a decoy is hashed at the same cost: False."""

    def is_outdated(password_hash: str) -> bool:
        """Whether the hash's parameters are not today's."""


class IPasswordCheck(Interface):
    """Who says that a name and a password belong together."""

    is_external: bool = Attribute("True: passwords are kept elsewhere, so they cannot be set here.")

    async def check(account: Account | None, name: str, password: str) -> bool:
        """Whether they belong together.  *account* is None for a name we do not know.

        An external check may say True for such a name; the account is then made.
        """


class PasswordRule(Protocol):
    """Whether a password may be chosen."""

    def __call__(self, password: str, words: Sequence[str], /) -> str | None:
        """The message identifier of what is wrong with *password*, or None.

        *words* are what it must not be made of: the account's name, e-mail address, our name.
        """


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
