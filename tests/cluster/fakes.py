"""Workers that are no processes: the real channel and the real Life, joined in memory."""

from collections.abc import Mapping
from signal import SIGKILL
from typing import Any

from attrs import define, field
from twisted.internet.defer import Deferred, fail, succeed
from twisted.internet.error import ProcessDone, ProcessExitedAlready, ProcessTerminated
from twisted.internet.interfaces import IProcessTransport, IProtocolFactory
from twisted.internet.protocol import Factory, ProcessProtocol
from twisted.internet.task import Clock
from twisted.python.failure import Failure
from twisted.test.iosim import FakeTransport, IOPump, connect
from zope.interface import implementer

from authsrv.cluster.channel import Channel
from authsrv.cluster.child import Life, Surroundings, WorkerChannel
from authsrv.cluster.handover import Handover
from authsrv.cluster.serving import IServing


@implementer(IServing)
@define(eq=False)
class FakeServing:
    """An application that drains when it is told to."""

    text: str = ""
    factories: Mapping[str, IProtocolFactory] = field(
        factory=lambda: {"https": Factory(), "http": Factory()}
    )
    started: Deferred[None] | None = None
    caretakes: int = 0
    drained: list[float] = field(factory=list)
    finished: Deferred[None] | None = None

    async def start(self) -> None:
        """Wait for *started*, if there is one."""
        if self.started is not None:
            await self.started

    async def drain(self, seconds: float) -> None:
        """Wait for *finished*, if there is one."""
        self.drained.append(seconds)
        if self.finished is not None:
            await self.finished

    def caretake(self) -> None:
        """Count it."""
        self.caretakes += 1

    def figures(self) -> str:
        """The text that was given."""
        return self.text


class FakePort:
    """Accepts nobody."""

    def stopListening(self) -> None:
        """Nothing was begun."""


class FakeProcess:
    """A worker process that is none.  A *stopped* one reads and answers nothing."""

    def __init__(self, pid: int, clock: Clock, serving: FakeServing | Exception) -> None:
        self.pid = pid
        self.serving = serving
        self.signals: list[str] = []
        self.stopped = False
        self.gone = False
        self.left: list[int] = []
        self.logs_reopened = 0
        self._clock = clock
        self.life = Life(
            Surroundings(self._build, self._adopt, self._leave, self._reopen, lambda seconds: None)
        )

    def connect(self, protocol: ProcessProtocol, channel: Channel) -> None:
        """Be the process of *protocol*, at the other end of *channel*."""
        self.protocol = protocol
        self.channel = channel
        ours = WorkerChannel(self.life).protocol
        theirs: Any = FakeTransport(channel.protocol, True)
        theirs.fileno = lambda: self.pid
        self.pump: IOPump = connect(
            channel.protocol,
            theirs,
            ours,
            FakeTransport(ours, False),
            greet=False,
        )

    def signalProcess(self, name: str) -> None:
        """Die of KILL, even if stopped; note any other."""
        if self.gone:
            raise ProcessExitedAlready
        self.signals.append(name)
        if name == "KILL":
            self.end(signal=SIGKILL)

    def end(self, status: int = 0, signal: int | None = None) -> None:
        """The process ends, a moment later, and then its end of the channel is closed."""
        if not self.gone:
            self.gone = True
            self._clock.callLater(0, self._ended, status, signal)

    def _ended(self, status: int, signal: int | None) -> None:
        fine = status == 0 and signal is None
        why = ProcessDone(0) if fine else ProcessTerminated(status, signal)
        self.protocol.processEnded(Failure(why))

    def _build(self, settings: str, index: int) -> FakeServing:
        if isinstance(self.serving, Exception):
            raise self.serving
        return self.serving

    def _adopt(self, descriptor: int, family: int, factory: object) -> Any:
        return FakePort()

    def _leave(self, status: int) -> None:
        self.left.append(status)
        self.end(status)

    def _reopen(self) -> None:
        self.logs_reopened += 1


@define(eq=False)
class FakeSuccessor:
    """A program that takes nobody's place."""

    refusal: Exception | None = None
    error: OSError | None = None
    left: list[Handover] = field(factory=list)

    def rehearse(self) -> "Deferred[None]":
        """Whether it could."""
        return succeed(None) if self.refusal is None else fail(self.refusal)

    def become(self, left: Handover) -> None:
        """Note what would be left."""
        if self.error is not None:
            raise self.error
        self.left.append(left)


class FakeLaunch:
    """Launches FakeProcesses; *servings* are what the next ones serve, then plain ones."""

    def __init__(self, clock: Clock) -> None:
        self.clock = clock
        self.processes: list[FakeProcess] = []
        self.servings: list[FakeServing | Exception] = []
        self.errors: list[OSError] = []
        self.closed = 0

    def close(self) -> None:
        """Count it."""
        self.closed += 1

    def __call__(self, protocol: ProcessProtocol, channel: Channel) -> IProcessTransport:
        """One more."""
        if self.errors:
            raise self.errors.pop(0)
        serving = self.servings.pop(0) if self.servings else FakeServing()
        process = FakeProcess(1000 + len(self.processes), self.clock, serving)
        self.processes.append(process)
        process.connect(protocol, channel)
        found: Any = process
        return found  # type: ignore[no-any-return]  # AMP answers are untyped

    @property
    def alive(self) -> list[FakeProcess]:
        """Those that have not ended."""
        return [process for process in self.processes if not process.gone]

    def settle(self, seconds: float = 0.0) -> None:
        """Let everything that can happen within *seconds* happen."""
        self.clock.advance(seconds)
        for _ in range(5):
            for process in self.alive:
                if not process.stopped:
                    process.pump.flush()
            self.clock.advance(0)

    def pass_time(self, seconds: float) -> None:
        """Let *seconds* go by, in steps of half a second."""
        for _ in range(int(seconds * 2)):
            self.settle(0.5)


def serving_of(process: FakeProcess) -> FakeServing:
    """What *process* serves."""
    assert isinstance(process.serving, FakeServing)
    return process.serving
