"""Lists as they are printed."""

from twisted.trial.unittest import SynchronousTestCase

from authsrv.cli.tables import cell, moment


class Cells(SynchronousTestCase):
    def test_kinds(self) -> None:
        """Yes, no, lists and texts are written for people."""
        self.assertEqual(
            [cell(each) for each in (True, ["a", "b"], 5, "가")], ["yes", "a, b", "5", "가"]
        )

    def test_escapes(self) -> None:
        """What moves a terminal's cursor, or the reading direction, is not printed."""
        self.assertEqual(cell("a\x1b[1m\n\u202eb"), "a?[1m??b")

    def test_moment(self) -> None:
        """Moments are RFC 3339 in UTC."""
        self.assertEqual(moment(1_800_000_000.9), "2027-01-15T08:00:00Z")
