"""These accept from real unix sockets: what is tested is what the kernel is told."""

import os
import socket
import stat
import tempfile
from typing import Any

from twisted.internet.interfaces import IListeningPort
from twisted.internet.protocol import Factory, Protocol
from twisted.internet.task import Clock
from twisted.trial.unittest import SynchronousTestCase

from authsrv.cluster.ports import accept_waiting, adopt


class _Reactor(Clock):
    """Notes who reads, and lets nobody."""

    def addReader(self, reader: Any) -> None:
        pass

    removeReader = addWriter = removeWriter = addReader


class SharedUnixPortTests(SynchronousTestCase):
    def setUp(self) -> None:
        directory = tempfile.TemporaryDirectory()
        self.addCleanup(directory.cleanup)
        self.path = os.path.join(directory.name, "a.sock")
        self.held = socket.socket(socket.AF_UNIX)
        self.addCleanup(self.held.close)
        self.held.bind(self.path)
        os.chmod(self.path, 0o600)
        self.held.listen()
        self.held.setblocking(False)
        self.reactor = _Reactor()
        self.made: list[Protocol] = []
        self.addCleanup(self._close_accepted)

    def _close_accepted(self) -> None:
        for protocol in self.made:
            transport: Any = protocol.transport
            transport.socket.close()

    def adopt(self) -> IListeningPort:
        def make() -> Protocol:
            self.made.append(Protocol())
            return self.made[-1]

        factory = Factory.forProtocol(make)
        return adopt(self.reactor, os.dup(self.held.fileno()), int(socket.AF_UNIX), factory)

    def stop(self, port: IListeningPort) -> None:
        stopped = port.stopListening()
        self.reactor.advance(0)
        assert stopped is not None
        self.successResultOf(stopped)

    def connect(self) -> None:
        client = socket.socket(socket.AF_UNIX)
        self.addCleanup(client.close)
        client.connect(self.path)

    def test_as_it_was(self) -> None:
        """Adopting a socket does not let anybody in who could not come in before."""
        self.stop_later(self.adopt())
        self.assertEqual(0o600, stat.S_IMODE(os.stat(self.path).st_mode))

    def stop_later(self, port: IListeningPort) -> None:
        self.addCleanup(self.stop, port)

    def test_others_go_on(self) -> None:
        """When one process stops, the path stays and the others still accept."""
        one, other = self.adopt(), self.adopt()
        self.stop_later(other)
        self.stop(one)
        self.connect()
        accept_waiting(other)
        self.assertEqual(1, len(self.made))

    def test_waiting(self) -> None:
        """Everybody who waits is accepted in one go."""
        port = self.adopt()
        self.stop_later(port)
        for _ in range(50):
            self.connect()
        accept_waiting(port)
        self.assertEqual(50, len(self.made))
