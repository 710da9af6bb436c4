"""The terms of a worker."""

from twisted.internet.task import Clock
from twisted.trial.unittest import SynchronousTestCase

from authsrv.stores.redis.pulse import Pulse
from authsrv.stores.redis.tenure import LEASE, Tenure


class TenureTests(SynchronousTestCase):
    """Which term lasts."""

    def setUp(self) -> None:
        self.clock = Clock()
        self.tenure = Tenure(self.clock.seconds, Pulse(replicated=False))

    def test_begins(self) -> None:
        """A term lasts from the first beat that comes back, LEASE seconds from its being sent."""
        term = self.tenure.connect()
        number = self.tenure.beat()
        self.clock.advance(0.5)
        self.assertIsNone(self.tenure.term)
        self.tenure.heard(term, number)
        self.assertIs(self.tenure.term, term)
        self.assertEqual(term.until, LEASE)

    def test_late(self) -> None:
        """A beat that comes back after a later one shortens nothing."""
        term = self.tenure.connect()
        early = self.tenure.beat()
        self.clock.advance(1.0)
        self.tenure.heard(term, self.tenure.beat())
        self.tenure.heard(term, early)
        self.assertEqual(term.until, 1.0 + LEASE)

    def test_disconnected(self) -> None:
        """Without its connection a term is not renewed, and none begins."""
        term = self.tenure.connect()
        number = self.tenure.beat()
        self.tenure.disconnect()
        self.tenure.heard(term, number)
        self.tenure.answered(term, number)
        self.assertIsNone(self.tenure.term)
        self.assertFalse(self.tenure.is_hearing(term))
        self.assertFalse(self.tenure.end())

    def test_ended(self) -> None:
        """After one has ended the next is another, even if both would last."""
        old = self.tenure.connect()
        self.tenure.heard(old, self.tenure.beat())
        self.assertTrue(self.tenure.end())
        new = self.tenure.connect()
        self.tenure.heard(old, self.tenure.beat())
        self.assertIsNone(self.tenure.term)
        self.tenure.heard(new, self.tenure.beat())
        self.assertIs(self.tenure.term, new)

    def test_settled(self) -> None:
        """Who is at the board is known when a term has lasted longer than any older one can."""
        self.assertFalse(self.tenure.is_settled(100.0))
        self.tenure.heard(self.tenure.connect(), self.tenure.beat())
        self.assertFalse(self.tenure.is_settled(LEASE))
        self.assertTrue(self.tenure.is_settled(LEASE + 0.1))
