"""Passwords: chosen, stored, checked, their hashes kept up to date."""

from contextlib import suppress

from attrs import frozen
from zope.interface import implementer

from authsrv.core import passwords as rules
from authsrv.core.accounts import Account
from authsrv.core.errors import InvalidFields, NotFound, ReadOnly
from authsrv.interfaces import IAccountStore, IPasswordCheck, IPasswordHasher, PasswordRule


@implementer(IPasswordCheck)
@frozen
class Passwords:
    """Passwords that are kept here."""

    store: IAccountStore
    hasher: IPasswordHasher
    rule: PasswordRule

    is_external = False

    async def check(self, account: Account | None, name: str, password: str) -> bool:
        """Whether *password* is the account's.  Raises the cost of an outdated hash on the way."""
        plain = rules.prepare(password)
        known = account.password_hash if account is not None and plain is not None else None
        fits = await self.hasher.verify(known, plain or "")
        if fits and known and account and plain and self.hasher.is_outdated(known):
            better = await self.hasher.hash(plain)
            with suppress(ReadOnly):  # the next login does it
                await self.store.upgrade_hash(account.id, known, better)
        return fits

    async def new_hash(self, password: str, words: list[str]) -> str:
        """The hash of a newly chosen *password*.  Raises InvalidFields."""
        plain = rules.prepare(password)
        if plain is None:
            raise InvalidFields({"password": "password-long"})
        wrong = self.rule(plain, words)
        if wrong is not None:
            raise InvalidFields({"password": wrong})
        return await self.hasher.hash(plain)

    async def store_new(self, account: Account, password: str) -> Account:
        """Give *account* a new password; all its older sessions die with the same write.

        Raises InvalidFields; NotFound if the account is gone or was changed meanwhile.
        """
        hashed = await self.new_hash(password, [account.name, account.email])
        changed = await self.store.set_password(account.id, hashed, account.epoch)
        if changed is None:
            raise NotFound("the account was changed meanwhile")
        return changed
