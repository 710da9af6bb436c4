"""A login by name and password, in order: count, look up, prove, begin a session."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from hashlib import sha256

from attrs import field, frozen

from authsrv.core import login as progress
from authsrv.core import tokens
from authsrv.core.accounts import LONGEST_NAME, Account, normalise_name
from authsrv.core.audit import Action, Entry
from authsrv.core.errors import BadCredentials, Busy, Throttled
from authsrv.core.login import Proof
from authsrv.core.peers import throttle_key
from authsrv.core.sessions import Device
from authsrv.core.throttle import Limit
from authsrv.core.tokens import Token
from authsrv.flows.accounts import Accounts
from authsrv.flows.sessions import Known, Sessions
from authsrv.interfaces import (
    Clock,
    IAccountStore,
    IAuditLog,
    IPasswordCheck,
    IThrottleStore,
    RandomBytes,
)


@frozen
class Attempt:
    """What somebody at the login page has sent.

    *browser* is the secret of a browser that has signed in before; *previous* the token it still
    holds.
    """

    name: str
    password: str = field(repr=False)
    device: Device
    remember: bool = False
    browser: Token | None = None
    previous: Token | None = None


@frozen
class Welcome:
    """A login that succeeded; *browser* is the secret the browser shall keep from now on."""

    known: Known
    browser: Token


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

    @asynccontextmanager
    async def attempt(self, address: str, account_key: str) -> AsyncIterator[None]:
        """Count one attempt from *address* on *account_key*; raises Throttled.

        When the block ends without an error the attempt is given back: it was no failure.  It
        is undone when nothing was decided (Busy).
        """
        keys = [
            (f"address:{throttle_key(address)}", self.limits.per_address),
            (account_key, self.limits.per_account),
        ]
        for key, limit in keys:
            verdict = await self.store.take(key, limit, self.clock())
            if not verdict.allowed:
                why = "locked" if verdict.locked else key.partition(":")[0]
                raise Throttled(verdict.retry_after, why)
        try:
            yield
        except Busy:
            # Not given back: that would end the row of failures for whoever fills the queue.
            for key, _ in keys:
                await self.store.undo(key)
            raise
        for key, _ in keys:
            await self.store.give_back(key)


def account_key(name: str) -> str:
    """The throttle key of a normalised *name*: the same shape whether it is an account's or not."""
    return f"account:{sha256(name.encode('utf-8', 'replace')).hexdigest()}"


def browser_key(account: Account, browser: Token) -> str:
    """The throttle key of a browser known to *account*: strangers cannot lock its owner out."""
    return f"browser:{account.id}:{browser.key.hex()}"


@frozen
class Login:
    """Signing in."""

    accounts: IAccountStore
    provision: Accounts
    sessions: Sessions
    throttles: Throttles
    check: IPasswordCheck
    audit: IAuditLog
    clock: Clock
    random: RandomBytes

    async def try_password(self, attempt: Attempt) -> Welcome:
        """Sign in, or raise BadCredentials, Throttled, Busy or StoreUnavailable.

        A name nobody has costs as much as a wrong password.
        """
        # A name that is too long is nobody's; cutting it keeps what follows bounded.
        name = normalise_name(attempt.name[: 4 * LONGEST_NAME])
        account = await self.accounts.by_name(name)
        key, browser = await self._whose_count(account, name, attempt.browser)
        async with self.throttles.attempt(attempt.device.address, key):
            account = await self._proved(account, name, attempt)
        done = progress.advance(
            progress.Anonymous(), account.id, Proof.PASSWORD, frozenset({Proof.PASSWORD})
        )
        assert isinstance(done, progress.Done)  # noqa: S101  one proof is all that is owed yet
        return await self.welcome(account, attempt, browser)

    async def _whose_count(
        self, account: Account | None, name: str, browser: Token | None
    ) -> tuple[str, Token | None]:
        if account is None or browser is None:
            return account_key(name), None
        if not await self.accounts.knows_browser(account.id, browser.key):
            return account_key(name), None
        return browser_key(account, browser), browser

    async def _proved(self, account: Account | None, name: str, attempt: Attempt) -> Account:
        """The account that the password proves, or BadCredentials: noted, never explained."""
        fits = await self.check.check(account, name, attempt.password)
        if fits and account is None and self.check.is_external:
            account = await self.provision.add(name, None, actor="external")
        if not fits or account is None or account.disabled:
            why = "unknown" if account is None else "disabled" if fits else "wrong-password"
            await self._note(account, why, attempt.device.address)
            raise BadCredentials(why)
        return account

    async def welcome(
        self, account: Account, attempt: Attempt, browser: Token | None = None
    ) -> Welcome:
        """A new session for *account*, whose proofs have all been shown; the log has it first."""
        if browser is None:
            browser = tokens.issue(self.random(tokens.TOKEN_BYTES))
            await self.accounts.remember_browser(account.id, browser.key, self.clock())
        known = await self.sessions.begin(
            account, attempt.device, remember=attempt.remember, previous=attempt.previous
        )
        await self._note(account, "done", attempt.device.address)
        return Welcome(known, browser)

    async def _note(self, account: Account | None, outcome: str, address: str) -> None:
        who = account.id if account else None
        actor = who if outcome == "done" else None
        await self.audit.record(Entry(self.clock(), Action.LOGIN, outcome, actor, who, address))
