"""How values are shown in messages."""

from datetime import date

from twisted.trial.unittest import SynchronousTestCase

from authsrv.settings.wrong import Wrong, printable, shown


class Shown(SynchronousTestCase):
    def test_kinds(self) -> None:
        """Every kind of TOML value has a short form."""
        values = ["a", True, {}, [], 1.5, date(2026, 1, 2), 7]
        forms = ['"a"', "true", "a table", "a list", "1.5", "2026-01-02", "7"]
        self.assertEqual([shown(each) for each in values], forms)

    def test_huge_number(self) -> None:
        """A number too long for Python to print does not stop the message."""
        self.assertEqual(shown(10**5000), "so large a number")

    def test_long_text(self) -> None:
        """A long text is cut, and one sees that it is."""
        self.assertEqual(shown("x" * 61), f'"{"x" * 60}..."')

    def test_one_line(self) -> None:
        """Nothing can break a line, hide, or speak to a terminal."""
        self.assertEqual(printable("a\n\x1b\u2028\ud800한"), "a\\n\\x1b\\u2028\\ud800한")

    def test_wrong_says_both(self) -> None:
        """The text of the error has what is wrong and how to put it right."""
        self.assertEqual(str(Wrong("this is so", "do that")), "this is so; do that")
