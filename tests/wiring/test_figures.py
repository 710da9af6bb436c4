"""What a worker counts, for Prometheus."""

from twisted.internet.defer import Deferred
from twisted.trial.unittest import SynchronousTestCase

from authsrv.cluster.spare import Spare
from authsrv.methods.password.hasher import Argon2Hasher, Cost
from authsrv.wiring.figures import Figures


class FiguresTests(SynchronousTestCase):
    """The text that is scraped."""

    def test_counted(self) -> None:
        """Each audited action and its outcome is a line with its count."""
        figures = Figures()
        for _ in range(2):
            figures.count("login", "done")
        figures.count("login", "unknown")
        text = figures.text()
        self.assertIn('authsrv_audited_total{action="login",outcome="done"} 2.0\n', text)
        self.assertIn('authsrv_audited_total{action="login",outcome="unknown"} 1.0\n', text)

    def test_in_the_log_alone(self) -> None:
        """What only the event log has is counted by itself."""
        figures = Figures()
        figures.count_unkept("login", "done")
        line = 'authsrv_audited_in_log_alone_total{action="login",outcome="done"} 1.0\n'
        self.assertIn(line, figures.text())

    def test_requests(self) -> None:
        """What the sites count is among it."""
        figures = Figures()
        figures.requests.answered("HTTP/2", 204, 0.1)
        self.assertIn(
            'authsrv_requests_total{protocol="HTTP/2",status="2xx"} 1.0\n', figures.text()
        )

    def test_hashing(self) -> None:
        """The hashes that wait are told as they are at the moment."""
        figures = Figures()
        hasher = Argon2Hasher(Cost(), lambda *_: Deferred())
        figures.watch_hashing(hasher)
        self.assertIn("authsrv_hashes_waiting 0.0\n", figures.text())
        Deferred.fromCoroutine(hasher.hash("x"))
        self.assertIn("authsrv_hashes_waiting 1.0\n", figures.text())

    def test_accepting(self) -> None:
        """So is how often a port has paused."""
        figures, spare = Figures(), Spare(0)
        figures.watch_accepting(spare)
        spare.pauses += 3
        self.assertIn("authsrv_accepting_paused_total 3.0\n", figures.text())

    def test_apart(self) -> None:
        """Two of them do not count together."""
        one, other = Figures(), Figures()
        one.count("login", "done")
        self.assertNotIn("login", other.text())
