"""Accounts as they are run: added, found, disabled, removed."""

from collections.abc import Sequence
from typing import TypedDict, Unpack

from attrs import frozen

from authsrv.core import accounts as rules
from authsrv.core.accounts import Account
from authsrv.core.audit import Action, Entry
from authsrv.core.errors import NotFound
from authsrv.flows.passwords import Passwords
from authsrv.flows.throttles import Throttles
from authsrv.interfaces import Clock, IAccountStore, IAuditLog, ISessionStore, RandomBytes


class Details(TypedDict, total=False):
    """What may be said of a new account besides its name and password."""

    admin: bool
    groups: Sequence[str]
    display_name: str
    email: str


@frozen
class Accounts:
    """What an administrator or the command line can do to accounts."""

    store: IAccountStore
    session_store: ISessionStore
    passwords: Passwords
    throttles: Throttles
    audit: IAuditLog
    clock: Clock
    random: RandomBytes

    async def prepare(
        self, name: str, password: str | None, **details: Unpack[Details]
    ) -> tuple[Account, str]:
        """An account that is not kept yet, and its name's skeleton.  Raises InvalidFields."""
        normal, skeleton = rules.new_name(name)
        email = rules.clean_text(details.get("email", ""))
        hashed = None
        if password is not None:
            hashed = await self.passwords.new_hash(password, [normal, email])
        account = Account(
            id=self.random(8).hex(),
            name=normal,
            display_name=rules.clean_text(details.get("display_name", "")),
            email=email,
            groups=tuple(sorted({rules.clean_group(it) for it in details.get("groups", ())})),
            admin=details.get("admin", False),
            created_at=self.clock(),
            password_hash=hashed,
        )
        return account, skeleton

    async def add(
        self,
        name: str,
        password: str | None,
        *,
        actor: str = "operator",
        **details: Unpack[Details],
    ) -> Account:
        """Add an account.  Raises InvalidFields or NameTaken; without a password it has none."""
        account, skeleton = await self.prepare(name, password, **details)
        await self.store.add(account, skeleton)
        await self._note(Action.ACCOUNT_ADDED, account, actor)
        return account

    async def get(self, name: str) -> Account:
        """The account called *name*.  Raises NotFound."""
        account = await self.store.by_name(rules.normalise_name(name))
        if account is None:
            raise NotFound(f"there is no account {name!r}")
        return account

    async def listed(self, after: str = "", limit: int = 100) -> Sequence[Account]:
        """At most *limit* accounts in order of name, those behind the name *after*."""
        return await self.store.list_accounts(after, limit)

    async def set_password(self, account: Account, password: str, actor: str) -> Account:
        """Set a password for somebody, which signs them out everywhere and unlocks them.

        Raises InvalidFields; NotFound if the account is gone or was changed meanwhile.
        """
        changed = await self.passwords.store_new(account, password)
        # Noted first, here and below: what follows is in another store, which may be away.
        await self._note(Action.PASSWORD_CHANGED, account, actor)
        await self.throttles.forget(account)
        await self.session_store.revoke_account(account.id)
        return changed

    async def set_disabled(self, account: Account, disabled: bool, actor: str) -> Account:
        """Disable *account*, which signs it out everywhere, or enable and unlock it.

        Raises NotFound.
        """
        changed = await self.store.set_disabled(account.id, disabled)
        if changed is None:
            raise NotFound(f"there is no account {account.name!r}")
        action = Action.ACCOUNT_DISABLED if disabled else Action.ACCOUNT_ENABLED
        await self._note(action, account, actor)
        if disabled:
            await self.session_store.revoke_account(account.id)
        else:
            await self.throttles.forget(account)
        return changed

    async def remove(self, account: Account, actor: str) -> None:
        """Remove *account* and sign it out everywhere.  Raises NotFound."""
        if not await self.store.remove(account.id):
            raise NotFound(f"there is no account {account.name!r}")
        await self._note(Action.ACCOUNT_REMOVED, account, actor)
        await self.session_store.revoke_account(account.id)

    async def _note(self, action: Action, account: Account, actor: str) -> None:
        await self.audit.record(Entry(self.clock(), action, "done", actor, account.id))
