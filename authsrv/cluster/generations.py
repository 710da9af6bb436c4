"""Workers of one settings and one code replaced by workers of the next, with somebody serving."""

from collections.abc import Callable

from attrs import define, field
from twisted.internet.defer import Deferred, gatherResults
from twisted.internet.interfaces import IReactorTime
from twisted.logger import Logger

from authsrv.cluster.books import Books
from authsrv.cluster.crew import Crew
from authsrv.cluster.errors import CannotStart
from authsrv.cluster.handover import OldWorker
from authsrv.cluster.launch import Launch
from authsrv.cluster.process import Orders

_log = Logger()
#: So many generations may drain at once: a reload beyond that waits for the oldest.
MOST_DRAINING = 2


@define(eq=False)
class Generations:
    """The crew that serves, the one that is to follow it, and those that finish.

    *on_ready* is called each time that a worker serves.
    """

    _clock: IReactorTime
    _on_ready: Callable[[], None]
    books: Books = field(factory=Books)
    _serving: Crew | None = field(init=False, default=None)
    _coming: Crew | None = field(init=False, default=None)
    #: Each with what fires when it is empty.
    _leaving: dict[Crew, Deferred[None]] = field(init=False, factory=dict)
    _draining: bool = field(init=False, default=False)

    @property
    def crews(self) -> list[Crew]:
        """All whose workers are not gone, the oldest first."""
        return [it for it in (*self._leaving, self._serving, self._coming) if it is not None]

    @property
    def is_ready(self) -> bool:
        """Whether somebody serves, and is going to."""
        return not self._draining and self._serving is not None and self._serving.is_ready

    @property
    def count(self) -> int:
        """How many workers serve, or should."""
        return 0 if self._serving is None else self._serving.count

    @property
    def ready_count(self) -> int:
        """How many of them serve."""
        return 0 if self._serving is None else self._serving.ready_count

    def start(self, launch: Launch, orders: Orders, count: int) -> None:
        """The first generation."""
        self._serving = self._crew(launch, orders, count)
        self._serving.start()

    async def replace(self, launch: Launch, orders: Orders, count: int) -> None:
        """Start *count* new workers; when all serve, let the old ones finish as *orders* say.

        Raises CannotStart, and then the old ones are as they were.
        """
        while len(self._leaving) >= MOST_DRAINING:
            await _observed(next(iter(self._leaving.values())))
        if self._draining:
            raise CannotStart("asked to stop meanwhile")
        coming = self._coming = self._crew(launch, orders, count)
        try:
            await coming.start_on_trial()
        except CannotStart:
            if coming not in self._leaving:
                self._leave(coming, 0.0, "reload failed")
            coming.kill()
            raise
        finally:
            self._coming = None
        old, self._serving = self._serving, coming
        if old is not None:
            # It stops being the caretaker before the next one is appointed.
            self._leave(old, orders.drain_seconds, "reload")
        coming.take_over()

    def drain(self, seconds: float) -> Deferred[None]:
        """Have all workers finish within *seconds*; fires when none is left."""
        self._draining = True
        for crew in self.crews:
            if crew not in self._leaving:
                self._leave(crew, seconds, "stop")
        self._serving = self._coming = None
        everybody = [_observed(empty) for empty in self._leaving.values()]
        return gatherResults(everybody).addCallback(lambda _: None)

    def kill(self) -> None:
        """End all of them at once."""
        for crew in self.crews:
            crew.kill()

    def left_over(self) -> list[OldWorker]:
        """The workers, for whoever is to have them drain."""
        found = [worker for crew in self.crews for worker in crew.workers]
        return [
            OldWorker(worker.pid, worker.process.descriptor)
            for worker in found
            if worker.process.descriptor is not None
        ]

    def reopen_logs(self) -> None:
        """Have all workers open their log files again."""
        for crew in self.crews:
            crew.reopen_logs()

    async def figures(self) -> bytes:
        """What all workers have counted, the dead too, in Prometheus' text format."""
        await gatherResults([Deferred.fromCoroutine(it.note_figures()) for it in self.crews])
        draining = sum(len(crew.workers) for crew in self._leaving)
        return self.books.render(self.count, self.ready_count, draining)

    def _crew(self, launch: Launch, orders: Orders, count: int) -> Crew:
        return Crew(self._clock, launch, orders, count, self._on_ready, self.books)

    def _leave(self, crew: Crew, seconds: float, why: str) -> None:
        self._leaving[crew] = empty = crew.drain(seconds, why)

        def forget(_: object) -> None:
            # Twice told to leave, it has left once.
            if self._leaving.pop(crew, None) is not None:
                crew.close()

        empty.addCallback(forget)


def _observed(empty: Deferred[None]) -> Deferred[None]:
    """Fires with *empty*, which others wait for too."""
    told: Deferred[None] = Deferred()

    empty.addCallback(told.callback)
    return told
