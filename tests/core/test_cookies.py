"""The cookies we set, and the careful reading of those we are sent."""

from hypothesis import given, settings
from hypothesis import strategies as st
from twisted.trial.unittest import SynchronousTestCase

from authsrv.core.cookies import CookiePolicy, clear_session, read, session_cookie
from authsrv.core.tokens import issue

HOST = CookiePolicy()
DOMAIN = CookiePolicy("example.com")
PLAIN = CookiePolicy(secure=False)
NAME = "__Host-authsrv"
TOKEN = issue(bytes(range(32)))

NAMES = st.text("abcXYZ_-$.", min_size=1, max_size=10).filter(lambda name: name != NAME)
VALUES = st.text('abcXYZ019_-="/', max_size=12)
PAIRS = st.lists(st.tuples(NAMES, VALUES), max_size=6)
GAPS = st.sampled_from(["; ", ";", " ; ", ";;", "; ; "])


def parts(header: str) -> list[str]:
    """A Set-Cookie value in its parts."""
    return header.split("; ")


class SetTests(SynchronousTestCase):
    """What a browser is told to keep."""

    def test_host(self) -> None:
        """Without a domain the cookie is this host's alone, and the browser sees to it."""
        self.assertEqual(
            parts(session_cookie(HOST, TOKEN, 60)),
            [f"__Host-authsrv={TOKEN.text}", "Path=/", "Max-Age=60", "Secure", "HttpOnly",
             "SameSite=Lax"],
        )  # fmt: skip

    def test_domain(self) -> None:
        """With a domain all its hosts get the cookie, over TLS only."""
        self.assertEqual(
            parts(session_cookie(DOMAIN, TOKEN, 60)),
            [f"__Secure-authsrv={TOKEN.text}", "Path=/", "Domain=example.com", "Max-Age=60",
             "Secure", "HttpOnly", "SameSite=Lax"],
        )  # fmt: skip

    def test_plain(self) -> None:
        """Without TLS there is no Secure, and no name that promises it."""
        self.assertEqual(
            parts(session_cookie(PLAIN, TOKEN, None)),
            [f"authsrv={TOKEN.text}", "Path=/", "HttpOnly", "SameSite=Lax"],
        )
        self.assertEqual(CookiePolicy("example.com", secure=False).name("authsrv"), "authsrv")

    def test_until_the_browser_closes(self) -> None:
        """Without an age the cookie ends with the browser; an age of nothing is an age."""
        self.assertNotIn("Max-Age", session_cookie(HOST, TOKEN, None))
        self.assertIn("Max-Age=0", parts(HOST.set("x", "y", 0)))

    def test_prefix_rules(self) -> None:
        """No browser throws one of ours away (RFC 6265bis, section 4.1.3)."""
        for policy in (HOST, DOMAIN, PLAIN, CookiePolicy("example.com", secure=False)):
            name, *attributes = parts(session_cookie(policy, TOKEN, 60))
            if name.startswith("__"):
                self.assertIn("Secure", attributes)
            if name.startswith("__Host-"):
                self.assertIn("Path=/", attributes)
                self.assertFalse([a for a in attributes if a.startswith("Domain")])

    def test_clear(self) -> None:
        """Clearing names the same cookie with the same path and domain, empty and ended."""
        for policy in (HOST, DOMAIN, PLAIN):
            expected = parts(session_cookie(policy, TOKEN, 60).replace("Max-Age=60", "Max-Age=0"))
            expected[0] = policy.name("authsrv") + "="
            self.assertEqual(parts(clear_session(policy)), expected)

    def test_round_trip(self) -> None:
        """What is set is what is read when the browser sends it back."""
        for policy in (HOST, DOMAIN, PLAIN):
            sent = parts(session_cookie(policy, TOKEN, 60))[0]
            self.assertEqual(read([sent], policy.name("authsrv")), TOKEN.text)


class ReadTests(SynchronousTestCase):
    """What a browser sends."""

    def test_found(self) -> None:
        """The one cookie with the name is found among others, spaced as it may be."""
        for header in (
            f"{NAME}=v", f"a=b; {NAME}=v", f"{NAME}=v; a=b", f"a=b;{NAME}=v;c=d", f" {NAME} = v ",
            f"a; {NAME}=v", f"; ;{NAME}=v;", f"\t{NAME}=v\t", f"=x; {NAME}=v",
        ):  # fmt: skip
            self.assertEqual(read([header], NAME), "v", header)

    def test_absent(self) -> None:
        """A name that is part of another, spelled otherwise, or has no sign is not it."""
        for header in (
            "", ";", "=", NAME, f"x{NAME}=v", f"{NAME}x=v", f"{NAME.lower()}=v",
            f"{NAME.upper()}=v", f"a={NAME}=v", f"={NAME}=v", "authsrv=v", "__Secure-authsrv=v",
            f"a={NAME}", f'"{NAME}"=v', f"{NAME}\x00=v", f"$Version=1, {NAME}=v", f"a=b, {NAME}=v",
        ):  # fmt: skip
            self.assertIsNone(read([header], NAME), header)
        self.assertIsNone(read([], NAME))

    def test_whole_value(self) -> None:
        """The value is all that stands behind the first sign."""
        self.assertEqual(read([f"{NAME}=a=b=="], NAME), "a=b==")
        self.assertEqual(read([f"{NAME}="], NAME), "")
        self.assertEqual(read([f'{NAME}="v"'], NAME), '"v"')

    def test_neither_of_two(self) -> None:
        """Of two with one name neither is believed, be they equal, empty or in two fields."""
        for headers in (
            [f"{NAME}=a; {NAME}=b"],
            [f"{NAME}=a", f"{NAME}=b"],
            [f"{NAME}=a; {NAME}=a"],
            [f"{NAME}=a; {NAME}="],
            [f"{NAME}=; {NAME}=a"],
            [f"{NAME}=a;x=y", f"z=w; {NAME} =b"],
            [f"{NAME}=a; {NAME}=b; {NAME}=c"],
        ):
            self.assertIsNone(read(headers, NAME), headers)

    @settings(deadline=None)
    @given(PAIRS, PAIRS, VALUES, GAPS)
    def test_one(
        self, before: list[tuple[str, str]], after: list[tuple[str, str]], value: str, gap: str
    ) -> None:
        """One among any others is read as it was sent, in one field or in many (HTTP/2)."""
        sent = [f"{name}={v}" for name, v in [*before, (NAME, value), *after]]
        self.assertEqual(read([gap.join(sent)], NAME), value)
        self.assertEqual(read(sent, NAME), value)

    @settings(deadline=None)
    @given(PAIRS, st.permutations(["a", "b"]), st.integers(0, 6), GAPS)
    def test_planted(
        self, others: list[tuple[str, str]], values: list[str], at: int, gap: str
    ) -> None:
        """A second one is never the one that is read, wherever it is planted."""
        pairs = [(NAME, values[0]), *others]
        pairs.insert(at, (NAME, values[1]))
        sent = [f"{name}={v}" for name, v in pairs]
        self.assertIsNone(read([gap.join(sent)], NAME))
        self.assertIsNone(read(sent, NAME))

    @settings(deadline=None)
    @given(st.lists(st.text(max_size=60), max_size=4))
    def test_any_text(self, headers: list[str]) -> None:
        """Nothing that is sent is an error."""
        value = read([*headers, "", ";=;"], "a")
        self.assertTrue(value is None or ";" not in value)
