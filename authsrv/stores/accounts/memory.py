"""Accounts and the audit log in this process alone: for tests and for trying things out."""

from collections.abc import Sequence

from attrs import define, evolve, field
from zope.interface import implementer

from authsrv.core.accounts import MOST_BROWSERS, Account
from authsrv.core.audit import Entry
from authsrv.core.errors import NameTaken
from authsrv.interfaces import IAccountStore, IAuditLog


@implementer(IAccountStore, IAuditLog)
@define
class MemoryAccounts:
    """Keeps accounts by id until the process ends."""

    _accounts: dict[str, Account] = field(factory=dict, init=False, repr=False)
    _skeletons: dict[str, str] = field(factory=dict, init=False)
    _browsers: dict[str, list[bytes]] = field(factory=dict, init=False)
    _setup: tuple[bytes, float] | None = field(default=None, init=False)
    _entries: list[Entry] = field(factory=list, init=False)

    async def by_id(self, account_id: str) -> Account | None:
        """The account, or None."""
        return self._accounts.get(account_id)

    async def by_name(self, name: str) -> Account | None:
        """The account called *name*, or None."""
        return next((a for a in self._accounts.values() if a.name == name), None)

    async def add(self, account: Account, skeleton: str) -> None:
        """Keep a new account.  Raises NameTaken."""
        self._add(account, skeleton)

    async def set_password(self, account_id: str, password_hash: str, epoch: int) -> Account | None:
        """Set a new hash if the epoch is still *epoch*."""
        account = self._accounts.get(account_id)
        if account is None or account.epoch != epoch:
            return None
        self._forget_browsers(account_id)
        return self._put(evolve(account, password_hash=password_hash, epoch=epoch + 1))

    async def upgrade_hash(self, account_id: str, old: str, new: str) -> None:
        """Replace the hash *old* by *new*."""
        account = self._accounts.get(account_id)
        if account is not None and account.password_hash == old:
            self._put(evolve(account, password_hash=new))

    async def end_epoch(self, account_id: str) -> Account | None:
        """Raise the epoch."""
        account = self._accounts.get(account_id)
        return account and self._put(evolve(account, epoch=account.epoch + 1))

    async def set_disabled(self, account_id: str, disabled: bool) -> Account | None:
        """Disable, which raises the epoch too, or enable."""
        account = self._accounts.get(account_id)
        if account is None:
            return None
        return self._put(evolve(account, disabled=disabled, epoch=account.epoch + disabled))

    async def remove(self, account_id: str) -> bool:
        """Forget the account; whether there was one."""
        self._forget_browsers(account_id)
        self._skeletons.pop(account_id, None)
        return self._accounts.pop(account_id, None) is not None

    async def list_accounts(self, after: str, limit: int) -> Sequence[Account]:
        """A page in order of name."""
        found = [a for a in self._accounts.values() if a.name > after]
        return sorted(found, key=lambda a: a.name)[:limit]

    async def is_empty(self) -> bool:
        """Whether there is no account."""
        return not self._accounts

    async def offer_setup(self, digest: bytes, expires_at: float) -> None:
        """Make *digest* the one good set-up link."""
        self._setup = (digest, expires_at)

    async def setup_is_open(self, digest: bytes, now: float) -> bool:
        """Whether the link would be accepted."""
        return self._is_open(digest, now)

    async def redeem_setup(
        self, digest: bytes, account: Account, skeleton: str, now: float
    ) -> bool:
        """Add the first account; whether the link was good."""
        if not self._is_open(digest, now):
            return False
        self._setup = None
        self._add(account, skeleton)
        return True

    async def knows_browser(self, account_id: str, digest: bytes) -> bool:
        """Whether the browser is known."""
        return digest in self._browsers.get(account_id, [])

    async def record(self, entry: Entry, browser: bytes | None = None) -> None:
        """Keep an audit entry, and know the browser."""
        self._entries.append(entry)
        if browser is not None and entry.account_id in self._accounts:
            known = [each for each in self._browsers.get(entry.account_id, []) if each != browser]
            self._browsers[entry.account_id] = [*known, browser][-MOST_BROWSERS:]

    async def entries(self, account_id: str | None, limit: int) -> Sequence[Entry]:
        """The newest audit entries first."""
        found = [e for e in self._entries if account_id in {None, e.account_id}]
        return found[::-1][:limit]

    async def close(self) -> None:
        """Nothing is held."""

    def _add(self, account: Account, skeleton: str) -> None:
        names = {a.name for a in self._accounts.values()}
        if account.name in names or skeleton in self._skeletons.values():
            raise NameTaken(account.name)
        self._skeletons[account.id] = skeleton
        self._put(account)

    def _put(self, account: Account) -> Account:
        self._accounts[account.id] = account
        return account

    def _is_open(self, digest: bytes, now: float) -> bool:
        if self._setup is None or self._accounts:
            return False
        offered, expires_at = self._setup
        return offered == digest and now < expires_at

    def _forget_browsers(self, account_id: str) -> None:
        self._browsers.pop(account_id, None)
