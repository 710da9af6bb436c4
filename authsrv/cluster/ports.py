"""Accepting from a socket that other processes accept from too."""

import os
import socket
from typing import Any, cast

from twisted.internet import tcp, unix
from twisted.internet.interfaces import IListeningPort, IProtocolFactory

# More than the backlog, so that one round takes everybody who waits.
_EVERYBODY = 4096


def adopt(reactor: Any, descriptor: int, family: int, factory: IProtocolFactory) -> IListeningPort:
    """With *reactor*, an IReactorSocket, accept connections from the listening *descriptor*.

    The descriptor is closed: the port has a copy.
    """
    try:
        if family == socket.AF_UNIX:
            port = SharedUnixPort._fromListeningDescriptor(reactor, descriptor, factory)
            port.startListening()
        else:
            port = reactor.adoptStreamPort(descriptor, family, factory)
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


class SharedUnixPort(unix.Port):
    """A unix listener of which this process is one of several holders.

    Twisted's own, when it adopts a socket, makes it writable for everybody and its backlog 50;
    when it stops, it removes the path and shuts the socket down for all processes.
    """

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
        self.startReading()

    def connectionLost(self, reason: Any) -> None:
        """Close our copy only."""
        tcp.Port.connectionLost(self, reason)
