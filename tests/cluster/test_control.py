"""What an operator's command says to the supervisor."""

from typing import Any

from twisted.internet.defer import Deferred
from twisted.internet.task import Clock
from twisted.internet.testing import StringTransport
from twisted.trial.unittest import SynchronousTestCase

from authsrv.cluster.control import SAID_WITHIN, ControlFactory
from authsrv.cluster.errors import CannotStart


class ControlTests(SynchronousTestCase):
    """One line, one answer."""

    def setUp(self) -> None:
        self.clock = Clock()
        self.asked: list[Deferred[None]] = []
        factory = ControlFactory({"reload": self.reload}, self.clock)
        self.connection: Any = factory.buildProtocol(None)
        self.transport = StringTransport()
        self.connection.makeConnection(self.transport)

    def reload(self) -> "Deferred[None]":
        self.asked.append(Deferred())
        return self.asked[-1]

    def test_done(self) -> None:
        """It is answered when it is done, and not before."""
        self.connection.dataReceived(b"reload\n")
        self.clock.advance(SAID_WITHIN * 9)
        self.assertEqual(self.transport.value(), b"")
        self.asked[0].callback(None)
        self.assertEqual(self.transport.value(), b"ok\n")
        self.assertTrue(self.transport.disconnecting)

    def test_refused(self) -> None:
        """If it cannot be done, why not is the answer."""
        self.connection.dataReceived(b"reload\r\n")
        self.asked[0].errback(CannotStart("line 3: no\nline 4: no"))
        self.assertEqual(self.transport.value(), b"error: line 3: no\nline 4: no\n")

    def test_unknown(self) -> None:
        """What is no command is told those there are."""
        for line in (b"stop\n", b"\xff\n", b"\n"):
            self.setUp()
            self.connection.dataReceived(line)
            self.assertEqual(self.transport.value(), b"error: there are only: reload\n")
            self.assertTrue(self.transport.disconnecting)

    def test_once(self) -> None:
        """A connection has one command."""
        self.connection.dataReceived(b"reload\nreload\n")
        self.connection.dataReceived(b"reload\n")
        self.assertEqual(len(self.asked), 1)

    def test_silence(self) -> None:
        """Who says nothing is sent away, and so is who says too much."""
        self.clock.advance(SAID_WITHIN)
        self.assertTrue(self.transport.disconnecting)
        self.setUp()
        self.connection.dataReceived(b"x" * 200)
        self.assertTrue(self.transport.disconnecting)

    def test_gone(self) -> None:
        """Who leaves stops nothing that was begun, and leaves no timer."""
        self.connection.dataReceived(b"reload\n")
        self.connection.connectionLost()
        self.asked[0].callback(None)
        self.assertEqual(self.clock.getDelayedCalls(), [])
