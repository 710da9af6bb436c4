"""The worker's side: what it does when the supervisor says so."""

from collections.abc import Callable, Coroutine
from math import ceil
from typing import Any

from attrs import define, field
from twisted.internet.defer import Deferred, maybeDeferred, succeed
from twisted.internet.interfaces import IListeningPort, IProtocolFactory
from twisted.logger import Logger

from authsrv.cluster.channel import (
    CannotServe,
    Caretake,
    Channel,
    Drain,
    Figures,
    Heartbeat,
    Inherited,
    LastFigures,
    ReopenLog,
    Start,
    unpack_listeners,
)
from authsrv.cluster.errors import CannotStart
from authsrv.cluster.ports import accept_waiting
from authsrv.cluster.serving import IServing
from authsrv.core.errors import AuthsrvError

_log = Logger()
# A drain that hangs is ended by the kernel this many seconds after its time.
_MERCY = 5


@define(eq=False)
class Surroundings:
    """What a worker does to its process, so that tests can watch."""

    # (settings as JSON, the worker's number) -> the application
    build: Callable[[str, int], IServing]
    # (descriptor, family, factory) -> a port that accepts
    adopt: Callable[[int, int, IProtocolFactory], IListeningPort]
    # (exit status): stop the reactor
    leave: Callable[[int], None]
    reopen_log: Callable[[], None]
    # (seconds): let the kernel kill us then, whatever we do
    alarm: Callable[[int], object]


@define(eq=False)
class Life:
    """A worker from its start to the end of its drain.  Draining twice is draining once."""

    _around: Surroundings
    # How long to drain when nobody says it: the supervisor is gone, or somebody sent a signal.
    drain_seconds: float = 30.0
    # Tells the supervisor our last figures; fires when it has heard them, or is gone.  Never fails.
    tell_last: Callable[[str], Deferred[object]] = lambda _: succeed(None)
    _serving: IServing | None = None
    _ports: list[IListeningPort] = field(factory=list)
    _refused: bool = False
    _draining: bool = False

    async def start(self, settings: str, listeners: list[Inherited], index: int) -> None:
        """Build the application and listen.  Raises CannotServe."""
        try:
            # Known before it has started: a reload may come while it does.
            self._serving = self._around.build(settings, index)
            await self._serving.start()
            if self._draining:
                raise CannotStart("asked to stop before it was ready")
            self._listen(self._serving, listeners)
        except Exception as error:
            self._refused = True
            if not isinstance(error, CannotStart):
                _log.failure("worker cannot serve")
            raise CannotServe(_why(error)) from error

    async def drain(self, seconds: float, unasked: str = "") -> None:
        """Accept nobody any more, finish what runs within *seconds*, leave.

        *unasked*: why, if the supervisor has not said so.
        """
        if self._draining:
            return
        self._draining = True
        if unasked:
            _log.info("draining", why=unasked, seconds=seconds)
        self._around.alarm(ceil(seconds) + _MERCY)
        try:
            await self._stop_listening()
            if self._serving is not None:
                await self._serving.drain(seconds)
        except Exception:
            _log.failure("drain failed")
        await self.tell_last(self.figures())
        self._around.leave(0)

    def lost(self) -> None:
        """The supervisor is gone, or it has heard why we cannot serve."""
        if self._refused:
            self._around.leave(1)
        else:
            background(self.drain(self.drain_seconds, "channel closed"))

    def figures(self) -> str:
        """The figures; none if they cannot be told."""
        try:
            return "" if self._serving is None else self._serving.figures()
        except Exception:
            _log.failure("figures could not be told")
            return ""

    def caretake(self) -> None:
        """Do what is done once."""
        try:
            if self._serving is not None:
                self._serving.caretake()
        except Exception:
            _log.failure("cannot be the caretaker")

    def reopen_log(self) -> None:
        """Open the log file again."""
        self._around.reopen_log()

    def _listen(self, serving: IServing, listeners: list[Inherited]) -> None:
        for it in listeners:
            factory = serving.factories[it.kind]
            self._ports.append(self._around.adopt(it.descriptor, it.family, factory))

    async def _stop_listening(self) -> None:
        ports, self._ports = self._ports, []
        for port in ports:
            accept_waiting(port)
            await maybeDeferred(port.stopListening)


class WorkerChannel(Channel):
    """The worker's end of the channel: each command is one method of *life*.

    A responder that raised would close the channel, so what may fail is caught in Life.
    """

    def __init__(self, life: Life) -> None:
        super().__init__(life.lost)
        self._life = life
        life.tell_last = self._tell_last

    @Start.responder
    def start(
        self, settings: str, listeners: str, index: int, drain_seconds: float
    ) -> Deferred[dict[str, Any]]:
        """Answer when we listen."""
        self._life.drain_seconds = drain_seconds
        started = self._life.start(settings, unpack_listeners(listeners), index)
        return Deferred.fromCoroutine(started).addCallback(lambda _: {})

    @Heartbeat.responder
    def heartbeat(self) -> dict[str, Any]:
        """Answer: the reactor turns."""
        return {}

    @Figures.responder
    def figures(self) -> dict[str, Any]:
        """Tell the figures."""
        return {"text": self._life.figures()}

    @Drain.responder
    def drain(self, seconds: float) -> dict[str, Any]:
        """Answer that the drain has begun; its end is the end of the process."""
        background(self._life.drain(seconds))
        return {}

    @Caretake.responder
    def caretake(self) -> dict[str, Any]:
        """Take it on."""
        self._life.caretake()
        return {}

    @ReopenLog.responder
    def reopen_log(self) -> dict[str, Any]:
        """Open the log file again."""
        self._life.reopen_log()
        return {}

    def _tell_last(self, text: str) -> "Deferred[object]":
        heard: Deferred[object] = self.callRemote(LastFigures, text=text)
        # A supervisor that is gone, or that is another by now, hears nothing.
        return heard.addErrback(lambda _: None)


def background(work: Coroutine[Any, Any, None]) -> None:
    """Let *work* run; its failure goes to the log."""
    Deferred.fromCoroutine(work).addErrback(
        lambda failure: _log.failure("failed in the background", failure)
    )


def _why(error: Exception) -> str:
    """One line for the supervisor's log; what is no known trouble is told with its type."""
    text = str(error) if isinstance(error, AuthsrvError) else f"{type(error).__name__}: {error}"
    return " ".join(text.split())[:1000]
