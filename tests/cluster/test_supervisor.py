import os
import socket
from collections.abc import Callable, Iterable
from signal import SIGHUP, SIGINT, SIGTERM, SIGUSR1, SIGUSR2
from typing import Any

from attrs import evolve
from twisted.internet.defer import Deferred
from twisted.internet.testing import MemoryReactorClock
from twisted.logger import LogLevel, capturedLogs, globalLogPublisher
from twisted.trial.unittest import SynchronousTestCase

from authsrv.cluster.errors import CannotStart
from authsrv.cluster.handover import Handover, OldWorker
from authsrv.cluster.sockets import Listener
from authsrv.cluster.supervisor import Means, Plan, Supervisor
from authsrv.cluster.watchdog import Strength
from tests.cluster.fakes import FakeLaunch, FakeServing, FakeSuccessor, serving_of


class _Socket:
    family = socket.AF_INET

    def __init__(self) -> None:
        self.is_open = True

    def fileno(self) -> int:
        return 0

    def close(self) -> None:
        self.is_open = False


class _SupervisorCase(SynchronousTestCase):
    def setUp(self) -> None:
        self.reactor: Any = MemoryReactorClock()
        self.launch = FakeLaunch(self.reactor)
        self.said: list[str] = []
        self.told: list[str] = []
        self.watched: list[Callable[[], Strength]] = []
        self.signals: dict[int, Callable[[], object] | None] = {}
        self.sockets: dict[str, Any] = {}
        self.refusal: Exception | None = None
        self.plan = Plan("{}", 2, 10.0, "https://localhost:8443", [("https", "a:1")])
        self.read_refusal: Exception | None = None
        self.reopened = 0
        self.left = Handover()
        self.successor = FakeSuccessor()
        self.events: list[dict[str, Any]] = []
        observer: Any = self.events.append
        globalLogPublisher.addObserver(observer)
        self.addCleanup(globalLogPublisher.removeObserver, observer)
        self.supervisor = Supervisor(self.reactor, self.plan, self.means())

    def means(self) -> Means:
        return Means(
            listen=self.listen,
            prepare=self.prepare,
            read=self.read,
            launcher=lambda listeners, workers, asyncio: self.launch,
            say=self.said.append,
            notify=self.told.append,
            set_signal=self.signals.__setitem__,
            reopen_log=self.reopen,
            left=self.left,
            successor=self.successor,
            watch=self.watched.append,
        )

    def listen(self, wanted: Iterable[tuple[str, str]]) -> list[Listener]:
        opened = []
        for kind, asked in wanted:
            if asked == "taken":
                raise CannotStart("cannot listen on taken")
            made: Any = _Socket()
            self.sockets[asked] = made
            opened.append(Listener(kind, asked, asked, made))
        return opened

    def open_now(self) -> set[str]:
        return {asked for asked, made in self.sockets.items() if made.is_open}

    def prepare(self) -> list[str]:
        if self.refusal is not None:
            raise self.refusal
        return ["set-up: https://localhost:8443/setup"]

    def read(self) -> Plan:
        if self.read_refusal is not None:
            raise self.read_refusal
        return self.plan

    def reopen(self) -> None:
        self.reopened += 1

    def start(self, *servings: FakeServing) -> None:
        self.launch.servings = list(servings)
        self.supervisor.privilegedStartService()
        self.supervisor.startService()
        self.reactor.run()
        self.launch.settle()

    def signal(self, number: int) -> None:
        then = self.signals[number]
        assert then is not None
        then()
        self.launch.settle()

    def logged(self, level: LogLevel) -> list[str]:
        return [it["log_format"] for it in self.events if it.get("log_level") is level]


class StartTests(_SupervisorCase):
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


class StopTests(_SupervisorCase):
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


