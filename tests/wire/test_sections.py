"""The fields of an HTTP/2 request: what passes here is what h2 lets pass, and less."""

from h2.exceptions import ProtocolError
from h2.utilities import HeaderValidationFlags, validate_headers
from hypothesis import given, settings
from hypothesis import strategies as st
from twisted.trial.unittest import SynchronousTestCase

from authsrv.wire.sections import (
    Fields,
    check_no_body,
    check_request,
    check_trailers,
    join_cookies,
)

GOOD: Fields = [
    (b":method", b"GET"),
    (b":scheme", b"https"),
    (b":authority", b"a"),
    (b":path", b"/"),
    (b"accept", b"*/*"),
]
NAMES = st.sampled_from(
    b":method :scheme :authority :path :protocol :status host te x cookie connection keep-alive"
    b" proxy-connection transfer-encoding upgrade : X a:b x(y ::path".split(b" ")
) | st.sampled_from([b"", b"a b", b"a\x7f"])
VALUES = st.sampled_from(
    b"GET CONNECT https 1https a / trailers Trailers gzip \x7f \xff".split(b" ")
) | st.sampled_from([b"", b" a", b"a ", b"\ta", b"a\t", b"a b", b"a\nb", b"a\rb", b"a\0b"])
#: A request with some fields changed, so that not all are malformed.
REQUESTS = st.builds(
    lambda kept, more, at: [*[f for f, k in zip(GOOD, kept, strict=True) if k][:at], *more,
                            *[f for f, k in zip(GOOD, kept, strict=True) if k][at:]],
    st.lists(st.sampled_from([True, True, True, False]), min_size=5, max_size=5),
    st.lists(st.tuples(NAMES, VALUES), max_size=3),
    st.integers(0, 5),
)  # fmt: skip


def passes(check: object, fields: Fields) -> bool:
    """Whether *check* says nothing."""
    assert callable(check)
    try:
        check(fields)
    except ProtocolError:
        return False
    return True


def passes_h2(fields: Fields, *, trailers: bool = False) -> bool:
    """Whether h2 says nothing."""
    flags = HeaderValidationFlags(
        is_client=False, is_trailer=trailers, is_response_header=False, is_push_promise=False
    )
    try:
        list(validate_headers(fields, flags))
    except (ProtocolError, IndexError):
        # It takes the first letter of a name that has none.
        return False
    return True


def is_token(fields: Fields) -> bool:
    """Whether each name, and the scheme, is one; h2 does not look."""
    odd = {b":", b"x(y", b"::path"}
    return not any(name in odd or (name == b":scheme" and not value[:1].isalpha())
                   for name, value in fields)  # fmt: skip


class RequestTests(SynchronousTestCase):
    """The fields of a request."""

    def test_good(self) -> None:
        """An ordinary request passes, and one that asks for a tunnel."""
        self.assertTrue(passes(check_request, GOOD))
        self.assertTrue(passes(check_request, [(b":method", b"CONNECT"), (b":authority", b"a")]))
        self.assertTrue(passes(check_request, [*GOOD[:2], GOOD[3], (b"host", b"a")]))

    def test_bad(self) -> None:
        """Anything that is missing, doubled, out of place or no field at all is malformed."""
        for at in (0, 1, 2, 3):
            self.assertFalse(passes(check_request, GOOD[:at] + GOOD[at + 1 :]), at)
            self.assertFalse(passes(check_request, [*GOOD[: at + 1], *GOOD[at:]]), at)
            self.assertFalse(passes(check_request, [GOOD[4], *GOOD[:4]]), at)
        for field in (
            (b"x(y", b""),
            (b"X", b""),
            (b"", b""),
            (b"x", b" a"),
            (b"x", b"a\r\nb: c"),
            (b"te", b"gzip"),
            (b"connection", b"close"),
            (b"host", b"b"),
            (b":status", b"200"),
        ):
            self.assertFalse(passes(check_request, [*GOOD, field]), field)

    @settings(max_examples=400)
    @given(REQUESTS)
    def test_as_h2(self, fields: Fields) -> None:
        """It is what h2 says, which looks six times; and names are tokens."""
        assert passes(check_request, fields) is (passes_h2(fields) and is_token(fields))

    @given(st.lists(st.tuples(NAMES, VALUES), max_size=3))
    def test_trailers_as_h2(self, fields: Fields) -> None:
        """The same for trailers."""
        assert passes(check_trailers, fields) is (
            passes_h2(fields, trailers=True) and is_token(fields)
        )

    def test_no_body(self) -> None:
        """Who ends without a body has promised none."""
        for value, good in (
            (b"0", True),
            (b"00", True),
            (b"1", False),
            (b"", False),
            (b"-0", False),
        ):
            self.assertIs(passes(check_no_body, [(b"content-length", value)]), good, value)
        self.assertTrue(passes(check_no_body, GOOD))

    def test_cookies(self) -> None:
        """Crumbs become one cookie field, behind the others; without them nothing changes."""
        crumbs = [(b"cookie", b"a=1"), (b"x", b"y"), (b"cookie", b"b=2")]
        self.assertEqual(join_cookies(crumbs), [(b"x", b"y"), (b"cookie", b"a=1; b=2")])
        one = crumbs[:2]
        self.assertIs(join_cookies(one), one)
