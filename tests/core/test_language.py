"""Which language a page is written in."""

from hypothesis import given, settings
from hypothesis import strategies as st
from twisted.trial.unittest import SynchronousTestCase

from authsrv.core.language import negotiate

KNOWN = ("en", "ko")

# What was chosen, Accept-Language, the language of the page.
TABLE = [
    (None, None, "en"),
    (None, "", "en"),
    (None, "ko", "ko"),
    (None, "KO", "ko"),
    (None, "ko-KR", "ko"),
    (None, "ko-Kore-KR", "ko"),
    (None, "en", "en"),
    (None, "ko,en", "ko"),
    (None, "en,ko", "en"),
    (None, "ko-KR,ko;q=0.9,en-US;q=0.8,en;q=0.7", "ko"),
    (None, "en-US,en;q=0.9,ko;q=0.8", "en"),
    (None, "en;q=0.1,ko;q=0.2", "ko"),
    (None, "en;q=0.5, ko", "ko"),
    (None, " en ; q = 0.5 , ko ", "ko"),
    (None, "fr,de;q=0.9,ko;q=0.1", "ko"),
    (None, "fr", "en"),
    (None, "*", "en"),
    (None, "fr,*;q=0.1", "en"),
    # Equal wishes: the first one.
    (None, "ko;q=0.5,en;q=0.5", "ko"),
    # Nought means never.
    (None, "ko;q=0", "en"),
    (None, "ko;q=0.000,en;q=0.001", "en"),
    (None, "en;q=0,ko;q=0.1", "ko"),
    # A weight that is none.
    (None, "ko;q=", "en"),
    (None, "ko;q=high", "en"),
    (None, "ko;q=nan", "en"),
    (None, "ko;q=inf", "en"),
    (None, "ko;q=2", "en"),
    (None, "ko;q=-1", "en"),
    (None, "ko;q=1e400", "en"),
    (None, "ko;level=1", "ko"),
    # Names that only begin like one.
    (None, "kok", "en"),
    (None, "ko_KR", "en"),
    (None, "-ko", "en"),
    # What was chosen here stands above the browser's wishes, if we speak it.
    ("ko", "en", "ko"),
    ("en", "ko", "en"),
    ("fr", "ko", "ko"),
    ("", "ko", "ko"),
    ("KO", "en", "en"),
    ("ko-KR", "en", "en"),
    ("../ko", None, "en"),
]  # fmt: skip

TAGS = st.sampled_from(["en", "ko", "ko-KR", "fr", "*", "", "EN-us"])
WEIGHTS = st.sampled_from(
    ["", ";q=0", ";q=1", ";q=0.5", ";q=x", ";q=nan", ";", ";;q=1", "; q = 0.3"]
)
HEADERS = st.lists(st.tuples(TAGS, WEIGHTS).map("".join), max_size=30).map(",".join)


class NegotiateTests(SynchronousTestCase):
    """The visitor's wishes and ours."""

    def test_table(self) -> None:
        """What was chosen, else the best of what the browser asks for, else the first."""
        for chosen, accepted, expected in TABLE:
            self.assertEqual(negotiate(chosen, accepted, KNOWN), expected, (chosen, accepted))

    def test_only_the_first_twenty(self) -> None:
        """Of a header made to keep us busy no more than twenty wishes are read."""
        self.assertEqual(negotiate(None, "fr," * 19 + "ko", KNOWN), "ko")
        self.assertEqual(negotiate(None, "fr," * 20 + "ko", KNOWN), "en")
        self.assertEqual(negotiate(None, "," * 16_000, KNOWN), "en")

    @settings(deadline=None)
    @given(st.none() | st.text(max_size=10), st.none() | st.text() | HEADERS)
    def test_always_one(self, chosen: str | None, accepted: str | None) -> None:
        """Whatever is sent, a language that we speak comes out and nothing is raised."""
        self.assertIn(negotiate(chosen, accepted, KNOWN), KNOWN)

    @settings(deadline=None)
    @given(st.sampled_from(KNOWN), st.none() | st.text() | HEADERS)
    def test_choice_stands(self, chosen: str, accepted: str | None) -> None:
        """A choice that was made here is kept whatever the browser asks for."""
        self.assertEqual(negotiate(chosen, accepted, KNOWN), chosen)
