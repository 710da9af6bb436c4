"""When Redis is not asked any more, and when again."""

from hypothesis import given, settings
from hypothesis import strategies as st
from twisted.trial.unittest import SynchronousTestCase

from authsrv.stores.redis.circuit import FAILURES, Circuit


class CircuitTests(SynchronousTestCase):
    """It opens and closes."""

    def setUp(self) -> None:
        self.circuit = Circuit()

    def open(self) -> None:
        """Fail as often as it takes."""
        for _ in range(FAILURES):
            self.circuit.failed()

    def test_closed(self) -> None:
        """At first everybody may ask."""
        self.assertFalse(self.circuit.is_open)

    def test_opens(self) -> None:
        """So many failures in a row open it, and the last of them alone says so."""
        told = [self.circuit.failed() for _ in range(FAILURES + 2)]
        self.assertEqual(told, [*[False] * (FAILURES - 1), True, False, False])
        self.assertTrue(self.circuit.is_open)

    def test_in_a_row(self) -> None:
        """Failures that have an answer between them do not count together."""
        for _ in range(3):
            for _ in range(FAILURES - 1):
                self.assertFalse(self.circuit.failed())
            self.circuit.worked()
        self.assertFalse(self.circuit.is_open)

    def test_late_answer(self) -> None:
        """An answer to what was asked before it opened does not close it."""
        self.open()
        self.circuit.worked()
        self.assertTrue(self.circuit.is_open)

    def test_closes(self) -> None:
        """A probe that works closes it, and the count begins anew."""
        self.open()
        self.circuit.close()
        self.assertFalse(self.circuit.is_open)
        told = [self.circuit.failed() for _ in range(FAILURES)]
        self.assertEqual(told, [*[False] * (FAILURES - 1), True])

    @settings(deadline=None)
    @given(st.lists(st.sampled_from(["failed", "worked", "close"])))
    def test_told_once(self, happened: list[str]) -> None:
        """Whatever happens, each opening is told once: whoever is told starts one probe."""
        opened = 0
        for each in happened:
            was_open = self.circuit.is_open
            told = getattr(self.circuit, each)()
            self.assertEqual(told is True, self.circuit.is_open and not was_open)
            opened += told is True
            if each == "close":
                self.assertFalse(self.circuit.is_open)
        self.assertLessEqual(opened, happened.count("close") + 1)
        self.circuit.close()
