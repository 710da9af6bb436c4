"""A thread that runs when the test says so."""

from collections.abc import Callable

from attrs import define, field
from twisted.internet.defer import Deferred
from twisted.python.failure import Failure


@define
class HeldThread:
    """Keeps what it is asked to run until :meth:`run_one`."""

    _jobs: list[Callable[[], None]] = field(factory=list, init=False)

    def __call__(self, work: Callable[..., object], *args: object) -> Deferred[object]:
        """As deferToThreadPool."""
        done: Deferred[object] = Deferred()

        def job() -> None:
            try:
                outcome: object = work(*args)
            except Exception:
                outcome = Failure()
            done.callback(outcome)

        self._jobs.append(job)
        return done

    @property
    def waiting(self) -> int:
        """How many jobs are kept."""
        return len(self._jobs)

    def run_one(self) -> None:
        """Run the oldest."""
        self._jobs.pop(0)()
