from twisted.internet.defer import Deferred
from twisted.internet.task import Clock
from twisted.trial.unittest import SynchronousTestCase

from authsrv.cluster.books import Books
from authsrv.cluster.crew import Crew
from authsrv.cluster.errors import CannotStart
from authsrv.cluster.process import Orders
from tests.cluster.fakes import FakeLaunch, FakeProcess, FakeServing, serving_of

COUNTER = "# HELP hits_total h\n# TYPE hits_total counter\nhits_total {}\n"


class _CrewCase(SynchronousTestCase):
    def setUp(self) -> None:
        self.clock = Clock()
        self.launch = FakeLaunch(self.clock)
        self.ready: list[float] = []
        orders = Orders('{"a": 1}', "[]", 30.0)
        self.books = Books()
        self.crew = Crew(self.clock, self.launch, orders, 2, self.note_ready, self.books)

    def note_ready(self) -> None:
        self.ready.append(self.clock.seconds())

    def start(self, *servings: FakeServing | Exception) -> list[FakeProcess]:
        self.launch.servings = list(servings)
        self.crew.start()
        self.launch.settle()
        return self.launch.alive

    def figures(self) -> str:
        noted = Deferred.fromCoroutine(self.crew.note_figures())
        self.launch.settle()
        self.successResultOf(noted)
        return self.told()

    def told(self) -> str:
        return self.books.render(2, self.crew.ready_count, 0).decode()


class LifeTests(_CrewCase):
    def test_ready(self) -> None:
        """The crew is ready when the first worker has said that it listens, and not before."""
        self.crew.start()
        self.assertFalse(self.crew.is_ready)
        self.launch.settle()
        self.assertTrue(self.crew.is_ready)
        self.assertEqual(2, len(self.ready))

    def test_replaced_at_once(self) -> None:
        """A worker that dies after it has proven itself is replaced without a wait."""
        first, _ = self.start()
        self.launch.pass_time(20)
        first.end(signal=9)
        self.launch.settle()
        self.assertEqual(3, len(self.launch.processes))
        self.assertEqual([1, 2], sorted(worker.index for worker in self.crew.workers))

    def test_crash_loop(self) -> None:
        """A worker that dies young again and again is started after ever longer waits."""
        self.start(FakeServing(), *[CannotStart("no")] * 4)
        started = []
        for _ in range(200):
            before = len(self.launch.processes)
            self.launch.settle(0.01)
            if len(self.launch.processes) > before:
                started.append(self.clock.seconds())
        waits = [round(b - a, 1) for a, b in zip([0.0, *started], started, strict=False)]
        self.assertEqual([0.1, 0.2, 0.4, 0.8], waits)
        self.assertTrue(self.crew.is_ready)

    def test_no_process(self) -> None:
        """If the kernel gives no process, it is asked again later, and nothing else breaks."""
        self.launch.errors = [OSError(11, "Resource temporarily unavailable")]
        self.start()
        self.assertEqual(1, len(self.crew.workers))
        self.launch.settle(0.1)
        self.assertEqual(2, len(self.crew.workers))

    def test_not_ready(self) -> None:
        """A worker that is not ready within 30 s is killed and replaced."""
        slow, _ = self.start(FakeServing(started=Deferred()))
        self.launch.pass_time(29.5)
        self.assertEqual([], slow.signals)
        self.launch.pass_time(1)
        self.assertEqual(["KILL"], slow.signals)
        self.assertEqual(2, len(self.launch.alive))

    def test_heartbeat(self) -> None:
        """A worker that answers nothing for 10 s is killed; one that answers never is."""
        hanging, healthy = self.start()
        self.launch.pass_time(60)
        hanging.stopped = True
        self.launch.pass_time(9.5)
        self.assertEqual([], hanging.signals)
        self.launch.pass_time(3)
        self.assertEqual(["KILL"], hanging.signals)
        self.assertEqual([], healthy.signals)
        self.assertIn('restarts_total{reason="no heartbeat"} 1.0', self.figures())

    def test_supervisor_was_stopped(self) -> None:
        """After the supervisor itself has slept for a minute no healthy worker is killed."""
        self.start()
        self.launch.pass_time(10)
        self.clock.advance(60)
        self.launch.pass_time(10)
        self.assertEqual([[], []], [process.signals for process in self.launch.processes])

    def test_channel_lost(self) -> None:
        """A worker that has closed its channel and does not end is killed when it must have."""
        mad, _ = self.start()
        mad.channel.close()
        self.launch.settle()
        self.launch.pass_time(29)
        self.assertEqual([30.0], serving_of(mad).drained)
        self.assertEqual([0], mad.left)
        self.assertEqual(2, len(self.launch.alive))


