"""The picture of a run."""

from xml.etree import ElementTree

from twisted.trial.unittest import SynchronousTestCase

from benchmarks.comparison import Comparison
from benchmarks.picture import drawn

_SVG = "{http://www.w3.org/2000/svg}"


def checks(group: str, unit: str = "requests/s") -> list[Comparison]:
    """What one group of bars is drawn of."""
    return [
        Comparison(group, "a & b", unit, (100.0, 300.0, 200.0), (50.0, 50.0, 50.0)),
        Comparison(group, "c", unit, (100.0, 300.0, 200.0), (400.0, 400.0, 400.0)),
    ]


def bars(picture: str) -> list[tuple[str | None, int]]:
    """The class and the length of each bar in *picture*."""
    found = ElementTree.fromstring(picture).iter(f"{_SVG}rect")
    return [(bar.get("class"), int(bar.get("width", ""))) for bar in found]


class PictureTests(SynchronousTestCase):
    """SVG as a browser reads it."""

    def test_lengths(self) -> None:
        """Ours comes first, and bars are as long as the medians are great."""
        (our_kind, ours), (_, small), (_, great) = bars(drawn(checks("check, unix socket")))
        self.assertEqual(our_kind, "ours")
        # Lengths are whole numbers.
        self.assertEqual((round(ours / small, 1), round(great / ours, 1)), (4.0, 2.0))

    def test_words(self) -> None:
        """Each bar has its name and its figure, whatever characters a name has."""
        picture = ElementTree.fromstring(drawn(checks("check, unix socket")))
        said = [text.text for text in picture.iter(f"{_SVG}text")]
        title = "check, unix socket, requests/s"
        self.assertEqual(said, [title, "authsrv", "200", "a & b", "50.0", "c", "400"])

    def test_other_units(self) -> None:
        """Rates by CPU time are no bars, nor is anything that is not a check."""
        other = checks("check, unix socket", "requests/CPU s") + checks("login")
        self.assertEqual(bars(drawn(other)), [])

    def test_all_inside(self) -> None:
        """No bar lies below the edge of the picture."""
        both = checks("check, unix socket") + checks("check, HTTP/2 over TLS")
        picture = ElementTree.fromstring(drawn(both))
        ends = [int(b.get("y", "")) + int(b.get("height", "")) for b in picture.iter(f"{_SVG}rect")]
        self.assertEqual(len(ends), 6)
        self.assertLess(max(ends), int(picture.get("height", "")))

    def test_dark(self) -> None:
        """It has colours of its own for a dark page."""
        self.assertIn("prefers-color-scheme: dark", drawn(checks("check, unix socket")))
