from twisted.internet.defer import Deferred
from twisted.internet.task import Clock
from twisted.trial.unittest import SynchronousTestCase

from authsrv.cluster.process import Orders
from authsrv.cluster.workers import End, State, Worker
from tests.cluster.fakes import FakeLaunch, FakeProcess, FakeServing


class _Watcher:
    def __init__(self) -> None:
        self.ready = 0
        self.missed = 0
        self.drains: list[str] = []
        self.kills: list[str] = []
        self.told: list[str] = []
        self.ends: list[End] = []

    def worker_ready(self, worker: Worker) -> None:
        self.ready += 1

    def worker_missed(self, worker: Worker) -> None:
        self.missed += 1

    def worker_draining(self, worker: Worker, why: str) -> None:
        self.drains.append(why)

    def worker_killed(self, worker: Worker, why: str) -> None:
        self.kills.append(why)

    def worker_told(self, worker: Worker, text: str) -> None:
        self.told.append(text)

    def worker_gone(self, worker: Worker, end: End) -> None:
        self.ends.append(end)


class WorkerTests(SynchronousTestCase):
    def setUp(self) -> None:
        self.clock = Clock()
        self.watcher = _Watcher()
        self.launch = FakeLaunch(self.clock)

    def spawn(self, serving: FakeServing | None = None) -> tuple[Worker, FakeProcess]:
        self.launch.servings = [serving or FakeServing()]
        worker = Worker(1, self.clock, Orders("{}", "[]", 30.0), self.watcher)
        worker.spawn(self.launch)
        return worker, self.launch.processes[0]

    def test_states(self) -> None:
        """A worker starts, serves, drains and is gone, and each is told once."""
        worker, _ = self.spawn(FakeServing(finished=Deferred()))
        states = [worker.state]
        self.launch.settle()
        states.append(worker.state)
        worker.drain(10.0, "stop")
        self.launch.settle()
        states.append(worker.state)
        worker.kill("enough")
        self.launch.settle()
        states.append(worker.state)
        self.assertEqual([State.STARTING, State.READY, State.DRAINING, State.GONE], states)
        self.assertEqual(
            (1, ["enough"]), (self.watcher.ready, [it.reason for it in self.watcher.ends])
        )
        self.assertEqual((["stop"], ["enough"]), (self.watcher.drains, self.watcher.kills))

    def test_last_figures(self) -> None:
        """A worker that has drained tells what it has counted, and then it is gone."""
        finished: Deferred[None] = Deferred()
        worker, process = self.spawn(serving := FakeServing("before", finished=finished))
        self.launch.settle()
        worker.drain(10.0, "stop")
        self.launch.settle()
        serving.text = "in all"
        finished.callback(None)
        self.assertEqual([], process.left)
        self.launch.settle()
        self.assertEqual((["in all"], [0]), (self.watcher.told, process.left))
        self.assertIs(State.GONE, worker.state)

    def test_end(self) -> None:
        """An end that nobody asked for is counted by its kind and told by its status."""
        _, process = self.spawn()
        self.launch.pass_time(3)
        process.end(status=4)
        self.launch.settle()
        self.assertEqual([End("exit", "exit status 4", 3.0, served=True)], self.watcher.ends)

    def test_first_reason(self) -> None:
        """Of two reasons to kill a worker the first is counted."""
        worker, _ = self.spawn()
        worker.kill("one")
        worker.kill("two")
        self.launch.settle()
        self.assertEqual([End("one", "signal SIGKILL", 0.0, served=False)], self.watcher.ends)

    def test_too_late(self) -> None:
        """What is asked of a worker that is gone changes nothing and fails nothing."""
        worker, process = self.spawn()
        self.launch.settle()
        process.end()
        self.launch.settle()
        worker.drain(1.0, "stop")
        worker.kill("late")
        worker.process.caretake()
        worker.process.reopen_log()
        process.channel.close()
        self.assertIs(State.GONE, worker.state)
        self.assertEqual(([], []), (self.watcher.drains, self.watcher.kills))
        self.assertEqual([], self.clock.getDelayedCalls())

    def test_no_timer_left(self) -> None:
        """A worker that is gone leaves no timer behind."""
        worker, process = self.spawn()
        self.launch.pass_time(7)
        process.end(signal=9)
        self.launch.settle()
        self.assertEqual([], self.clock.getDelayedCalls())
        self.assertEqual(0, self.watcher.missed)
        self.assertEqual(process.pid, worker.pid)
