from twisted.internet.defer import Deferred

from authsrv.cluster.errors import CannotStart
from tests.cluster.crew_case import COUNTER, CrewCase
from tests.cluster.fakes import FakeServing, serving_of


class LifeTests(CrewCase):
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


class CaretakerTests(CrewCase):
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


class FanOutTests(CrewCase):
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
