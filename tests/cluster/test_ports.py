"""These accept from real unix sockets: what is tested is what the kernel is told."""

import os
import socket
import stat
import tempfile
from errno import EMFILE
from typing import Any

from twisted.internet.interfaces import IListeningPort
from twisted.internet.protocol import Factory, Protocol
from twisted.internet.task import Clock
from twisted.logger import capturedLogs
from twisted.trial.unittest import SynchronousTestCase

from authsrv.cluster.ports import CALM, PAUSE, accept_waiting, adopt
from authsrv.cluster.spare import Spare
from tests.cluster.descriptors import Descriptors


class _Reactor(Clock):
    """Notes who reads, and lets nobody."""

    def __init__(self) -> None:
        super().__init__()
        self.readers: set[Any] = set()

    def addReader(self, reader: Any) -> None:
        self.readers.add(reader)

    def removeReader(self, reader: Any) -> None:
        self.readers.discard(reader)

    def addWriter(self, writer: Any) -> None:
        pass

    removeWriter = addWriter


class _Exhausted:
    """A listening socket of a process that has no descriptor left."""

    def __init__(self, held: socket.socket) -> None:
        self.held = held

    def accept(self) -> Any:
        raise OSError(EMFILE, "Too many open files")

    def __getattr__(self, name: str) -> Any:
        return getattr(self.held, name)


class PortCase(SynchronousTestCase):
    """A listening socket, and ports on it."""

    def bind(self) -> socket.socket:
        raise NotImplementedError

    def setUp(self) -> None:
        self.held = self.bind()
        self.addCleanup(self.held.close)
        self.held.listen()
        self.held.setblocking(False)
        self.reactor = _Reactor()
        self.descriptors = Descriptors()
        self.spare = Spare(2, self.descriptors.open)
        self.addCleanup(self.spare.release)
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
        family = int(self.held.family)
        return adopt(self.reactor, os.dup(self.held.fileno()), family, factory, self.spare)

    def stop(self, port: IListeningPort) -> None:
        stopped = port.stopListening()
        self.reactor.advance(0)
        assert stopped is not None
        self.successResultOf(stopped)

    def stop_later(self, port: IListeningPort) -> None:
        self.addCleanup(self.stop, port)

    def connect(self) -> None:
        client = socket.socket(self.held.family)
        self.addCleanup(client.close)
        client.connect(self.held.getsockname())


class SharedUnixPortTests(PortCase):
    """A unix socket."""

    def bind(self) -> socket.socket:
        directory = tempfile.TemporaryDirectory()
        self.addCleanup(directory.cleanup)
        self.path = os.path.join(directory.name, "a.sock")
        held = socket.socket(socket.AF_UNIX)
        held.bind(self.path)
        os.chmod(self.path, 0o600)
        return held

    def test_as_it_was(self) -> None:
        """Adopting a socket does not let anybody in who could not come in before."""
        self.stop_later(self.adopt())
        self.assertEqual(0o600, stat.S_IMODE(os.stat(self.path).st_mode))

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


class SharedTcpPortTests(PortCase):
    """A TCP socket, and a process that runs out of descriptors."""

    def bind(self) -> socket.socket:
        held = socket.socket()
        held.bind(("127.0.0.1", 0))
        return held

    def exhaust(self, port: Any) -> None:
        port.socket._held = _Exhausted(port.socket._held)

    def recover(self, port: Any) -> None:
        port.socket._held = port.socket._held.held

    def test_pause(self) -> None:
        """It accepts nobody, sets free what was kept back, and closes nobody who waits."""
        port = self.adopt()
        self.stop_later(port)
        self.connect()
        self.exhaust(port)
        accept_waiting(port)
        self.assertFalse(self.spare.is_held)
        self.assertEqual(self.reactor.readers, set())
        self.assertEqual(self.made, [])

    def test_resume(self) -> None:
        """When there are descriptors again, and not before, it goes on with who waits."""
        port = self.adopt()
        self.stop_later(port)
        self.connect()
        self.exhaust(port)
        accept_waiting(port)
        self.descriptors.left = 0
        self.reactor.advance(PAUSE)
        self.assertEqual(self.reactor.readers, set())
        self.descriptors.left = 9
        self.recover(port)
        self.reactor.advance(PAUSE)
        self.assertEqual(self.reactor.readers, {port})
        accept_waiting(port)
        self.assertEqual(len(self.made), 1)

    def test_said(self) -> None:
        """A row of pauses is said once, with the reason, and so is its end; each is counted."""
        port = self.adopt()
        self.stop_later(port)
        self.connect()
        self.exhaust(port)
        with capturedLogs() as said:
            for _ in range(5):
                accept_waiting(port)
                self.reactor.advance(PAUSE)
            self.recover(port)
            self.reactor.advance(CALM)
        told = [(it["log_format"], it.get("why")) for it in said]
        self.assertEqual(
            told, [("accepting paused", "Too many open files"), ("accepting again", None)]
        )
        self.assertEqual(self.spare.pauses, 5)
        self.assertEqual(self.reactor.getDelayedCalls(), [])

    def test_stopped_while_paused(self) -> None:
        """It leaves no timer, and the others go on."""
        port, other = self.adopt(), self.adopt()
        self.stop_later(other)
        self.connect()
        self.exhaust(port)
        accept_waiting(port)
        self.stop(port)
        self.assertEqual(self.reactor.getDelayedCalls(), [])
        accept_waiting(other)
        self.assertEqual(len(self.made), 1)