class ReloadTests(_SupervisorCase):
    def serving(self) -> list[int]:
        """The processes that serve and are not asked to finish."""
        return [it.pid for it in self.launch.alive if not serving_of(it).drained]

    def test_reload(self) -> None:
        """SIGHUP replaces all workers by new ones, which serve before the old ones finish."""
        waiting: Deferred[None] = Deferred()
        self.start(FakeServing(finished=waiting), FakeServing(finished=waiting))
        started: Deferred[None] = Deferred()
        self.launch.servings = [FakeServing(started=started)]
        self.signal(SIGHUP)
        self.assertEqual(4, len(self.launch.alive))
        self.assertEqual([1000, 1001, 1002, 1003], self.serving())
        started.callback(None)
        self.launch.settle()
        self.assertEqual([1002, 1003], self.serving())
        self.assertEqual([9.0], serving_of(self.launch.processes[0]).drained)
        waiting.callback(None)
        self.launch.settle()
        self.assertEqual(2, len(self.launch.alive))
        self.assertEqual(1, self.launch.closed)
        self.assertIn("reloaded", self.logged(LogLevel.info))

    def test_told(self) -> None:
        """systemd hears of it: when it begins, and when it has ended, well or not."""
        self.start()
        self.signal(SIGHUP)
        began = f"RELOADING=1\nMONOTONIC_USEC={int(self.reactor.seconds() * 1e6)}"
        self.assertEqual(["READY=1", began, "READY=1"], self.told)
        self.read_refusal = CannotStart("no")
        self.signal(SIGHUP)
        self.assertEqual("READY=1", self.told[-1])

    def test_refused(self) -> None:
        """If something is wrong with the files, nothing changes, and that is said."""
        self.start()
        self.read_refusal = CannotStart("the key is another's")
        why = self.failureResultOf(self.supervisor.reload(), CannotStart)
        self.assertEqual("the key is another's", why.getErrorMessage())
        self.assertEqual(2, len(self.launch.processes))
        self.assertEqual(["reload refused, nothing has changed"], self.logged(LogLevel.error))

    def test_new_ones_cannot_serve(self) -> None:
        """If the new workers cannot serve, they are ended and the old ones stay."""
        self.start()
        self.launch.servings = [CannotStart("bad code")]
        self.plan = evolve(self.plan, listen=[("https", "b:2")])
        told = self.supervisor.reload()
        self.launch.settle()
        self.assertIn("bad code", self.failureResultOf(told, CannotStart).getErrorMessage())
        self.assertEqual([1000, 1001], self.serving())
        self.assertEqual([1000, 1001], [it.pid for it in self.launch.alive])
        self.assertEqual({"a:1"}, self.open_now())

    def test_count(self) -> None:
        """A changed number of workers is honoured."""
        self.start()
        self.plan = evolve(self.plan, workers=3)
        self.signal(SIGHUP)
        self.assertEqual([1002, 1003, 1004], self.serving())

    def test_listeners(self) -> None:
        """A new address is opened, one that is gone is closed, one that stays is the same."""
        self.plan = evolve(self.plan, listen=[("https", "a:1"), ("https", "c:3")])
        self.supervisor._plan = self.plan
        self.start()
        stays = self.sockets["a:1"]
        self.plan = evolve(self.plan, listen=[("https", "b:2"), ("http", "a:1")])
        self.signal(SIGHUP)
        self.assertEqual({"a:1", "b:2"}, self.open_now())
        self.assertIs(stays, self.sockets["a:1"])

    def test_address_taken(self) -> None:
        """An address that cannot be had refuses the reload."""
        self.start()
        self.plan = evolve(self.plan, listen=[("https", "b:2"), ("https", "taken")])
        self.failureResultOf(self.supervisor.reload(), CannotStart)
        self.assertEqual(2, len(self.launch.processes))

    def test_needs_restart(self) -> None:
        """What a reload cannot change is told of."""
        self.start()
        self.plan = evolve(self.plan, fixed="another log")
        self.signal(SIGHUP)
        self.assertIn("some changed settings need a restart", self.logged(LogLevel.warn))

    def test_while_stopping(self) -> None:
        """SIGHUP during a drain does nothing."""
        self.start(FakeServing(finished=Deferred()))
        self.signal(SIGTERM)
        self.supervisor.stopService()
        self.signal(SIGHUP)
        self.assertEqual(2, len(self.launch.processes))

    def test_stopped_meanwhile(self) -> None:
        """SIGTERM during a reload ends the new ones with the old."""
        self.start()
        self.launch.servings = [FakeServing(started=Deferred())]
        told = self.supervisor.reload()
        self.launch.settle()
        self.signal(SIGTERM)
        stopped = self.supervisor.stopService()
        self.launch.pass_time(1)
        self.failureResultOf(told, CannotStart)
        self.successResultOf(stopped)
        self.assertEqual([], self.launch.alive)
        self.assertEqual(set(), self.open_now())

    def test_many(self) -> None:
        """Asked for many times at once it is done twice: once for the first, once for the rest."""
        self.start()
        told = [self.supervisor.reload() for _ in range(9)]
        self.launch.settle()
        self.launch.settle()
        for each in told:
            self.successResultOf(each)
        self.assertEqual(6, len(self.launch.processes))

    def test_slow_to_finish(self) -> None:
        """While two generations still finish the next reload waits, and then goes on."""
        slow = [FakeServing(finished=Deferred()) for _ in range(4)]
        self.start(*slow[:2])
        self.launch.servings = [*slow[2:]]
        for _ in range(2):
            self.signal(SIGHUP)
        self.assertEqual(6, len(self.launch.processes))
        told = self.supervisor.reload()
        self.launch.settle()
        self.assertEqual(6, len(self.launch.processes))
        for serving in slow[:2]:
            assert serving.finished is not None
            serving.finished.callback(None)
        self.launch.pass_time(1)
        self.successResultOf(told)
        self.assertEqual(8, len(self.launch.processes))


class UpgradeTests(_SupervisorCase):
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
        made: Any = _Socket()
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


class SignalTests(_SupervisorCase):
    def test_reopen(self) -> None:
        """SIGUSR1 opens the log again, here and in every worker."""
        self.start()
        self.signal(SIGUSR1)
        self.assertEqual(1, self.reopened)
        self.assertEqual([1, 1], [it.logs_reopened for it in self.launch.processes])
