"""Where the settings are looked for."""

from pathlib import Path

from twisted.trial.unittest import SynchronousTestCase

from authsrv.settings import SettingsError, find, look
from tests.settings.samples import directory


class Found(SynchronousTestCase):
    def setUp(self) -> None:
        base = directory(self)
        self.places = [base / "a.toml", base / "b.toml"]

    def test_given(self) -> None:
        """A file that was named is not searched for."""
        self.assertEqual(find(Path("x"), self.places), Path("x"))

    def test_first(self) -> None:
        """The first place that has a file is taken."""
        self.places[1].touch()
        self.assertEqual(find(None, self.places), self.places[1])
        self.places[0].touch()
        self.assertEqual(find(None, self.places), self.places[0])

    def test_nowhere(self) -> None:
        """Where there is none, one line says how to make one."""
        self.assertIsNone(look(self.places))
        with self.assertRaisesRegex(SettingsError, "authsrv init"):
            find(None, self.places)
