from signal import SIGHUP, SIGTERM

from attrs import evolve
from twisted.internet.defer import Deferred
from twisted.logger import LogLevel

from authsrv.cluster.errors import CannotStart
from authsrv.cluster.supervisor import Supervisor
from tests.cluster.fakes import FakeServing, serving_of
from tests.cluster.supervisor_case import SupervisorCase


class ReloadTests(SupervisorCase):
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
        self.supervisor = Supervisor(self.reactor, self.plan, self.means())
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
