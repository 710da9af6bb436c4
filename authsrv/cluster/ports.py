"""Accepting from a socket that other processes accept from too."""

import os
import socket
from collections.abc import Callable
from errno import EAGAIN, EMFILE, ENFILE, ENOBUFS, ENOMEM
from typing import Any, cast

from twisted.internet import tcp, unix
from twisted.internet.interfaces import IDelayedCall, IListeningPort, IProtocolFactory
from twisted.logger import Logger

from authsrv.cluster.eager import TcpConnection, UnixConnection
from authsrv.cluster.spare import Spare

# More than the backlog, so that one round takes everybody who waits.
_EVERYBODY = 4096
#: Seconds until a port that could not accept for want of descriptors or memory tries again.
PAUSE = 0.1
#: Seconds without another pause until it says that it is over: where everybody comes again at once
#: there are ten in a second.
CALM = 1.0
_log = Logger()
_WANT = frozenset({EMFILE, ENFILE, ENOBUFS, ENOMEM})


def adopt(
    reactor: Any, descriptor: int, family: int, factory: IProtocolFactory, spare: Spare
) -> IListeningPort:
    """With *reactor*, an IReactorSocket, accept connections from the listening *descriptor*.

    The descriptor is closed: the port has a copy.  When the process has used up its descriptors,
    *spare* is set free and the port pauses: who comes waits in the kernel's queue, where another
    process may accept him.
    """
    kind = SharedUnixPort if family == socket.AF_UNIX else SharedTcpPort
    try:
        # The two take the family differently.
        rest = (factory,) if family == socket.AF_UNIX else (family, factory)
        port: Any = kind._fromListeningDescriptor(reactor, descriptor, *rest)
        port.spare = spare
        port.startListening()
        return cast(IListeningPort, port)
    finally:
        os.close(descriptor)


def accept_waiting(port: IListeningPort) -> None:
    """Accept who waits already.

    The kernel resets the connections that are still in the queue when its last holder closes it.
    """
    if isinstance(port, tcp.Port):
        port.numberAccepts = _EVERYBODY
        port.doRead()


class _Listening:
    """The listening socket of *port*, whose accept() pauses the port instead of failing.

    Twisted would accept who waits, and close them.
    """

    def __init__(self, held: socket.socket, port: "_PausingPort") -> None:
        self._held = held
        self._port = port

    def accept(self) -> Any:
        try:
            return self._held.accept()
        except OSError as error:
            if error.errno in _WANT:
                self._port.pause(error.strerror or str(error))
                raise BlockingIOError(EAGAIN, "paused") from error
            raise

    def __getattr__(self, name: str) -> Any:
        return getattr(self._held, name)


class _PausingPort:
    """What the two kinds of port have in common."""

    reactor: Any
    socket: Any
    startReading: Callable[[], None]
    stopReading: Callable[[], None]
    spare: Spare
    #: What comes next, from a pause until it is over.
    _next: IDelayedCall | None = None

    def pause(self, why: str) -> None:
        """Accept nobody for a while."""
        self.spare.release()
        self.spare.pauses += 1
        self.stopReading()
        if self._next is None:
            _log.warn("accepting paused", why=why)
        self._then(PAUSE, self._resume)

    def connectionLost(self, reason: Any) -> None:
        """Close our copy only: a unix port of Twisted's would remove the path."""
        self._forget()
        tcp.Port.connectionLost(cast(tcp.Port, self), reason)

    def _wrap(self) -> None:
        self.socket = _Listening(self.socket, self)

    def _resume(self) -> None:
        if self.spare.hold():
            self.startReading()
            self._then(CALM, self._note_calm)
        else:
            self._then(PAUSE, self._resume)

    def _note_calm(self) -> None:
        self._next = None
        _log.info("accepting again")

    def _then(self, seconds: float, what: Callable[[], None]) -> None:
        self._forget()
        self._next = self.reactor.callLater(seconds, what)

    def _forget(self) -> None:
        if self._next is not None and self._next.active():
            self._next.cancel()


class SharedTcpPort(_PausingPort, tcp.Port):
    """A TCP listener of which this process is one of several holders."""

    transport = TcpConnection

    def startListening(self) -> None:
        """Begin to accept."""
        super().startListening()
        self._wrap()


class SharedUnixPort(_PausingPort, unix.Port):
    """A unix listener of which this process is one of several holders.

    Twisted's own, when it adopts a socket, makes it writable for everybody and its backlog 50;
    when it stops, it removes the path and shuts the socket down for all processes.
    """

    transport = UnixConnection
    _shouldShutdown = False

    def startListening(self) -> None:
        """Begin to accept; the socket is as its maker left it."""
        tcp._reservedFD.reserve()
        shared, self._preexistingSocket = self._preexistingSocket, None
        assert shared is not None  # noqa: S101  adopt has seen to it
        assert self.factory is not None  # noqa: S101  for mypy: we are given one
        self.factory.doStart()
        self.socket = shared
        self.fileno = shared.fileno  # type: ignore[method-assign]
        self.connected = True
        self.numberAccepts = 100
        self._wrap()
        self.startReading()
