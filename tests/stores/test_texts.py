"""Text as every backend can keep it."""

from hypothesis import given
from hypothesis import strategies as st
from twisted.trial.unittest import SynchronousTestCase

from authsrv.stores.texts import storable


class StorableTests(SynchronousTestCase):
    """Hostile text."""

    @given(st.text(st.characters(codec=None)))
    def test_storable(self, text: str) -> None:
        """Whatever came in, what goes out is UTF-8 without NUL, and as long as before."""
        kept = storable(text)
        kept.encode("utf-8")
        self.assertNotIn("\0", kept)
        self.assertEqual(len(kept), len(text))

    @given(st.text(st.characters(codec="utf-8", exclude_characters="\0")))
    def test_ordinary(self, text: str) -> None:
        """Ordinary text stays as it is."""
        self.assertEqual(storable(text), text)
