"""A crew that is to leave, and one that is to follow it."""

from twisted.internet.defer import Deferred

from authsrv.cluster.errors import CannotStart
from tests.cluster.crew_case import COUNTER, CrewCase
from tests.cluster.fakes import FakeServing, serving_of


class DrainTests(CrewCase):
    def test_drain(self) -> None:
        """Told to drain, every worker is, a little short of the time; then nobody is left."""
        workers = self.start()
        done = self.crew.drain(10.0, "stop")
        self.assertFalse(self.crew.is_ready)
        self.launch.settle()
        self.successResultOf(done)
        self.assertEqual([[9.0], [9.0]], [serving_of(it).drained for it in workers])
        self.assertEqual(2, len(self.launch.processes))

    def test_deadline(self) -> None:
        """A worker that has not drained in time is killed when the time is over."""
        stuck, _ = self.start(FakeServing(finished=Deferred()))
        done = self.crew.drain(10.0, "stop")
        self.launch.pass_time(9.5)
        self.assertNoResult(done)
        self.launch.pass_time(1)
        self.successResultOf(done)
        self.assertEqual(["KILL"], stuck.signals)

    def test_counted(self) -> None:
        """Each that is told to drain, and each that is killed, is counted under the reason."""
        self.start(FakeServing(finished=Deferred()))
        self.crew.drain(10.0, "reload")
        self.launch.pass_time(11)
        text = self.told()
        self.assertIn('authsrv_worker_drains_total{reason="reload"} 2.0\n', text)
        self.assertIn('authsrv_worker_kills_total{reason="not drained in time"} 1.0\n', text)

    def test_last_figures(self) -> None:
        """What a worker counts while it drains is not lost with it."""
        finished: Deferred[None] = Deferred()
        self.start(draining := FakeServing(COUNTER.format(3), finished=finished))
        self.crew.drain(10.0, "reload")
        self.launch.settle()
        self.assertIn("hits_total 3.0\n", self.figures())
        draining.text = COUNTER.format(5)
        finished.callback(None)
        self.launch.settle()
        self.assertEqual([], self.crew.workers)
        self.assertIn("hits_total 5.0\n", self.told())

    def test_starting(self) -> None:
        """A worker that is still starting is asked by a signal, for it may not read yet."""
        self.crew.start()
        self.crew.drain(10.0, "stop")
        self.assertEqual([["TERM"], ["TERM"]], [it.signals for it in self.launch.processes])

    def test_waiting(self) -> None:
        """A worker that waits to be started again is not started any more."""
        self.start(CannotStart("no"), CannotStart("no"))
        self.assertEqual([], self.crew.workers)
        self.successResultOf(self.crew.drain(10.0, "stop"))
        self.launch.pass_time(40)
        self.assertEqual(2, len(self.launch.processes))

    def test_kill(self) -> None:
        """Killed while they drain, the workers are gone at once."""
        self.start(FakeServing(finished=Deferred()), FakeServing(finished=Deferred()))
        done = self.crew.drain(10.0, "stop")
        self.launch.settle()
        self.assertNoResult(done)
        self.crew.kill()
        self.launch.settle()
        self.successResultOf(done)


class TrialTests(CrewCase):
    """A generation that is to follow another."""

    def try_out(self, *servings: FakeServing | Exception) -> Deferred[None]:
        self.launch.servings = list(servings)
        trial = self.crew.start_on_trial()
        self.launch.settle()
        return trial

    def caretakes(self) -> int:
        return sum(serving_of(it).caretakes for it in self.launch.processes)

    def test_passed(self) -> None:
        """It has passed when all serve, and has no caretaker before it takes over."""
        started: Deferred[None] = Deferred()
        trial = self.try_out(FakeServing(), FakeServing(started=started))
        self.assertNoResult(trial)
        started.callback(None)
        self.launch.settle()
        self.successResultOf(trial)
        self.assertEqual(0, self.caretakes())
        self.crew.take_over()
        self.launch.settle()
        self.assertEqual(1, self.caretakes())

    def test_failed(self) -> None:
        """One that cannot serve is enough: it says why, and nobody is started any more."""
        trial = self.try_out(FakeServing(started=Deferred()), CannotStart("bad code"))
        why = self.failureResultOf(trial, CannotStart).getErrorMessage()
        self.assertEqual("worker 2: bad code", why)
        self.launch.pass_time(60)
        self.assertEqual(2, len(self.launch.processes))

    def test_not_ready(self) -> None:
        """So is one that is not ready in time."""
        trial = self.try_out(FakeServing(started=Deferred()))
        self.launch.pass_time(31)
        self.failureResultOf(trial, CannotStart)

    def test_killed_from_outside(self) -> None:
        """One that is killed from outside says nothing about the others: it is replaced."""
        started: Deferred[None] = Deferred()
        trial = self.try_out(FakeServing(started=started))
        self.launch.processes[0].end(signal=9)
        self.launch.pass_time(1)
        self.successResultOf(trial)
        self.assertEqual(2, len(self.launch.alive))

    def test_stopped(self) -> None:
        """Told to drain before it is ready, it has failed."""
        trial = self.try_out(FakeServing(started=Deferred()))
        self.crew.drain(1.0, "stop")
        self.failureResultOf(trial, CannotStart)
