"""The style sheet's colours can be read by everybody."""

import re

from twisted.trial.unittest import SynchronousTestCase

from authsrv.web import html

SCHEMES = re.findall(r":root \{(.*?)\}", html.stylesheet()[1].decode(), re.DOTALL)


class ColourTests(SynchronousTestCase):
    """Light and dark."""

    def test_colours_in_both_schemes(self) -> None:
        """Every colour that light has a value for, dark has too."""
        light, dark = SCHEMES
        names = {n for n, _ in re.findall(r"(--[\w-]+): (#\w+)", light)}
        self.assertEqual(names, {n for n, _ in re.findall(r"(--[\w-]+): (#\w+)", dark)})

    def test_contrast(self) -> None:
        """Text stands out from its ground by 4.5 to 1 or more, in both schemes (WCAG 1.4.3)."""
        pairs = [
            ("text", "page"), ("text", "sheet"), ("quiet", "page"), ("quiet", "sheet"),
            ("accent", "page"), ("accent", "sheet"), ("accent-strong", "page"),
            ("on-accent", "accent"), ("on-accent", "accent-strong"), ("danger", "page"),
            ("danger", "sheet"), ("danger-strong", "sheet"), ("on-danger", "danger"),
            ("on-danger", "danger-strong"), ("text", "danger-sheet"), ("on-warn", "warn"),
        ]  # fmt: skip
        for scheme in SCHEMES:
            colours = dict(re.findall(r"--([\w-]+): #(\w+)", scheme))
            for front, back in pairs:
                self.assertGreaterEqual(contrast(colours[front], colours[back]), 4.5, (front, back))
            # The edge of a field is no text: 3 to 1 (WCAG 1.4.11).
            self.assertGreaterEqual(contrast(colours["edge"], colours["sheet"]), 3)


def contrast(one: str, other: str) -> float:
    """The contrast of two colours written as six hex digits (WCAG 2.2, contrast ratio)."""
    low, high = sorted((luminance(one), luminance(other)))
    return (high + 0.05) / (low + 0.05)


def luminance(colour: str) -> float:
    """The relative luminance of a colour."""
    parts = [int(colour[i : i + 2], 16) / 255 for i in (0, 2, 4)]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]
