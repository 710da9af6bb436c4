"""In which line a key stands."""

import tomllib
from collections.abc import Iterator
from typing import Any

from hypothesis import given
from hypothesis import strategies as st
from twisted.trial.unittest import SynchronousTestCase

from authsrv.settings.locate import KeyPath, locate


class Lines(SynchronousTestCase):
    def assertLine(self, text: str, at: KeyPath, line: int) -> None:
        """*at* stands in *line* of *text*, which is TOML."""
        tomllib.loads(text)
        self.assertEqual(locate(text).get(at), line, locate(text))

    def test_sections(self) -> None:
        """A key in a section is found under the section's name; so is the section."""
        text = "a = 1\n\n[b]\nc = 2\n"
        self.assertEqual(locate(text), {("a",): 1, ("b",): 3, ("b", "c"): 4})

    def test_comments(self) -> None:
        """A comment is no key, whatever it says, and a text is no comment."""
        text = '# a = 1\n[b] # [c]\nd = "# e = 1" # f = 2\n\n  # g = [\nh = 3'
        self.assertEqual(locate(text), {("b",): 2, ("b", "d"): 3, ("b", "h"): 6})

    def test_lists_over_lines(self) -> None:
        """An element of a list has the line it stands in."""
        text = 'a = [\n  "x", # one\n\n  [1, # "]"\n 2],\n]\nb = 1'
        lines = {0: 2, 1: 4}
        for number, line in lines.items():
            self.assertLine(text, ("a", number), line)
        self.assertLine(text, ("a", 1, 1), 5)
        self.assertLine(text, ("b",), 7)

    def test_inline_tables(self) -> None:
        """Keys in an inline table are found, in lists too."""
        text = 'a = {b.c = 1, "d" = {e = 2}}\nf = [{g = 1},\n{g = "}", h = 1}]'
        self.assertLine(text, ("a", "b", "c"), 1)
        self.assertLine(text, ("a", "d", "e"), 1)
        self.assertLine(text, ("f", 0, "g"), 2)
        self.assertLine(text, ("f", 1, "h"), 3)

    def test_quoted_and_dotted_keys(self) -> None:
        """A key is known however it is quoted, escaped, spaced or dotted."""
        text = '"a.b" . \'c\' = 1\n[ "\\u0064" . e ]\nf.g.h = 2\n[x."y z"]\n"" = 1'
        self.assertLine(text, ("a.b", "c"), 1)
        self.assertLine(text, ("d", "e", "f", "g", "h"), 3)
        self.assertLine(text, ("x", "y z", ""), 5)

    def test_lists_of_tables(self) -> None:
        """Each table of a list has its own number, and what is in it too."""
        text = "[[a]]\nb = 1\n[[a]]\nb = 2\n[a.c]\nd = 3\n[[a.e]]\nf = 1\n[[a.e]]\nf = 2"
        self.assertLine(text, ("a", 0, "b"), 2)
        self.assertLine(text, ("a", 1, "b"), 4)
        self.assertLine(text, ("a", 1, "c", "d"), 6)
        self.assertLine(text, ("a", 1, "e", 1, "f"), 10)
        self.assertLine(text, ("a",), 1)

    def test_texts_over_lines(self) -> None:
        """What looks like keys inside a text over several lines is none."""
        text = (
            'a = """\nb = 1\n\\""" ""\n"""\nc = \'\'\'\nd = 1\n\'\' \'\'\'\ne = """"x"""""\nf = 1'
        )
        self.assertEqual(locate(text), {("a",): 1, ("c",): 5, ("e",): 8, ("f",): 9})

    def test_values_of_several_words(self) -> None:
        """Numbers with points, dates with spaces and signs do not confuse it."""
        text = "a = -1.5e+3\nb = 1979-05-27 07:32:00.5-07:00\nc = [1.5, inf]\r\nd = 1"
        self.assertEqual(
            [locate(text)[key] for key in [("a",), ("b",), ("c",), ("d",)]], [1, 2, 3, 4]
        )


def _paths(value: Any, at: KeyPath) -> Iterator[KeyPath]:
    parts: Any = value.items() if isinstance(value, dict) else ()
    parts = enumerate(value) if isinstance(value, list) else parts
    for name, below in parts:
        yield (*at, name)
        yield from _paths(below, (*at, name))


class AnyText(SynchronousTestCase):
    @given(
        st.lists(
            st.sampled_from(
                [
                    "a",
                    "b",
                    "[",
                    "]",
                    "[[",
                    "]]",
                    "{",
                    "}",
                    " = ",
                    ".",
                    ",",
                    "\n",
                    '"',
                    "'",
                    '"""',
                    "'''",
                    "#",
                    "1",
                    "\\",
                    " ",
                    '"x"',
                    "a = 1\n",
                    "[c]\n",
                    "[[d]]\n",
                    "a.b = [1, {c = 2}]\n",
                    "=",
                    "\r\n",
                ]
            )
        ).map("".join)
    )
    def test_every_key_of_valid_toml_is_found(self, text: str) -> None:
        """Every key and element that tomllib sees has a line within the text."""
        try:
            data = tomllib.loads(text)
        except ValueError:
            return
        lines = locate(text)
        for at in _paths(data, ()):
            self.assertIn(at, lines, text)
            self.assertLessEqual(lines[at], text.count("\n") + 1)
