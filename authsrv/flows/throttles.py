"""Counting attempts, so that guessing is slow: under which keys, and when one is given back."""

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from hashlib import sha256

from attrs import frozen
from twisted.internet.defer import Deferred
from twisted.logger import Logger
from twisted.python.failure import Failure

from authsrv.core.accounts import Account
from authsrv.core.errors import Busy, Throttled
from authsrv.core.peers import throttle_key
from authsrv.core.throttle import Limit
from authsrv.core.tokens import Token
from authsrv.interfaces import Clock, IThrottleStore

log = Logger()


def account_key(name: str) -> str:
    """The key of a normalised *name*: the same shape whether it is an account's or not."""
    return f"account:{sha256(name.encode('utf-8', 'replace')).hexdigest()}"


def browser_key(account: Account, browser: Token) -> str:
    """The key of a browser known to *account*: strangers cannot lock its owner out."""
    return f"browser:{account.id}/{browser.key.hex()}"


def change_key(account: Account) -> str:
    """The key of somebody signed in who changes the password: counted apart from strangers."""
    return f"change:{account.id}"


@frozen
class Limits:
    """How often a password may be tried."""

    per_account: Limit
    per_address: Limit


@frozen
class Throttles:
    """Counts attempts before the proof is looked at, so that no crash makes a guess free."""

    store: IThrottleStore
    limits: Limits
    clock: Clock
    #: Told the limit that has struck, and the address.
    struck: Callable[[str, str], None]

    @asynccontextmanager
    async def attempt(self, address: str, key: str) -> AsyncIterator[None]:
        """Count one attempt from *address* under *key*; raises Throttled, and then counts none.

        When the block ends without an error the attempt is given back: it was no failure.  It
        is undone when nothing was decided (Busy).

        Nobody waits until it is given back: if that is lost, one failure too many is counted.
        """
        keys = (key, f"address:{throttle_key(address)}")
        await self._take(address, keys)
        try:
            yield
        except Busy:
            self.struck("waiting_hashes", address)
            # Not given back: that would end the row of failures for whoever fills the queue.
            await self.store.undo(*keys)
            raise
        Deferred.fromCoroutine(self.store.give_back(*keys)).addErrback(_lost)

    async def forget(self, account: Account) -> None:
        """Unlock *account*: whatever was counted against it is forgotten."""
        for key in (account_key(account.name), f"browser:{account.id}", change_key(account)):
            await self.store.reset(key)

    async def _take(self, address: str, keys: tuple[str, str]) -> None:
        limits = (self.limits.per_account, self.limits.per_address)
        wanted = tuple(zip(keys, limits, strict=True))
        *passed, verdict = await self.store.take(wanted, self.clock())
        if not verdict.allowed:
            self.struck("per_address" if passed else "per_account", address)
            why = "locked" if verdict.locked else keys[len(passed)].partition(":")[0]
            raise Throttled(verdict.retry_after, why)


def _lost(failure: Failure) -> None:
    log.warn("an attempt was not given back", why=failure.getErrorMessage())