class CaretakerTests(_CrewCase):
    def caretakes(self) -> list[int]:
        return [serving_of(process).caretakes for process in self.launch.processes]

    def test_one(self) -> None:
        """Exactly one worker is told to do what is done once."""
        self.start()
        self.launch.pass_time(5)
        self.assertEqual(1, sum(self.caretakes()))

    def test_handover(self) -> None:
        """When the caretaker dies another worker that serves takes over, once."""
        self.start()
        caretaker = self.launch.processes[self.caretakes().index(1)]
        caretaker.end(signal=11)
        self.launch.pass_time(1)
        living = [serving_of(process).caretakes for process in self.launch.alive]
        self.assertEqual([0, 1], sorted(living))

    def test_other_dies(self) -> None:
        """When another worker dies the caretaker stays the only one."""
        self.start()
        other = self.launch.processes[self.caretakes().index(0)]
        other.end(signal=11)
        self.launch.pass_time(1)
        self.assertEqual(1, sum(self.caretakes()))

    def test_nobody_ready(self) -> None:
        """If nobody else is ready, the next to become ready takes over."""
        self.start(FakeServing(), FakeServing(started=Deferred()))
        self.launch.processes[0].end(signal=11)
        self.launch.settle()
        self.assertEqual(0, sum(serving_of(it).caretakes for it in self.launch.alive))
        self.launch.settle(0.1)
        self.assertEqual(1, sum(serving_of(it).caretakes for it in self.launch.alive))


class DrainTests(_CrewCase):
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


class TrialTests(_CrewCase):
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


class FanOutTests(_CrewCase):
    def test_reopen_logs(self) -> None:
        """Every worker opens its log again."""
        workers = self.start()
        self.crew.reopen_logs()
        self.launch.settle()
        self.assertEqual([1, 1], [it.logs_reopened for it in workers])

    def test_figures(self) -> None:
        """The figures are the sum of all workers', and do not fall when one of them dies."""
        dying, other = self.start(FakeServing(COUNTER.format(3)), FakeServing(COUNTER.format(4)))
        self.assertIn("hits_total 7.0\n", self.figures())
        dying.end(signal=9)
        self.launch.pass_time(1)
        serving_of(other).text = COUNTER.format(5)
        text = self.figures()
        self.assertIn("hits_total 8.0\n", text)
        self.assertIn('authsrv_worker_restarts_total{reason="signal"} 1.0\n', text)
        self.assertIn("authsrv_workers_ready 2.0\n", text)

    def test_figures_unanswered(self) -> None:
        """A worker that hangs counts with what it said last, and holds nobody up for over 2 s."""
        hanging, other = self.start(FakeServing(COUNTER.format(3)), FakeServing(COUNTER.format(4)))
        self.figures()
        hanging.stopped = True
        serving_of(other).text = COUNTER.format(9)
        noted = Deferred.fromCoroutine(self.crew.note_figures())
        self.launch.pass_time(2)
        self.successResultOf(noted)
        self.assertIn("hits_total 12.0\n", self.told())

    def test_figures_broken(self) -> None:
        """Figures that are none are left out and logged; the others are told."""
        self.start(FakeServing("{{{"), FakeServing(COUNTER.format(4)))
        self.assertIn("hits_total 4.0\n", self.figures())
        self.assertEqual(1, len(self.flushLoggedErrors(ValueError)))
