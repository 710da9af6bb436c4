"""The workers together: as many as wanted, exactly one of them the caretaker."""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator

from attrs import define, field
from twisted.internet.defer import Deferred, gatherResults, succeed
from twisted.internet.interfaces import IDelayedCall, IReactorTime
from twisted.logger import Logger

from authsrv.cluster import backoff
from authsrv.cluster.figures import Ledger, Own, own_metrics, render
from authsrv.cluster.launch import Launch
from authsrv.cluster.workers import End, Orders, State, Worker


@define(eq=False)
class _Place:
    """What one of the wanted workers leaves to the next that takes its place."""

    index: int
    worker: Worker | None = None
    early_deaths: int = 0
    waiting: IDelayedCall | None = None


@define(eq=False)
class Crew:
    """Keeps *count* workers running until it is told to drain."""

    _clock: IReactorTime
    _launch: Launch
    _orders: Orders
    _count: int
    # Called when a worker serves, each time.
    _on_ready: Callable[[], None]
    _places: list[_Place] = field(init=False)
    _caretaker: Worker | None = field(init=False, default=None)
    _draining: bool = field(init=False, default=False)
    _emptied: list[Deferred[None]] = field(init=False, factory=list)
    _restarts: Counter[str] = field(init=False, factory=Counter)
    _missed: int = field(init=False, default=0)
    _ledger: Ledger = field(init=False, factory=Ledger)
    _log = Logger()

    def __attrs_post_init__(self) -> None:
        self._places = [_Place(number) for number in range(1, self._count + 1)]

    @property
    def workers(self) -> list[Worker]:
        """All that are not gone."""
        return [place.worker for place in self._places if place.worker is not None]

    @property
    def is_ready(self) -> bool:
        """Whether somebody serves, and is going to."""
        return not self._draining and self._ready_count() > 0

    def start(self) -> None:
        """Start them all."""
        for place in self._places:
            self._fill(place)

    def drain(self, seconds: float) -> Deferred[None]:
        """Have all of them finish within *seconds*; fires when none is left."""
        self._draining = True
        for place in self._places:
            if place.waiting is not None and place.waiting.active():
                place.waiting.cancel()
        for worker in self.workers:
            worker.drain(seconds)
        if not self.workers:
            return succeed(None)
        self._emptied.append(Deferred())
        return self._emptied[-1]

    def kill(self) -> None:
        """End all of them at once."""
        for worker in self.workers:
            worker.kill("asked to stop at once")

    def reopen_logs(self) -> None:
        """Have all of them open their log files again."""
        for worker in self.workers:
            worker.reopen_log()

    async def reload_certificates(self) -> list[str]:
        """Have all of them read the certificates again; a line for each that could not."""
        workers = self.workers
        answers = await gatherResults([worker.reload_certificates() for worker in workers])
        return [
            f"worker {worker.index}: {why}"
            for worker, why in zip(workers, answers, strict=True)
            if why
        ]

    async def figures(self) -> bytes:
        """What all have counted, the dead too.  Who does not answer is taken at its last word."""
        workers = [it for it in self.workers if it.state is not State.STARTING]
        texts = await gatherResults([worker.figures() for worker in workers])
        for worker, text in zip(workers, texts, strict=True):
            if text and worker.state is not State.GONE:
                self._note(worker, text)
        own = Own(self._count, self._ready_count(), self._restarts, self._missed)
        return render([*own_metrics(own), *self._ledger.metrics()])

    def worker_ready(self, worker: Worker) -> None:
        """A worker serves."""
        self._log.info("worker ready", worker=worker.index, worker_pid=worker.pid)
        self._appoint()
        self._on_ready()

    def worker_missed(self, worker: Worker) -> None:
        """A worker has not answered a heartbeat."""
        self._missed += 1
        self._log.warn("heartbeat missed", worker=worker.index, worker_pid=worker.pid)

    def worker_gone(self, worker: Worker, end: End) -> None:
        """A worker's process has ended: somebody else takes its place, and its duties."""
        self._ledger.bury(worker.pid)
        if worker is self._caretaker:
            self._caretaker = None
        place = self._places[worker.index - 1]
        place.worker = None
        if self._draining:
            self._log.info("worker ended", worker=worker.index, worker_pid=worker.pid, why=end.why)
            self._tell_if_empty()
            return
        self._restarts[end.reason] += 1
        self._appoint()
        self._fill_later(place, worker.pid, end)

    def _fill(self, place: _Place) -> None:
        worker = Worker(place.index, self._clock, self._orders, self)
        try:
            worker.spawn(self._launch)
        except OSError as error:
            # No process, no memory or no descriptor to be had: that may pass.
            self._restarts["not started"] += 1
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
        if self._caretaker is None and not self._draining:
            self._caretaker = next(_ready(self.workers), None)
            if self._caretaker is not None:
                self._log.info("caretaker appointed", worker=self._caretaker.index)
                self._caretaker.caretake()

    def _note(self, worker: Worker, text: str) -> None:
        try:
            self._ledger.note(worker.pid, text)
        except ValueError:
            self._log.failure("figures of a worker are no figures", worker=worker.index)

    def _ready_count(self) -> int:
        return sum(1 for _ in _ready(self.workers))

    def _tell_if_empty(self) -> None:
        if not self.workers:
            waiting, self._emptied = self._emptied, []
            for told in waiting:
                told.callback(None)


def _ready(workers: Iterable[Worker]) -> Iterator[Worker]:
    return (it for it in workers if it.state is State.READY)
