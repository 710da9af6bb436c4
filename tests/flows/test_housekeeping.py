"""What is done once for all workers: forgetting what has expired."""

from authsrv.core.errors import BadCredentials
from authsrv.core.sessions import Device
from authsrv.flows.housekeeping import BATCH
from tests.flows.samples import WRONG, HouseCase


class SweepTests(HouseCase):
    """Sweeping the stores."""

    def sweep(self) -> int:
        """How many rows that forgets."""
        return self.do(self.house.flows.housekeeping.sweep())

    def test_nothing(self) -> None:
        """While nothing has expired nothing is forgotten."""
        welcome = self.login()
        self.refused(BadCredentials, password=WRONG)
        self.assertEqual(self.sweep(), 0)
        self.assertTrue(self.recognised(welcome))

    def test_all(self) -> None:
        """All that has expired is forgotten, however much it is, and nothing that has not."""
        sessions = self.house.flows.sessions
        for _ in range(2 * BATCH + 3):
            self.do(sessions.begin(self.alice, Device(), remember=False, previous=None))
        self.refused(BadCredentials, password=WRONG)
        kept = self.login(remember=True)
        self.house.now += 86400
        # The sessions, and the address's count; an account's row of failures is kept longer.
        self.assertEqual(self.sweep(), 2 * BATCH + 3 + 1)
        self.assertTrue(self.recognised(kept))
        self.assertEqual(len(self.house.sessions._rows), 1)
        self.assertEqual(self.sweep(), 0)
