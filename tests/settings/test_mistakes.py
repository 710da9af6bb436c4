"""Mistakes as they are printed."""

from twisted.trial.unittest import SynchronousTestCase

from authsrv.core.errors import AuthsrvError
from authsrv.settings.locate import KeyPath
from authsrv.settings.mistakes import Mistake, Origin, SettingsError, place

ORIGINS: dict[KeyPath, Origin] = {
    (): Origin("f.toml", 1),
    ("a",): Origin("f.toml", 3),
    ("a", "b"): Origin("f.toml", 4),
    ("c",): Origin("AUTHSRV_C"),
}


class Printed(SynchronousTestCase):
    def test_in_a_file(self) -> None:
        """A mistake in a file names file, line, key, what is wrong and the fix."""
        mistake = Mistake(Origin("f.toml", 4), "a.b", "this is so", "do that")
        self.assertEqual(str(mistake), "f.toml:4: a.b: this is so; do that")

    def test_in_a_variable(self) -> None:
        """A mistake in a variable names the variable alone."""
        self.assertEqual(str(Mistake(Origin("AUTHSRV_C"), "", "so", "that")), "AUTHSRV_C: so; that")

    def test_all_at_once(self) -> None:
        """The error has all mistakes and prints one a line."""
        both = [Mistake(Origin("f", line), "k", "so", "that") for line in (1, 2)]
        error = SettingsError(both)
        self.assertEqual(error.mistakes, tuple(both))
        self.assertEqual(str(error), "f:1: k: so; that\nf:2: k: so; that")
        self.assertIsInstance(error, AuthsrvError)

    def test_a_name_with_lines(self) -> None:
        """No name of a file can forge a second line."""
        self.assertEqual(len(str(Mistake(Origin("a\nb"), "", "so", "that")).splitlines()), 1)


class Placed(SynchronousTestCase):
    def test_written(self) -> None:
        """What was written is named with its own line."""
        self.assertEqual(place(("a", "b"), ORIGINS), (Origin("f.toml", 4), "a.b"))

    def test_around(self) -> None:
        """What is missing is named with the line of what it is missing in."""
        self.assertEqual(place(("a", "x"), ORIGINS), (Origin("f.toml", 3), "a.x"))
        self.assertEqual(place(("x",), ORIGINS), (Origin("f.toml", 1), "x"))

    def test_variable(self) -> None:
        """What a variable says is named by the variable, wherever in it."""
        self.assertEqual(place(("c", 0), ORIGINS), (Origin("AUTHSRV_C"), ""))
