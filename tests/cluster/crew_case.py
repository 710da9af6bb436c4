"""A crew of two workers that are no processes."""

from twisted.internet.defer import Deferred
from twisted.internet.task import Clock
from twisted.trial.unittest import SynchronousTestCase

from authsrv.cluster.books import Books
from authsrv.cluster.crew import Crew
from authsrv.cluster.process import Orders
from tests.cluster.fakes import FakeLaunch, FakeProcess, FakeServing

#: What a worker has counted.
COUNTER = "# HELP hits_total h\n# TYPE hits_total counter\nhits_total {}\n"


class CrewCase(SynchronousTestCase):
    """Two workers, and what they have counted together."""

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
