import os
import socket
from collections.abc import Callable
from typing import Any

from twisted.internet.error import ConnectionDone, ReactorNotRunning
from twisted.internet.testing import StringTransport
from twisted.python.failure import Failure
from twisted.trial.unittest import SynchronousTestCase

from authsrv.cluster.eventlog import EventLog
from authsrv.cluster.spare import Spare
from authsrv.cluster.tally import shared_memory
from authsrv.worker import Process, _parser


class _Reactor:
    """Runs what is done when it runs, then what *meanwhile* does."""

    def __init__(self, meanwhile: Callable[["_Reactor"], None]) -> None:
        self.meanwhile = meanwhile
        self.hooks: list[tuple[Any, ...]] = []
        self.protocol: Any = None
        self.stopped = 0

    def getDelayedCalls(self) -> list[object]:
        return []

    def callWhenRunning(self, *hook: Any) -> None:
        self.hooks.append(hook)

    def adoptStreamConnection(self, descriptor: int, family: int, factory: Any) -> None:
        os.fstat(descriptor)
        self.protocol = factory.buildProtocol(None)
        self.protocol.makeConnection(StringTransport())

    def run(self) -> None:
        self.meanwhile(self)

    def stop(self) -> None:
        self.stopped += 1
        if self.stopped > 1:
            raise ReactorNotRunning


class ProcessTests(SynchronousTestCase):
    def run_process(self, meanwhile: Callable[[_Reactor], None]) -> tuple[int, _Reactor]:
        ours, theirs = socket.socketpair()
        self.addCleanup(ours.close)
        reactor = _Reactor(meanwhile)
        process = Process(reactor, EventLog(), self.spare())
        return process.run(theirs.detach(), shared_memory(1)), reactor

    def spare(self) -> Spare:
        spare = Spare()
        self.addCleanup(spare.release)
        return spare

    def test_supervisor_gone(self) -> None:
        """A worker whose supervisor goes before it has said anything leaves, with status 0."""
        alarms = self.alarm_is_reset()
        status, reactor = self.run_process(
            lambda it: it.protocol.connectionLost(Failure(ConnectionDone()))
        )
        self.assertEqual((0, 1), (status, reactor.stopped))
        self.assertTrue(alarms())

    def test_leaves_once(self) -> None:
        """A worker that is told twice to leave is none the worse."""
        process = Process(_Reactor(lambda it: None), EventLog(), self.spare())
        process._leave(1)
        process._leave(1)
        self.assertEqual(1, process._status)

    def alarm_is_reset(self) -> Callable[[], int]:
        """Take back the alarm that a drain sets, and tell whether there was one."""
        import signal

        self.addCleanup(signal.alarm, 0)
        return lambda: signal.alarm(0)


class ArgumentTests(SynchronousTestCase):
    def test_arguments(self) -> None:
        """A worker is told its channel, the shared counts, and how and where to log."""
        said = "--channel 3 --tally 4 --log-format text --log-file /x"
        asked = _parser().parse_args(said.split())
        self.assertEqual((3, 4), (asked.channel, asked.tally))
        self.assertEqual(("text", "/x"), (asked.log_format, asked.log_file))
