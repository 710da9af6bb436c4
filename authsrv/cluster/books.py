"""What is counted about workers, over all that ever were."""

from collections import Counter

from attrs import define, field
from twisted.logger import Logger

from authsrv.cluster.figures import Ledger, Own, own_metrics, render

_log = Logger()


@define(eq=False)
class Books:
    """The counts that outlive a worker, and a generation of them."""

    restarts: Counter[str] = field(factory=Counter)
    missed: int = 0
    #: Workers told to drain, and workers killed, by why.
    drains: Counter[str] = field(factory=Counter)
    kills: Counter[str] = field(factory=Counter)
    #: Reloads by their outcome: "done", "refused" (the settings), "failed" (the new workers).
    reloads: Counter[str] = field(factory=Counter)
    _ledger: Ledger = field(factory=Ledger)

    def note(self, index: int, pid: int, text: str) -> None:
        """Worker *index*, the process *pid*, has told its figures."""
        try:
            self._ledger.note(pid, text)
        except ValueError:
            _log.failure("figures of a worker are no figures", worker=index)

    def bury(self, pid: int) -> None:
        """The worker that was the process *pid* is gone; what it had counted stays."""
        self._ledger.bury(pid)

    def render(self, configured: int, ready: int, draining: int) -> bytes:
        """All of it, in Prometheus' text format."""
        own = Own(
            configured,
            ready,
            draining,
            self.restarts,
            self.missed,
            self.reloads,
            self.drains,
            self.kills,
        )
        return render([*own_metrics(own), *self._ledger.metrics()])
