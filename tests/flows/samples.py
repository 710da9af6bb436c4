"""What the tests of the flows share: a house with one account, and whoever comes to its door."""

from collections.abc import Coroutine
from typing import Any, TypeVar

from twisted.internet.defer import Deferred
from twisted.logger import ILogObserver, LogEvent
from twisted.trial.unittest import SynchronousTestCase
from zope.interface import provider

from authsrv.core.audit import Entry
from authsrv.core.errors import AuthsrvError
from authsrv.core.sessions import Device
from authsrv.flows.login import Attempt, Welcome
from authsrv.testing import PASSWORD, MemoryHouse, PlainHasher

T = TypeVar("T")
WRONG = "not the password of anybody"
NEW = "another fine long password"


def attempt(
    name: str = "alice", password: str = PASSWORD, address: str = "192.0.2.1", **more: Any
) -> Attempt:
    """What somebody sends from *address*."""
    return Attempt(name, password, Device(address, "a browser"), **more)


def keep_in(events: list[LogEvent]) -> Any:
    """An observer that puts what is logged into *events*."""

    @provider(ILogObserver)
    def observer(event: LogEvent) -> None:
        events.append(event)

    return observer


class SlowHasher(PlainHasher):
    """Answers nothing while it is *gated*; :meth:`open` lets all that waits go on."""

    def __init__(self) -> None:
        super().__init__()
        self.gate: Deferred[None] | None = None

    async def verify(self, password_hash: str | None, password: str) -> bool:
        """Compares at once, and tells it later."""
        fits = await super().verify(password_hash, password)
        await self._wait()
        return fits

    async def hash(self, password: str) -> str:
        """Hashes, later."""
        await self._wait()
        return await super().hash(password)

    async def _wait(self) -> None:
        if self.gate is not None:
            mine: Deferred[None] = Deferred()
            self.gate.chainDeferred(mine)
            await mine

    def shut(self) -> None:
        """From now on everybody waits."""
        self.gate = Deferred()

    def open(self) -> None:
        """Everybody goes on."""
        gate, self.gate = self.gate, None
        assert gate is not None
        gate.callback(None)


class HouseCase(SynchronousTestCase):
    """A test in a house where alice has an account."""

    def setUp(self) -> None:
        self.house = self.make_house()
        self.alice = self.house.add_account("alice")

    def make_house(self) -> MemoryHouse:
        """The house to test in."""
        return MemoryHouse()

    def do(self, work: Coroutine[Any, Any, T]) -> T:
        """The result of *work*."""
        return self.house.run(work)

    def later(self, work: Coroutine[Any, Any, T]) -> "Deferred[T]":
        """*work*, which waits for something."""
        return Deferred.fromCoroutine(work)

    def login(self, **facts: Any) -> Welcome:
        """A login that succeeds."""
        return self.do(self.house.flows.login.try_password(attempt(**facts)))

    def refused(self, kind: type[AuthsrvError], **facts: Any) -> Any:
        """The error of a login that is refused as *kind*."""
        return self.assertRaises(
            kind, self.do, self.house.flows.login.try_password(attempt(**facts))
        )

    def recognised(self, welcome: Welcome) -> bool:
        """Whether the session that began with *welcome* is good now."""
        return self.do(self.house.flows.sessions.recognise(welcome.known.token)) is not None

    def audit(self) -> list[Entry]:
        """What the audit log has, oldest first."""
        return list(self.do(self.house.accounts.entries(None, 1000)))[::-1]
