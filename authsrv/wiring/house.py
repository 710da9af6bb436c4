"""Everything that happens in the house, joined to where things are kept."""

from collections.abc import Callable
from importlib.resources import files

from attrs import frozen

from authsrv.core.sessions import Lifetimes
from authsrv.core.throttle import Limit
from authsrv.flows.accounts import Accounts
from authsrv.flows.audit import ToldAudit
from authsrv.flows.housekeeping import Housekeeping
from authsrv.flows.login import Login
from authsrv.flows.password import PasswordChange
from authsrv.flows.passwords import Passwords
from authsrv.flows.sessions import Sessions
from authsrv.flows.setup import Setup
from authsrv.flows.throttles import Limits, Throttles
from authsrv.interfaces import (
    Clock,
    IPasswordCheck,
    IPasswordHasher,
    RandomBytes,
)
from authsrv.methods.password.cred import CredCheck, checker_for
from authsrv.methods.password.rules import PasswordPolicy
from authsrv.settings import Settings
from authsrv.settings.values import Rate
from authsrv.wiring.stores import Stores


@frozen
class House:
    """All flows over one set of stores."""

    sessions: Sessions
    accounts: Accounts
    login: Login
    password: PasswordChange
    setup: Setup
    housekeeping: Housekeeping


def furnish(
    settings: Settings,
    stores: Stores,
    hasher: IPasswordHasher,
    *,
    clock: Clock,
    random: RandomBytes,
    count: Callable[[str, str], None],
    unkept: Callable[[str, str], None] | None = None,
    struck: Callable[[str, str], None] = lambda _limit, _address: None,
    admit: Callable[[], None] = lambda: None,
) -> House:
    """The house that *settings* describe; *count* is told each audited action and outcome.

    *unkept* is told those that only the event log has; None: there is no event log.
    *struck* is told each limit of its own that is exceeded, and from which address.  *admit*
    raises Busy when nobody should sign in now.
    """
    audit = ToldAudit(stores.audit, count, unkept)
    rule = PasswordPolicy(settings.passwords.min_length, common_passwords())
    passwords = Passwords(stores.accounts, hasher, rule)
    check: IPasswordCheck = CredCheck(checker_for(settings.auth)) if settings.auth else passwords
    throttles = Throttles(stores.throttle, limits(settings), clock, struck)
    accounts = Accounts(
        stores.accounts, stores.sessions, passwords, throttles, audit, clock, random
    )
    sessions = Sessions(stores.sessions, stores.accounts, audit, lifetimes(settings), clock, random)
    return House(
        sessions=sessions,
        accounts=accounts,
        login=Login(
            stores.accounts, accounts, sessions, throttles, check, audit, clock, random, admit
        ),
        password=PasswordChange(
            passwords, check, sessions, stores.sessions, throttles, audit, clock
        ),
        setup=Setup(stores.accounts, accounts, audit, clock, random),
        housekeeping=Housekeeping(stores.sessions, stores.throttle, clock),
    )


def lifetimes(settings: Settings) -> Lifetimes:
    """How long sessions live."""
    chosen = settings.sessions
    return Lifetimes(chosen.idle, chosen.lifetime, chosen.remember)


def limits(settings: Settings) -> Limits:
    """How often a password may be tried."""
    chosen = settings.throttle
    return Limits(_limit(chosen.per_account, chosen.lock_after), _limit(chosen.per_address, None))


def _limit(rate: Rate, lock_after: int | None) -> Limit:
    return Limit(rate.attempts, rate.window, lock_after)


def common_passwords() -> frozenset[str]:
    """The passwords that are tried first, case-folded."""
    listed = files("authsrv.methods.password").joinpath("common.txt").read_text("utf-8")
    return frozenset(listed.split("\n")) - {""}
