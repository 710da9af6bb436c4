"""Whatever a store does in the middle of something, nobody gets in who should not."""

from collections.abc import Awaitable, Callable, Coroutine
from itertools import count
from typing import Any

from attrs import define
from twisted.trial.unittest import SynchronousTestCase

from authsrv.core.errors import AuthsrvError, StoreUnavailable
from authsrv.core.tokens import Token
from authsrv.stores.accounts.memory import MemoryAccounts
from authsrv.stores.sessions.memory import MemorySessions
from authsrv.stores.throttle.memory import MemoryThrottle
from authsrv.testing import PASSWORD, MemoryHouse
from tests.flows.samples import NEW, WRONG, attempt

FAULTS = (StoreUnavailable("away"), ZeroDivisionError("a bug"), TimeoutError())
Act = Callable[[MemoryHouse, Token], Coroutine[Any, Any, object]]


@define
class Fault:
    """Counts the calls to all stores from the moment it is armed, and breaks one of them."""

    error: Exception
    at: int
    calls: int | None = None

    def strike(self) -> None:
        """One more call."""
        if self.calls is not None:
            self.calls += 1
            if self.calls == self.at:
                raise self.error


@define
class Flaky:
    """A store each of whose calls may be the one that breaks."""

    store: Any
    fault: Fault

    def __getattr__(self, name: str) -> Callable[..., Awaitable[Any]]:
        async def call(*arguments: Any, **named: Any) -> Any:
            self.fault.strike()
            return await getattr(self.store, name)(*arguments, **named)

        return call


def flaky_house(fault: Fault) -> MemoryHouse:
    """A house whose stores break by *fault*, with alice."""
    house = MemoryHouse(
        sessions=Flaky(MemorySessions(), fault),
        throttle=Flaky(MemoryThrottle(), fault),
        accounts=Flaky(MemoryAccounts(), fault),
    )
    house.add_account("alice")
    return house


async def sign_in(house: MemoryHouse, password: str = PASSWORD) -> object:
    """A login, or an error."""
    return await house.flows.login.try_password(attempt(password=password))


async def wrong_password(house: MemoryHouse, token: Token) -> object:
    """Who does not know the password."""
    return await sign_in(house, WRONG)


async def nobody(house: MemoryHouse, token: Token) -> object:
    """A name that nobody has."""
    return await house.flows.login.try_password(attempt("mallory"))


async def right_password(house: MemoryHouse, token: Token) -> object:
    """Who knows it, and must not get in all the same."""
    return await sign_in(house)


async def session(house: MemoryHouse, token: Token) -> object:
    """Whoever holds the token that alice was given."""
    return await house.flows.sessions.recognise(token)


async def new_password(house: MemoryHouse, token: Token) -> object:
    """Who is signed in and does not know the current password, but would like another."""
    known = await house.flows.sessions.recognise(token)
    assert known is not None
    return await house.flows.password.change(known, WRONG, NEW, "192.0.2.1")


def as_it_is(house: MemoryHouse, token: Token) -> None:
    """Nothing happens before."""


def disabled(house: MemoryHouse, token: Token) -> None:
    """alice is disabled."""
    alice = house.run(house.flows.accounts.get("alice"))
    house.run(house.flows.accounts.set_disabled(alice, True, "operator"))


def signed_out(house: MemoryHouse, token: Token) -> None:
    """alice has signed out."""
    known = house.run(house.flows.sessions.recognise(token))
    assert known is not None
    house.run(house.flows.sessions.end(known, "192.0.2.1"))


def too_late(house: MemoryHouse, token: Token) -> None:
    """Her session is over."""
    house.now += 30 * 86400


def throttled(house: MemoryHouse, token: Token) -> None:
    """Somebody has guessed too often."""
    for _ in range(5):
        try:
            house.run(sign_in(house, WRONG))
        except AuthsrvError:
            continue
        raise AssertionError("a wrong password was let in")


#: What has happened, and who then must not get in.
CASES: tuple[tuple[Callable[[MemoryHouse, Token], None], Act], ...] = (
    (as_it_is, wrong_password),
    (as_it_is, nobody),
    (as_it_is, new_password),
    (disabled, right_password),
    (disabled, session),
    (signed_out, session),
    (too_late, session),
    (throttled, right_password),
)


class FailClosedTests(SynchronousTestCase):
    """A fault at each call of each store."""

    def granted(self, before: Callable[..., None], act: Act, fault: Fault) -> bool:
        """Whether somebody got in; *fault* is armed when *before* has happened."""
        house = flaky_house(fault)
        token = house.run(house.flows.login.try_password(attempt())).known.token
        before(house, token)
        fault.calls = 0
        try:
            return house.run(act(house, token)) is not None
        except (AuthsrvError, ZeroDivisionError, TimeoutError):
            return False
        finally:
            self.calls, fault.calls = fault.calls, None

    def test_nobody_gets_in(self) -> None:
        """No fault, at whichever call, lets in who is refused without one."""
        broken = 0
        for before, act in CASES:
            for error in FAULTS:
                for at in count(1):
                    told = f"{before.__name__}, {act.__name__}, {error!r} at call {at}"
                    self.assertFalse(self.granted(before, act, Fault(error, at)), told)
                    if self.calls < at:
                        break
                    broken += 1
        self.assertGreater(broken, 50)

    def test_control(self) -> None:
        """Without a fault the right password and a live session get in."""
        for act in (right_password, session):
            self.assertTrue(self.granted(as_it_is, act, Fault(ZeroDivisionError(), 0)))
