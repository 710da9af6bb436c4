"""Where accounts are kept, and what has happened to them."""

from collections.abc import Sequence

from zope.interface import Interface

from authsrv.core.accounts import Account
from authsrv.core.audit import Entry


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
