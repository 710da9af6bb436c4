"""What the targets with whole connections notice."""

from twisted.internet.defer import fail
from twisted.logger import Logger
from twisted.trial.unittest import SynchronousTestCase

from tests.fuzz.house import EchoHouse, unharmed
from tests.fuzz.talk import GOOD, Talk
from tests.wire.clients import H1, hello

log = Logger()


class HouseTests(SynchronousTestCase):
    """A house that is watched."""

    def logs_nothing_bad(self) -> None:
        with unharmed():
            log.warn("a client is strange")

    def logs_a_failure(self) -> None:
        with unharmed():
            fail(ValueError("ours")).addErrback(lambda it: log.failure("broken", it))

    def test_logged(self) -> None:
        """What is logged as our fault is a defect, and says what happened."""
        self.logs_nothing_bad()
        error = self.assertRaises(AssertionError, self.logs_a_failure)
        self.assertIn("ours", str(error))
        self.assertEqual(len(self.flushLoggedErrors(ValueError)), 1)

    def test_left_behind(self) -> None:
        """A connection or a timer that outlives its client is a defect."""
        house = EchoHouse()
        client = H1(house)
        self.assertRaises(AssertionError, house.close)
        client.leave()
        house.close()
        house.clock.callLater(10**6, lambda: None)
        self.assertRaises(AssertionError, house.close)

    def test_no_answer(self) -> None:
        """A connection that neither answers nor ends is told from one that does."""
        for handle, answered in ((hello, True), (lambda request: None, False)):
            talk = Talk()
            talk.house.page.handle = handle
            self.assertIs(talk.answers(1, GOOD), answered)
            self.assertFalse(talk.has_ended)
