"""What a typed password is before it is hashed."""

import unicodedata

from hypothesis import given, settings
from hypothesis import strategies as st
from twisted.trial.unittest import SynchronousTestCase

from authsrv.core.passwords import LONGEST_BYTES, prepare


class PrepareTests(SynchronousTestCase):
    """One password, typed on many keyboards."""

    def test_korean_keyboards(self) -> None:
        """Syllables typed as letters are the syllables."""
        self.assertEqual(prepare("\u1100\u1161\u11a8"), "각")
        self.assertEqual(prepare("e\u0301"), "é")

    def test_nothing_else(self) -> None:
        """Spaces, case, wide letters and ligatures stay: nothing of a password is thrown away."""
        for text in ("", " ", "  two  spaces  ", "MiXed", "ｗｉｄｅ", "ﬁ", "\t\x00\u200b", "😀"):
            self.assertEqual(prepare(text), text)

    def test_length_in_bytes(self) -> None:
        """1,024 bytes are taken, not one more, however many characters they are."""
        for letter in ("a", "é", "각", "😀"):
            size = len(letter.encode())
            most = letter * (LONGEST_BYTES // size)
            rest = "a" * (LONGEST_BYTES % size)
            self.assertEqual(prepare(most + rest), most + rest)
            self.assertIsNone(prepare(most + rest + "a"))

    def test_length_after(self) -> None:
        """It is the prepared text that is measured."""
        typed = "e\u0301" * 512
        self.assertGreater(len(typed.encode()), LONGEST_BYTES)
        self.assertEqual(prepare(typed), "é" * 512)

    def test_no_text(self) -> None:
        """Half a character is no text, so no password."""
        self.assertIsNone(prepare("long enough \ud800"))

    @settings(deadline=None)
    @given(st.text())
    def test_equal_if_canonical(self, text: str) -> None:
        """Equal text gives an equal password, however it is composed; prepared twice as once."""
        prepared = prepare(text)
        self.assertEqual(prepare(unicodedata.normalize("NFD", text)), prepared)
        if prepared is not None:
            self.assertEqual(prepare(prepared), prepared)
