"""A supervisor on a clock, with workers that are not there."""

import socket
from collections.abc import Callable, Iterable
from typing import Any

from twisted.internet.testing import MemoryReactorClock
from twisted.logger import LogLevel, globalLogPublisher
from twisted.trial.unittest import SynchronousTestCase

from authsrv.cluster.errors import CannotStart
from authsrv.cluster.handover import Handover
from authsrv.cluster.plan import Means, Plan
from authsrv.cluster.sockets import Listener
from authsrv.cluster.supervisor import Supervisor
from authsrv.cluster.watchdog import Strength
from tests.cluster.fakes import FakeLaunch, FakeServing, FakeSuccessor


class FakeSocket:
    """A listening socket, open or not."""

    family = socket.AF_INET

    def __init__(self) -> None:
        self.is_open = True

    def fileno(self) -> int:
        return 0

    def close(self) -> None:
        self.is_open = False


class SupervisorCase(SynchronousTestCase):
    """A supervisor, and what it asks for, does and says."""

    def setUp(self) -> None:
        self.reactor: Any = MemoryReactorClock()
        self.launch = FakeLaunch(self.reactor)
        self.said: list[str] = []
        self.told: list[str] = []
        self.watched: list[Callable[[], Strength]] = []
        self.signals: dict[int, Callable[[], object] | None] = {}
        self.sockets: dict[str, Any] = {}
        self.refusal: Exception | None = None
        self.plan = Plan("{}", 2, 10.0, "https://localhost:8443", [("https", "a:1")])
        self.read_refusal: Exception | None = None
        self.reopened = 0
        self.left = Handover()
        self.successor = FakeSuccessor()
        self.events: list[dict[str, Any]] = []
        observer: Any = self.events.append
        globalLogPublisher.addObserver(observer)
        self.addCleanup(globalLogPublisher.removeObserver, observer)
        self.supervisor = Supervisor(self.reactor, self.plan, self.means())

    def means(self) -> Means:
        return Means(
            listen=self.listen,
            prepare=self.prepare,
            read=self.read,
            launcher=lambda listeners, workers, asyncio: self.launch,
            say=self.said.append,
            notify=self.told.append,
            set_signal=self.signals.__setitem__,
            reopen_log=self.reopen,
            left=self.left,
            successor=self.successor,
            watch=self.watched.append,
        )

    def listen(self, wanted: Iterable[tuple[str, str]]) -> list[Listener]:
        opened = []
        for kind, asked in wanted:
            if asked == "taken":
                raise CannotStart("cannot listen on taken")
            made: Any = FakeSocket()
            self.sockets[asked] = made
            opened.append(Listener(kind, asked, asked, made))
        return opened

    def open_now(self) -> set[str]:
        return {asked for asked, made in self.sockets.items() if made.is_open}

    def prepare(self) -> list[str]:
        if self.refusal is not None:
            raise self.refusal
        return ["set-up: https://localhost:8443/setup"]

    def read(self) -> Plan:
        if self.read_refusal is not None:
            raise self.read_refusal
        return self.plan

    def reopen(self) -> None:
        self.reopened += 1

    def start(self, *servings: FakeServing) -> None:
        self.launch.servings = list(servings)
        self.supervisor.privilegedStartService()
        self.supervisor.startService()
        self.reactor.run()
        self.launch.settle()

    def signal(self, number: int) -> None:
        then = self.signals[number]
        assert then is not None
        then()
        self.launch.settle()

    def logged(self, level: LogLevel) -> list[str]:
        return [it["log_format"] for it in self.events if it.get("log_level") is level]
