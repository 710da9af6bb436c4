"""Forms as browsers send them."""

from urllib.parse import urlencode

from hypothesis import given
from hypothesis import strategies as st
from twisted.trial.unittest import SynchronousTestCase

from authsrv.core.errors import Malformed, UnsupportedMedia
from authsrv.web import forms

TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=20)


class ParseTests(SynchronousTestCase):
    """What is read, and what is refused."""

    @given(st.dictionaries(TEXT, TEXT, max_size=forms.MOST_FIELDS))
    def test_round_trip(self, sent: dict[str, str]) -> None:
        """What a browser encodes is what is read, in any script, blank values too."""
        form = forms.parse(forms.FORM, urlencode(sent).encode())
        self.assertEqual(dict(form.fields), sent)

    @given(st.binary(max_size=60))
    def test_any_bytes(self, body: bytes) -> None:
        """Any bytes are fields or malformed, and nothing else happens."""
        try:
            found = forms.parse_pairs(body)
        except Malformed:
            return
        self.assertTrue(all(isinstance(v, str) for v in found.values()))
        for value in found.values():
            value.encode("utf-8")

    def test_type(self) -> None:
        """Only a form is read as one; what its type is spelled like plays no part."""
        good = (
            forms.FORM,
            forms.FORM.upper(),
            forms.FORM + "; charset=utf-8",
            f" {forms.FORM} ",
        )
        for kind in good:
            self.assertEqual(forms.parse(kind, b"a=1").text("a"), "1")
        bad = (
            None,
            "",
            "multipart/form-data",
            "text/plain",
            "application/json",
            "x" + forms.FORM,
        )
        for other in bad:
            error = self.assertRaises(UnsupportedMedia, forms.parse, other, b"a=1")
            self.assertEqual(error.wanted, forms.FORM)

    def test_twice(self) -> None:
        """A field that is sent twice is malformed: whoever reads next may believe the other."""
        self.assertRaises(Malformed, forms.parse_pairs, "a=1&b=2&a=1")
        self.assertRaises(Malformed, forms.parse_pairs, "a=1&%61=2")

    def test_too_many(self) -> None:
        """More fields than any form of ours has are malformed."""
        most = "&".join(f"a{n}=" for n in range(forms.MOST_FIELDS))
        self.assertEqual(len(forms.parse_pairs(most)), forms.MOST_FIELDS)
        self.assertRaises(Malformed, forms.parse_pairs, most + "&b=")

    def test_not_text(self) -> None:
        """What is not UTF-8, or not encoded, is malformed."""
        for body in (b"a=%ff", b"%ff=1", b"a=\xff", "a=한".encode(), b"a=%ED%A0%80"):
            self.assertRaises(Malformed, forms.parse_pairs, body)


class FormTests(SynchronousTestCase):
    """The fields somebody sent."""

    FORM = forms.Form({"name": "  a b ", "password": "  p ", "tick": ""})

    def test_text(self) -> None:
        """A text is trimmed, a secret is not; one that is missing is empty."""
        self.assertEqual((self.FORM.text("name"), self.FORM.secret("password")), ("a b", "  p "))
        self.assertEqual((self.FORM.text("x"), self.FORM.secret("x")), ("", ""))

    def test_ticked(self) -> None:
        """A box that was ticked is sent, whatever its value; one that was not is missing."""
        self.assertEqual((self.FORM.ticked("tick"), self.FORM.ticked("other")), (True, False))
