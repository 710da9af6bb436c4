"""The first administrator, made once with a one-time link."""

from attrs import frozen

from authsrv.core import tokens
from authsrv.core.accounts import Account
from authsrv.core.audit import Action, Entry
from authsrv.core.errors import NotFound
from authsrv.core.tokens import Token
from authsrv.flows.accounts import Accounts
from authsrv.interfaces import Clock, IAccountStore, IAuditLog, RandomBytes

#: A set-up link is good for so many seconds; a start without accounts makes a new one.
LINK_LIFETIME = 24 * 3600.0


@frozen
class Setup:
    """From no account to one."""

    store: IAccountStore
    accounts: Accounts
    audit: IAuditLog
    clock: Clock
    random: RandomBytes

    async def is_needed(self) -> bool:
        """Whether there is no account yet."""
        return await self.store.is_empty()

    async def offer(self) -> Token | None:
        """The token of a new link (older ones are good no more), or None: it is not needed."""
        if not await self.store.is_empty():
            return None
        token = tokens.issue(self.random(tokens.TOKEN_BYTES))
        await self.store.offer_setup(token.key, self.clock() + LINK_LIFETIME)
        return token

    async def is_open(self, token: Token | None) -> bool:
        """Whether the link with *token* would be accepted now."""
        return token is not None and await self.store.setup_is_open(token.key, self.clock())

    async def redeem(
        self,
        token: Token | None,
        name: str,
        password: str,
        *,
        display_name: str = "",
        email: str = "",
        address: str = "",
    ) -> Account:
        """The first account, an administrator.  Of many at once exactly one succeeds.

        Raises InvalidFields, which leaves the link good, or NotFound: the link is not.
        """
        if token is None or not await self.is_open(token):
            raise NotFound
        account, skeleton = await self.accounts.prepare(
            name, password, admin=True, display_name=display_name, email=email
        )
        if not await self.store.redeem_setup(token.key, account, skeleton, self.clock()):
            raise NotFound
        await self.audit.record(
            Entry(self.clock(), Action.SETUP, "done", account.id, account.id, address)
        )
        return account
