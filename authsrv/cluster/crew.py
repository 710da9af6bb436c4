"""The workers of one generation: as many as wanted, exactly one of them the caretaker."""

from collections.abc import Callable, Iterable, Iterator

from attrs import define, field
from twisted.internet.defer import Deferred, gatherResults, succeed
from twisted.internet.interfaces import IDelayedCall, IReactorTime
from twisted.logger import Logger

from authsrv.cluster import backoff
from authsrv.cluster.books import Books
from authsrv.cluster.errors import CannotStart
from authsrv.cluster.launch import Launch
from authsrv.cluster.process import Orders
from authsrv.cluster.workers import End, State, Worker


@define(eq=False)
class _Place:
    """What one of the wanted workers leaves to the next that takes its place."""

    index: int
    worker: Worker | None = None
    early_deaths: int = 0
    waiting: IDelayedCall | None = None


@define(eq=False)
class Crew:
    """Keeps *count* workers running until it is told to drain.

    A crew on trial has no caretaker, and fails as soon as one of its workers cannot serve.
    """

    _clock: IReactorTime
    _launch: Launch
    _orders: Orders
    count: int
    # Called when a worker serves, each time.
    _on_ready: Callable[[], None]
    _books: Books
    _places: list[_Place] = field(init=False)
    _caretaker: Worker | None = field(init=False, default=None)
    _trial: Deferred[None] | None = field(init=False, default=None)
    _draining: bool = field(init=False, default=False)
    _emptied: list[Deferred[None]] = field(init=False, factory=list)
    _log = Logger()

    def __attrs_post_init__(self) -> None:
        self._places = [_Place(number) for number in range(1, self.count + 1)]

    @property
    def workers(self) -> list[Worker]:
        """All that are not gone."""
        return [place.worker for place in self._places if place.worker is not None]

    @property
    def is_ready(self) -> bool:
        """Whether somebody serves, and is going to."""
        return not self._draining and self.ready_count > 0

    @property
    def ready_count(self) -> int:
        """How many serve."""
        return sum(1 for _ in _ready(self.workers))

    def start(self) -> None:
        """Start them all."""
        for place in self._places:
            self._fill(place)

    def start_on_trial(self) -> Deferred[None]:
        """Start them all; fires when all of them serve, or fails with CannotStart."""
        trial: Deferred[None] = Deferred()
        self._trial = trial
        self.start()
        return trial

    def take_over(self) -> None:
        """The trial is over: one of them becomes the caretaker."""
        self._trial = None
        self._appoint()

    def drain(self, seconds: float, why: str) -> Deferred[None]:
        """Have all of them finish within *seconds*; fires when none is left."""
        self._draining = True
        self._fail("asked to stop before it was ready")
        for place in self._places:
            if place.waiting is not None and place.waiting.active():
                place.waiting.cancel()
        for worker in self.workers:
            worker.drain(seconds, why)
        if not self.workers:
            return succeed(None)
        self._emptied.append(Deferred())
        return self._emptied[-1]

    def kill(self) -> None:
        """End all of them at once."""
        for worker in self.workers:
            worker.kill("asked to stop at once")

    def close(self) -> None:
        """Nobody is started any more."""
        self._launch.close()

    def reopen_logs(self) -> None:
        """Have all of them open their log files again."""
        for worker in self.workers:
            worker.process.reopen_log()

    async def note_figures(self) -> None:
        """Note what all have counted.  Who does not answer is taken at its last word."""
        workers = [it for it in self.workers if it.state is not State.STARTING]
        texts = await gatherResults([worker.process.figures() for worker in workers])
        for worker, text in zip(workers, texts, strict=True):
            if text and worker.state is not State.GONE:
                self._books.note(worker.index, worker.pid, text)

    def worker_ready(self, worker: Worker) -> None:
        """A worker serves."""
        self._log.info("worker ready", worker=worker.index, worker_pid=worker.pid)
        self._appoint()
        self._on_ready()
        if self._trial is not None and self.ready_count == self.count:
            trial, self._trial = self._trial, None
            trial.callback(None)

    def worker_missed(self, worker: Worker) -> None:
        """A worker has not answered a heartbeat."""
        self._books.missed += 1
        self._log.warn("heartbeat missed", worker=worker.index, worker_pid=worker.pid)

    def worker_draining(self, worker: Worker, why: str) -> None:
        """A worker has been told to finish."""
        self._books.drains[why] += 1

    def worker_killed(self, worker: Worker, why: str) -> None:
        """A worker has been ended at once."""
        self._books.kills[why] += 1

    def worker_told(self, worker: Worker, text: str) -> None:
        """A worker has drained: what it has counted stays."""
        self._books.note(worker.index, worker.pid, text)

    def worker_gone(self, worker: Worker, end: End) -> None:
        """A worker's process has ended: somebody else takes its place, and its duties."""
        self._books.bury(worker.pid)
        if worker is self._caretaker:
            self._caretaker = None
        place = self._places[worker.index - 1]
        place.worker = None
        if not self._draining and end.reason != "signal":
            # Killed from outside is no fault of the new code or settings.
            self._fail(f"worker {worker.index}: {end.why}")
        if self._draining:
            self._log.info("worker ended", worker=worker.index, worker_pid=worker.pid, why=end.why)
            self._tell_if_empty()
            return
        self._books.restarts[end.reason] += 1
        self._appoint()
        self._fill_later(place, worker.pid, end)

    def _fail(self, why: str) -> None:
        if self._trial is not None:
            trial, self._trial = self._trial, None
            self._draining = True
            trial.errback(CannotStart(why))

    def _fill(self, place: _Place) -> None:
        worker = Worker(place.index, self._clock, self._orders, self)
        try:
            worker.spawn(self._launch)
        except OSError as error:
            # No process, no memory or no descriptor to be had: that may pass.
            self._books.restarts["not started"] += 1
            self._fill_later(place, 0, End("not started", str(error), 0.0, served=False))
        else:
            place.worker = worker

    def _fill_later(self, place: _Place, pid: int, end: End) -> None:
        place.early_deaths = backoff.count_death(place.early_deaths, end.lived)
        wait = backoff.delay(place.early_deaths, served=end.served)
        self._log.error(
            "worker died",
            worker=place.index,
            worker_pid=pid,
            reason=end.reason,
            why=end.why,
            lived=round(end.lived, 3),
            again_in=wait,
        )
        place.waiting = self._clock.callLater(wait, self._fill, place)

    def _appoint(self) -> None:
        """One that serves becomes the caretaker, if there is none: never two at once."""
        if self._caretaker is None and not self._draining and self._trial is None:
            self._caretaker = next(_ready(self.workers), None)
            if self._caretaker is not None:
                self._log.info("caretaker appointed", worker=self._caretaker.index)
                self._caretaker.process.caretake()

    def _tell_if_empty(self) -> None:
        if not self.workers:
            waiting, self._emptied = self._emptied, []
            for told in waiting:
                told.callback(None)


def _ready(workers: Iterable[Worker]) -> Iterator[Worker]:
    return (it for it in workers if it.state is State.READY)
