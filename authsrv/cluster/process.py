"""A worker's process and our end of its channel: all that the supervisor can say to it."""

import contextlib
from collections.abc import Callable
from typing import Any

from attrs import frozen
from twisted.internet.defer import Deferred
from twisted.internet.error import ProcessExitedAlready
from twisted.internet.interfaces import IProcessTransport, IReactorTime
from twisted.internet.protocol import ProcessProtocol
from twisted.protocols import amp

from authsrv.cluster.channel import (
    Caretake,
    Channel,
    Drain,
    Figures,
    Heartbeat,
    LastFigures,
    ReopenLog,
    Start,
)
from authsrv.cluster.launch import Launch

#: Seconds that a worker has to say what it has counted.
FIGURES_WITHIN = 2.0


@frozen
class Orders:
    """What every worker is told at its start."""

    settings: str
    listeners: str
    drain_seconds: float


class _OurEnd(Channel):
    """The supervisor's end of the channel; *told* is called with the last figures."""

    def __init__(self, lost: Callable[[], None], told: Callable[[str], None]) -> None:
        super().__init__(lost)
        self._told = told

    @LastFigures.responder
    def last_figures(self, text: str) -> dict[str, Any]:
        """Answer: now it may end."""
        self._told(text)
        return {}


class Process:
    """One of them.  *lost*: it has closed its channel; *told*: its drain is over, with figures.

    What is said to one that is ending, or has ended, is lost without an error.
    """

    def __init__(
        self, clock: IReactorTime, lost: Callable[[], None], told: Callable[[str], None]
    ) -> None:
        #: Its number, even when it has ended.
        self.pid = 0
        self._clock = clock
        self._channel: Channel = _OurEnd(lost, told)
        self._transport: IProcessTransport | None = None

    def spawn(self, launch: Launch, protocol: ProcessProtocol) -> None:
        """Start it, as *protocol*'s.  Raises OSError if there can be none."""
        self._transport = launch(protocol, self._channel)
        self.pid = self._transport.pid or 0

    @property
    def descriptor(self) -> int | None:
        """Of our end of its channel."""
        return self._channel.descriptor

    def start(self, orders: Orders, index: int) -> "Deferred[dict[str, Any]]":
        """Have it serve; fires when it does, fails with CannotServe."""
        return self._ask(
            Start,
            settings=orders.settings,
            listeners=orders.listeners,
            index=index,
            drain_seconds=orders.drain_seconds,
        )

    def beat(self, answered: Callable[[object], None]) -> None:
        """Ask for a sign of life."""
        _ignoring_errors(self._ask(Heartbeat).addCallback(answered))

    def drain(self, seconds: float) -> None:
        """Have it finish within *seconds*."""
        _ignoring_errors(self._ask(Drain, seconds=seconds))

    def caretake(self) -> None:
        """Have it do what is done once."""
        _ignoring_errors(self._ask(Caretake))

    def reopen_log(self) -> None:
        """Have it open its log file again."""
        _ignoring_errors(self._ask(ReopenLog))

    def figures(self) -> "Deferred[str | None]":
        """What it has counted, or None if it does not say."""
        answer = self._ask(Figures).addTimeout(FIGURES_WITHIN, self._clock)
        return answer.addCallbacks(lambda found: found["text"], lambda _: None)

    def close(self) -> None:
        """Hang up: it ends itself."""
        self._channel.close()

    def signal(self, name: str) -> None:
        """Send it a signal."""
        if self._transport is not None:
            with contextlib.suppress(ProcessExitedAlready):
                self._transport.signalProcess(name)

    def _ask(self, command: type[amp.Command], **arguments: object) -> "Deferred[dict[str, Any]]":
        answer: Deferred[dict[str, Any]] = self._channel.callRemote(command, **arguments)
        return answer


def _ignoring_errors(answer: "Deferred[Any]") -> None:
    """A worker that cannot answer is ending, or will be found out by its heartbeat."""
    answer.addErrback(lambda _: None)
