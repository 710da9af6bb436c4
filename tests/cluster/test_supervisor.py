import socket
from collections.abc import Callable
from signal import SIGHUP, SIGINT, SIGTERM, SIGUSR1
from typing import Any

from twisted.internet.defer import Deferred
from twisted.internet.testing import MemoryReactorClock
from twisted.logger import LogLevel, globalLogPublisher
from twisted.trial.unittest import SynchronousTestCase

from authsrv.cluster.errors import CannotStart
from authsrv.cluster.sockets import Listener
from authsrv.cluster.supervisor import Means, Plan, Supervisor
from tests.cluster.fakes import FakeLaunch, FakeServing, serving_of


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
        self.signals: dict[int, Callable[[], object] | None] = {}
        self.sockets: list[Any] = [_Socket()]
        self.refusal: Exception | None = None
        self.check_refusal: Exception | None = None
        self.reopened = 0
        self.events: list[dict[str, Any]] = []
        observer: Any = self.events.append
        globalLogPublisher.addObserver(observer)
        self.addCleanup(globalLogPublisher.removeObserver, observer)
        self.supervisor = Supervisor(
            self.reactor, Plan("{}", 2, 10.0, "https://localhost:8443"), self.means()
        )

    def means(self) -> Means:
        return Means(
            listen=lambda: [Listener("https", "127.0.0.1:1", it) for it in self.sockets],
            prepare=self.prepare,
            check=self.check,
            launcher=lambda listeners: self.launch,
            say=self.said.append,
            notify=self.told.append,
            set_signal=self.signals.__setitem__,
            reopen_log=self.reopen,
        )

    def prepare(self) -> list[str]:
        if self.refusal is not None:
            raise self.refusal
        return ["set-up: https://localhost:8443/setup"]

    def check(self) -> str:
        if self.check_refusal is not None:
            raise self.check_refusal
        return "{}"

    def reopen(self) -> None:
        self.reopened += 1

    def start(self, *servings: FakeServing) -> None:
        # One worker listens to one socket that is not there, so there are no listeners to adopt.
        self.launch.servings = list(servings)
        self.supervisor.privilegedStartService()
        self.supervisor.startService()
        self.supervisor._listeners, kept = [], self.supervisor._listeners
        self.reactor.run()
        self.supervisor._listeners = kept
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
        self.assertFalse(self.sockets[0].is_open)
        self.reactor.run()
        self.assertEqual([], self.launch.processes)

    def test_early_signals(self) -> None:
        """From before the start on, SIGHUP and SIGUSR1 end nobody."""
        self.supervisor.privilegedStartService()
        self.assertEqual({SIGHUP: None, SIGUSR1: None}, self.signals)


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
        self.assertFalse(self.sockets[0].is_open)
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
        self.assertFalse(self.sockets[0].is_open)


class SignalTests(_SupervisorCase):
    def test_reload(self) -> None:
        """SIGHUP has every worker read its certificates again."""
        self.start()
        self.signal(SIGHUP)
        self.assertEqual([1, 1], [serving_of(it).reloads for it in self.launch.processes])
        self.assertIn("certificates reloaded", self.logged(LogLevel.info))

    def test_reload_refused(self) -> None:
        """If something is wrong with the files, SIGHUP changes nothing and says so."""
        self.start()
        self.check_refusal = CannotStart("the key is another's")
        self.signal(SIGHUP)
        self.assertEqual([0, 0], [serving_of(it).reloads for it in self.launch.processes])
        self.assertEqual(["reload refused, nothing has changed"], self.logged(LogLevel.error))

    def test_reload_fails(self) -> None:
        """A worker that could not reload is told of in the log."""
        self.start(FakeServing(why_not="no such file"))
        self.signal(SIGHUP)
        (event,) = [it for it in self.events if it.get("log_level") is LogLevel.error]
        self.assertEqual(["worker 1: no such file"], event["why"])

    def test_reload_while_stopping(self) -> None:
        """SIGHUP during a drain does nothing."""
        self.start(FakeServing(finished=Deferred()))
        self.signal(SIGTERM)
        self.signal(SIGHUP)
        self.assertEqual(0, serving_of(self.launch.processes[0]).reloads)

    def test_reopen(self) -> None:
        """SIGUSR1 opens the log again, here and in every worker."""
        self.start()
        self.signal(SIGUSR1)
        self.assertEqual(1, self.reopened)
        self.assertEqual([1, 1], [it.logs_reopened for it in self.launch.processes])
