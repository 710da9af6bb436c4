"""Where a request that changes something came from."""

from hypothesis import given, settings
from hypothesis import strategies as st
from twisted.trial.unittest import SynchronousTestCase

from authsrv.core.csrf import SAFE_METHODS, check_form, check_origin, form_token
from authsrv.core.errors import CrossSite, NotAllowed
from authsrv.core.tokens import TOKEN_BYTES, issue

OURS = "https://login.example.com"
TOKEN = issue(bytes(range(32)))
CHANGING = ["POST", "PUT", "PATCH", "DELETE", "post", "BREW", ""]

# Sec-Fetch-Site, Origin, whether a request that changes something may go on.
TABLE = [
    # Neither: a program.
    (None, None, True),
    # The browser's word decides, whatever the origin says.
    ("same-origin", OURS, True),
    ("same-origin", None, True),
    ("same-origin", "null", True),
    ("none", None, True),
    ("none", OURS, True),
    ("same-site", OURS, False),
    ("same-site", None, False),
    ("cross-site", OURS, False),
    ("cross-site", None, False),
    ("cross-site", "https://evil.test", False),
    # A word that is none.
    ("", OURS, False),
    ("Same-Origin", OURS, False),
    ("same-origin ", OURS, False),
    ("same-origin, cross-site", OURS, False),
    ("anything", None, False),
    # Else the origin decides, as a browser writes it.
    (None, OURS, True),
    (None, "null", False),
    (None, "", False),
    (None, "https://evil.test", False),
    (None, "http://login.example.com", False),
    (None, "https://login.example.com:8443", False),
    (None, "https://login.example.com.evil.test", False),
    (None, "https://app.example.com", False),
    (None, "https://example.com", False),
    (None, OURS + "/", False),
    (None, "HTTPS://LOGIN.EXAMPLE.COM", False),
    (None, f"{OURS} https://evil.test", False),
]  # fmt: skip


def passes(method: str, site: str | None, origin: str | None) -> bool:
    """Whether such a request may go on."""
    try:
        check_origin(method, site, origin, OURS)
    except CrossSite:
        return False
    return True


class OriginTests(SynchronousTestCase):
    """The browser's own word."""

    def test_table(self) -> None:
        """A request that changes something goes on only if it came from us."""
        for site, origin, expected in TABLE:
            for method in CHANGING:
                self.assertEqual(passes(method, site, origin), expected, (method, site, origin))

    def test_safe_methods(self) -> None:
        """Links lead here from everywhere: what changes nothing is not asked."""
        self.assertEqual(SAFE_METHODS, {"GET", "HEAD", "OPTIONS"})
        for site, origin, _ in TABLE:
            for method in SAFE_METHODS:
                self.assertTrue(passes(method, site, origin), (method, site, origin))

    def test_error(self) -> None:
        """The refusal is a NotAllowed whose reason quotes no more than a few letters."""
        with self.assertRaises(NotAllowed) as caught:
            check_origin("POST", "x" * 1000 + "\r\n", None, OURS)
        self.assertLess(len(str(caught.exception)), 60)
        with self.assertRaises(CrossSite) as other:
            check_origin("POST", "\r\n", None, OURS)
        self.assertNotIn("\n", other.exception.why)

    @settings(deadline=None)
    @given(st.text(max_size=40))
    def test_other_origins(self, origin: str) -> None:
        """Without the browser's word no origin but ours is ours."""
        self.assertEqual(passes("POST", None, origin), origin == OURS)

    @settings(deadline=None)
    @given(st.text(max_size=20), st.none() | st.text(max_size=40) | st.just(OURS))
    def test_other_words(self, site: str, origin: str | None) -> None:
        """No origin makes up for a word that is not one of the two good ones."""
        self.assertEqual(passes("POST", site, origin), site in {"same-origin", "none"})


class FormTests(SynchronousTestCase):
    """The token in the form."""

    def test_own(self) -> None:
        """A form of this session is accepted."""
        check_form(TOKEN, form_token(TOKEN))

    def test_reveals_nothing(self) -> None:
        """The form does not hold the session's token, nor its key."""
        self.assertNotIn(form_token(TOKEN), {TOKEN.text, TOKEN.key.hex()})
        self.assertNotEqual(form_token(TOKEN), TOKEN.derive("other"))

    def test_others(self) -> None:
        """Another session's form, an empty one, a part and any other text are refused."""
        own = form_token(TOKEN)
        other = form_token(issue(bytes(32)))
        for shown in (
            "",
            other,
            own[:-1],
            own + "A",
            own.lower(),
            " " + own,
            TOKEN.text,
            "é",
            "\ud800",
        ):
            self.assertRaises(CrossSite, check_form, TOKEN, shown)

    @settings(deadline=None)
    @given(st.binary(min_size=TOKEN_BYTES, max_size=TOKEN_BYTES), st.text(max_size=50))
    def test_any_text(self, raw: bytes, shown: str) -> None:
        """No text is an error, and none but the form's own is accepted."""
        token = issue(raw)
        if shown != form_token(token):
            self.assertRaises(CrossSite, check_form, token, shown)
