"""A login by name and password, in order: count, look up, prove, begin a session."""

from collections.abc import Callable

from attrs import field, frozen
from twisted.logger import Logger

from authsrv.core import login as progress
from authsrv.core import tokens
from authsrv.core.accounts import LONGEST_NAME, Account, normalise_name
from authsrv.core.audit import Action, Entry
from authsrv.core.errors import BadCredentials, InvalidFields, NameTaken
from authsrv.core.login import Proof
from authsrv.core.sessions import Device
from authsrv.core.tokens import Token
from authsrv.flows.accounts import Accounts
from authsrv.flows.sessions import Known, Sessions
from authsrv.flows.throttles import Throttles, account_key, browser_key
from authsrv.interfaces import (
    Clock,
    IAccountStore,
    IAuditLog,
    IPasswordCheck,
    RandomBytes,
)

log = Logger()


def _everybody() -> None:
    """Nobody is turned away."""


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
    #: Raises Busy when nothing new should be begun.
    admit: Callable[[], None] = _everybody

    async def try_password(self, attempt: Attempt) -> Welcome:
        """Sign in, or raise BadCredentials, Throttled, Busy or StoreUnavailable.

        A name nobody has costs as much as a wrong password.
        """
        self.admit()
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
        fits = await self.check.check(account, attempt.name, attempt.password)
        if fits and account is None:
            account = await self._made(name)
        if not fits or account is None or account.disabled:
            why = "unknown" if account is None else "disabled" if fits else "wrong-password"
            await self._note(account, why, attempt.device.address)
            raise BadCredentials(why)
        return account

    async def _made(self, name: str) -> Account | None:
        """An account for somebody who is known elsewhere, if our rules allow the name."""
        if not self.check.is_external:
            return None
        try:
            return await self.provision.add(name, None, actor="external")
        except (InvalidFields, NameTaken) as error:
            log.warn("an account could not be made for an external name", why=str(error))
            return None

    async def welcome(
        self, account: Account, attempt: Attempt, browser: Token | None = None
    ) -> Welcome:
        """A new session for *account*, whose proofs have all been shown; the log has it first."""
        known = await self.sessions.begin(
            account, attempt.device, remember=attempt.remember, previous=attempt.previous
        )
        secret = browser or tokens.issue(self.random(tokens.TOKEN_BYTES))
        new = None if browser else secret.key
        await self._note(account, "done", attempt.device.address, new)
        return Welcome(known, secret)

    async def _note(
        self, account: Account | None, outcome: str, address: str, browser: bytes | None = None
    ) -> None:
        who = account.id if account else None
        actor = who if outcome == "done" else None
        entry = Entry(self.clock(), Action.LOGIN, outcome, actor, who, address)
        await self.audit.record(entry, browser)
