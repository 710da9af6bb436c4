import os
from signal import SIGHUP, SIGINT, SIGTERM, SIGUSR1, SIGUSR2
from typing import Any

from twisted.internet.defer import Deferred
from twisted.logger import LogLevel, capturedLogs

from authsrv.cluster.errors import CannotStart
from authsrv.cluster.handover import Handover, OldWorker
from authsrv.cluster.sockets import Listener
from authsrv.cluster.supervisor import Supervisor
from authsrv.cluster.watchdog import Strength
from tests.cluster.fakes import FakeServing
from tests.cluster.supervisor_case import FakeSocket, SupervisorCase


class StartTests(SupervisorCase):
    def test_ready(self) -> None:
        """Ready is said once, with what the preparation has to tell, to people and to systemd."""
        self.start()
        self.assertEqual(
            ["authsrv is ready: https://localhost:8443", "set-up: https://localhost:8443/setup"],
            self.said,
        )
        self.assertEqual(["READY=1"], self.told)
        self.assertEqual(1, self.logged(LogLevel.info).count("authsrv is ready"))

    def test_strength(self) -> None:
        """How many workers are ready, and wanted, can be asked for from the start to the end."""
        self.start()
        (strength,) = self.watched
        self.assertEqual(Strength(2, 2), strength())
        self.supervisor.stopService()
        self.assertEqual(Strength(0, 0), strength())

    def test_secret_line(self) -> None:
        """What is for a person, such as the set-up link, is not in the log."""
        self.start()
        self.assertNotIn("/setup", str(self.events))

    def test_refused(self) -> None:
        """If the preparation fails, nothing stays open and no worker is started."""
        self.refusal = CannotStart("no")
        self.supervisor.privilegedStartService()
        with self.assertRaises(CannotStart):
            self.supervisor.startService()
        self.assertEqual(set(), self.open_now())
        self.reactor.run()
        self.assertEqual([], self.launch.processes)

    def test_early_signals(self) -> None:
        """From before the start on, SIGHUP and SIGUSR1 end nobody."""
        self.supervisor.privilegedStartService()
        self.assertEqual({SIGHUP: None, SIGUSR1: None, SIGUSR2: None}, self.signals)


class StopTests(SupervisorCase):
    def stop(self) -> Deferred[None]:
        return self.supervisor.stopService()

    def test_drain(self) -> None:
        """On SIGTERM and SIGINT the sockets are closed first; it is over when all have drained."""
        waiting: Deferred[None] = Deferred()
        self.start(FakeServing(finished=waiting))
        self.signal(SIGTERM)
        self.assertTrue(self.reactor.hasStopped)
        stopped = self.stop()
        self.launch.settle()
        self.assertEqual(set(), self.open_now())
        self.assertNoResult(stopped)
        waiting.callback(None)
        self.launch.settle()
        self.successResultOf(stopped)
        self.assertEqual(self.signals[SIGINT], self.signals[SIGTERM])

    def test_deadline(self) -> None:
        """A worker that does not finish is killed, so that it is over in time."""
        self.start(FakeServing(finished=Deferred()))
        self.signal(SIGTERM)
        stopped = self.stop()
        self.launch.pass_time(10)
        self.successResultOf(stopped)
        self.assertEqual(["KILL"], self.launch.processes[0].signals)

    def test_second(self) -> None:
        """A second SIGTERM ends it at once."""
        self.start(FakeServing(finished=Deferred()))
        self.signal(SIGTERM)
        stopped = self.stop()
        self.launch.settle()
        self.assertNoResult(stopped)
        self.signal(SIGTERM)
        self.successResultOf(stopped)

    def test_before_running(self) -> None:
        """Stopping what never ran closes the sockets and waits for nobody."""
        self.supervisor.privilegedStartService()
        self.supervisor.startService()
        self.successResultOf(self.stop())
        self.assertEqual(set(), self.open_now())


class UpgradeTests(SupervisorCase):
    """The supervisor becomes another."""

    def test_left(self) -> None:
        """It leaves its sockets and its workers, and ignores the signals that would end it."""
        self.start()
        self.signal(SIGUSR2)
        (left,) = self.successor.left
        self.assertEqual(["a:1"], [it.asked for it in left.listeners])
        self.assertEqual([1000, 1001], [it.pid for it in left.workers])
        self.assertEqual([None] * 3, [self.signals[it] for it in (SIGHUP, SIGUSR1, SIGUSR2)])
        self.assertEqual({"a:1"}, self.open_now())

    def test_refused(self) -> None:
        """If the settings or the program would not do, it stays what it is."""
        self.start()
        self.read_refusal = CannotStart("line 3")
        self.failureResultOf(self.supervisor.upgrade(), CannotStart)
        self.read_refusal = None
        self.successor.refusal = CannotStart("SyntaxError")
        self.failureResultOf(self.supervisor.upgrade(), CannotStart)
        self.assertEqual([], self.successor.left)
        self.assertIsNotNone(self.signals[SIGHUP])
        self.assertEqual(
            2, self.logged(LogLevel.error).count("upgrade refused, nothing has changed")
        )

    def test_not_executed(self) -> None:
        """If the kernel does not start the program, signals mean what they meant before."""
        self.start()
        self.successor.error = OSError(2, "No such file or directory")
        self.failureResultOf(self.supervisor.upgrade(), CannotStart)
        self.assertIsNotNone(self.signals[SIGHUP])

    def test_taken_over(self) -> None:
        """What was left is kept if it is wanted, and the old workers are let go when ours serve."""
        made: Any = FakeSocket()
        reading, writing = os.pipe()
        self.addCleanup(os.close, reading)
        self.sockets["a:1"] = made
        self.left = Handover(
            (Listener("https", "a:1", "a:1", made),), (OldWorker(2**22 + 1, writing),)
        )
        self.supervisor = Supervisor(self.reactor, self.plan, self.means())
        self.launch.servings = [FakeServing(started=(ready := Deferred[None]()))] * 2
        waiting = self.supervisor.ready()
        self.supervisor.privilegedStartService()
        self.assertIs(made, self.sockets["a:1"])
        self.supervisor.startService()
        self.reactor.run()
        self.launch.settle()
        os.fstat(writing)
        ready.callback(None)
        with capturedLogs() as said:
            self.launch.settle()
        self.successResultOf(waiting)
        with self.assertRaises(OSError):
            os.fstat(writing)
        whys = [it["why"] for it in said if it["log_format"] == "worker draining"]
        self.assertEqual(["upgrade"], whys)
        self.assertEqual({"upgrade": 1}, self.supervisor._generations.books.drains)


class SignalTests(SupervisorCase):
    def test_reopen(self) -> None:
        """SIGUSR1 opens the log again, here and in every worker."""
        self.start()
        self.signal(SIGUSR1)
        self.assertEqual(1, self.reopened)
        self.assertEqual([1, 1], [it.logs_reopened for it in self.launch.processes])
