"""Nobody is sent from our login to somebody else's site."""

from hypothesis import example, given, settings
from hypothesis import strategies as st
from twisted.trial.unittest import SynchronousTestCase

from authsrv.core.redirects import DEFAULT, LONGEST, ReturnPolicy, safe
from tests.core.browser import lands_at

ORIGIN = "https://login.example.com"
LISTED = "https://app.partner.test:8443"
ALONE = ReturnPolicy(ORIGIN)
SHARED = ReturnPolicy(ORIGIN, "example.com", frozenset({LISTED}))
PLAIN = ReturnPolicy("http://localhost:8080")

# A browser leaves our hosts for each of these.
LEAVING = [
    # No scheme.
    "//evil.test", "//evil.test/account", "///evil.test", "////evil.test", "//evil.test:443/",
    "//user@evil.test", "//login.example.com@evil.test", "//evil.test#login.example.com",
    # Backslashes are slashes in a browser.
    "\\\\evil.test", "/\\evil.test", "\\/evil.test", "/\\/evil.test", "//\\evil.test",
    "https:\\\\evil.test", "https:/\\evil.test", "https:\\/evil.test", "https://evil.test\\",
    "https://evil.test\\@login.example.com", "https://evil.test\\.example.com",
    # Tabs and line ends vanish; other controls and spaces are trimmed.
    "/\t/evil.test", "/\n/evil.test", "/\r/evil.test", "\t//evil.test", " //evil.test",
    "\x00//evil.test", "\x1f//evil.test", "//evil.test\r\n", "//\tevil.test", "ht\ntps://evil.test",
    "https:\t//evil.test", "java\tscript:alert(1)", " javascript:alert(1)", "\x01javascript:x()",
    # Another host in plain sight.
    "https://evil.test", "HTTPS://EVIL.TEST/", "hTtPs://evil.test", "http://evil.test",
    "https://evil.test/login.example.com", "https://evil.test?login.example.com",
    "https://evil.test?.example.com", "https://evil.test#.example.com",
    "https://evil.test/.example.com", "https://evil.test:443/", "https://evil.test:8443",
    "wss://evil.test/", "ftp://evil.test/",
    # A name that begins or ends like ours.
    "https://example.com.evil.test", "https://login.example.com.evil.test",
    "https://evilexample.com", "https://evil-example.com", "https://example.comevil.test",
    "https://login-example.com", "https://example.com.", "https://login.example.com.",
    "https://example.test", "https://com", "https://app.partner.test.evil.test:8443",
    "https://app.partner.test", "https://app.partner.test:8444", "https://x.app.partner.test:8443",
    # User information before the host.
    "https://login.example.com@evil.test", "https://login.example.com:443@evil.test",
    "https://login.example.com%40@evil.test", "https://a:b@evil.test/", "https://@evil.test",
    "https://login.example.com@evil.test:443/", "https://evil.test@evil.test@evil.test",
    # Slashes are optional, or many.
    "https:///evil.test", "https:////evil.test", "http:evil.test", "http:/evil.test",
    "http:\\evil.test", "wss:evil.test",
    # What a host name is mapped to before it is looked up.
    "https://ｅｖｉｌ.test", "https://evil。test", "https://evil．test", "https://e\u200bvil.test",
    "https://ev\xadil.test", "https://evil%2etest", "https://%65vil.test", "//ｅｖｉｌ.test",
    "https://exampⅼe.com.evil.test", "https://exаmple.com", "https://еxample.com/",
    # Addresses.
    "https://127.0.0.1/", "https://2130706433/", "https://0x7f.1/", "https://[::1]/",
    "https://[::ffff:127.0.0.1]:443/", "https://[2001:db8::1]/",
    # No place at all, but a program.
    "javascript:alert(1)", "JaVaScRiPt:alert(1)", "javascript://login.example.com/%0aalert(1)",
    "javascript:https://login.example.com/", "data:text/html,<script>alert(1)</script>",
    "data:text/html;base64,PHNjcmlwdD4=", "vbscript:msgbox(1)", "blob:https://login.example.com/1",
    "file:///etc/passwd", "view-source:https://login.example.com", "intent://evil.test#Intent;end",
    "mailto:a@evil.test", "about:blank", "tel:1", "x:", "login.example.com:443/",
    # The same name, but not over TLS.
    "http://login.example.com", "http://app.example.com/", "ws://login.example.com/",
    "http://login.example.com:443/", "ftp://login.example.com/",
]  # fmt: skip

# A browser goes nowhere, or stays by a way that parsers disagree on: not worth the trust.
ODD = [
    "https:evil.test", "https:/evil.test", "https:", "https:/", "https://", "https:\\evil.test",
    "https:?x", "evil.test", "account", "./account", "../account", "?next=/", "#top", ".", "*",
    "https://login.example.com:evil", "https://login.example.com:65536", "https://a..example.com",
    "https://login.example.com:443:443", "https://login.example.com:-1",
    "https://x@login.example.com/", "https://login.example.com%2f@x", "https://evil.test%2f.example.com",
    "https://evil.test%5c.example.com", "https://evil.test%00.example.com", "https://[::1].example.com",
    "https://evil.test;.example.com", "https://evil.test,example.com", "https://evil.test&.example.com",
    "https://evil.test!.example.com", "https://[::1", "https://]::1[", "https://[login.example.com]",
    "https://*.example.com", "https://ｌogin.example.com", "https://login。example。com",
    "/account\r\nSet-Cookie: a=b", "/account\n", "/a b", "/a\tb", "/\x7f", "/\x00", "/\\", "\\",
    "/é", "/계정", "/\u202etnuocca", "/\u2028", '/"', "/<script>",
    "https://[v1.login.example.com]/", "https://.login.example.com/", " /account", "/account ",
]  # fmt: skip

# These are kept, letter by letter.
PATHS = [
    "/", "/account", "/account?a=1&b=//evil.test", "/a#b", "/%09/evil.test", "/%2f%2fevil.test",
    "/%2F/evil.test", "/%5cevil.test", "/..//evil.test", "/.//evil.test", "/@evil.test",
    "/https://evil.test", "/:80", "/?https://evil.test", "/;//evil.test", "/~a/b.c-d_e",
    "/%0d%0aSet-Cookie:a=b", "/#//evil.test", "/a//b", "/%ea%b3%84%ec%a0%95", "/x?y=%7B%7D",
]  # fmt: skip
OURS = [
    "https://login.example.com",
    "https://login.example.com/a?b#c",
    "HTTPS://LOGIN.EXAMPLE.COM/",
]
NEIGHBOURS = [
    "https://example.com/", "https://app.example.com/x?y=1", "https://a.b.example.com",
    "https://app.example.com:8443/", "https://APP.Example.COM/", "https://xn--e1afmkfd.example.com/",
    "https://login.example.com:443/", "https://app.example.com?x", "https://app.example.com#x",
    "https://app.partner.test:8443/x", "HTTPS://App.Partner.test:8443",
]  # fmt: skip

PIECES = st.sampled_from([
    "https:", "HTTPS:", "http:", "wss:", "javascript:", "data:", "/", "//", "\\", "@", ":", ".",
    ";", "?", "#", "&", "=", "%", "%2f", "%5c", "%2e", "%40", "%00", "[", "]", "::1", "evil.test",
    "evil", "example.com", "login.example.com", ".example.com", "app.partner.test", ":8443", ":443",
    "localhost:8080", "-", "_", "*", "ａ", "。", "é", "\xad", "\u200b", "\t", "\n", "\r", "\x00",
    "\x7f", "|", "<", '"', "'", "x", "1", "0x7f", " ",
])  # fmt: skip
ADDRESSES = st.lists(PIECES, max_size=8).map("".join) | st.text(max_size=30)


def is_ours(landing: str, policy: ReturnPolicy) -> bool:
    """Whether a browser that has come to the origin *landing* is still among friends."""
    scheme, _, netloc = landing.partition("://")
    host = netloc.partition(":")[0]
    if landing == policy.origin or landing in policy.listed:
        return True
    domain = policy.cookie_domain
    in_domain = domain is not None and (f".{host}").endswith(f".{domain}")
    return in_domain and scheme in {"https", "wss"}


class CorpusTests(SynchronousTestCase):
    """Tricks that have worked on others."""

    def test_leaving(self) -> None:
        """What would take a browser elsewhere becomes our own page, whatever the policy."""
        self.assertGreater(len(LEAVING), 60)
        for address in LEAVING:
            for policy in (ALONE, SHARED):
                landing = lands_at(address, policy.origin)
                assert landing is not None, address
                self.assertFalse(is_ours(landing, policy), (address, landing))
                self.assertEqual(safe(address, policy), DEFAULT, address)

    def test_odd(self) -> None:
        """What parsers read in two ways is not passed on, even where it stays with us."""
        for address in ODD:
            for policy in (ALONE, SHARED, PLAIN):
                self.assertEqual(safe(address, policy), DEFAULT, ascii(address))

    def test_controls(self) -> None:
        """No control character, space or letter beyond ASCII passes, wherever it stands."""
        for code in [*range(0x21), *range(0x7F, 0x100), 0x2028, 0xFF0F, 0xD800, 0x10FFFF]:
            for address in (
                f"{chr(code)}/a",
                f"/{chr(code)}a",
                f"/a{chr(code)}",
                f"{ORIGIN}/{chr(code)}",
            ):
                self.assertEqual(safe(address, SHARED), DEFAULT, ascii(address))

    def test_paths(self) -> None:
        """A path of ours is kept as it is, and stays ours."""
        for path in PATHS:
            for policy in (ALONE, SHARED, PLAIN):
                self.assertEqual(safe(path, policy), path)
                self.assertEqual(lands_at(path, policy.origin), policy.origin)

    def test_own_origin(self) -> None:
        """An address of our own origin is kept under every policy of that origin."""
        for address in OURS:
            for policy in (ALONE, SHARED):
                self.assertEqual(safe(address, policy), address)
                self.assertEqual(lands_at(address, policy.origin), ORIGIN)

    def test_neighbours(self) -> None:
        """Hosts of the cookie's domain and listed origins are kept; without either they are not."""
        for address in NEIGHBOURS:
            self.assertEqual(safe(address, SHARED), address)
            landing = lands_at(address, ORIGIN)
            assert landing is not None, address
            self.assertTrue(is_ours(landing, SHARED), address)
            self.assertEqual(safe(address, ALONE), DEFAULT)

    def test_plain_origin(self) -> None:
        """In development our origin is plain http, and only exactly that one is kept."""
        self.assertEqual(safe("http://localhost:8080/a", PLAIN), "http://localhost:8080/a")
        for address in ("http://localhost/", "http://localhost:8081/", "https://localhost:8080/"):
            self.assertEqual(safe(address, PLAIN), DEFAULT)

    def test_address_origin(self) -> None:
        """An origin that is an IPv6 address is ours like another."""
        policy = ReturnPolicy("https://[::1]:8443")
        self.assertEqual(safe("https://[::1]:8443/a", policy), "https://[::1]:8443/a")
        self.assertEqual(safe("https://[::1]/a", policy), DEFAULT)
        self.assertEqual(safe("https://[::2]:8443/a", policy), DEFAULT)

    def test_absent(self) -> None:
        """Without a return address people come to their account."""
        self.assertEqual([safe(None, SHARED), safe("", SHARED)], [DEFAULT, DEFAULT])

    def test_length(self) -> None:
        """4,096 characters are kept, one more is not."""
        longest = "/" + "a" * (LONGEST - 1)
        self.assertEqual(safe(longest, ALONE), longest)
        self.assertEqual(safe(longest + "a", ALONE), DEFAULT)


class LawTests(SynchronousTestCase):
    """What holds for every text."""

    @settings(deadline=None, max_examples=400)
    @given(ADDRESSES, st.sampled_from([ALONE, SHARED, PLAIN]))
    @example("https://evil.test#@login.example.com", SHARED)
    @example("https://login.example.com:@evil.test", SHARED)
    def test_never_elsewhere(self, address: str, policy: ReturnPolicy) -> None:
        """A browser that follows the answer comes to us, to a friend, or stays where it is."""
        landing = lands_at(safe(address, policy), policy.origin)
        self.assertTrue(landing is None or is_ours(landing, policy), (address, landing))

    @settings(deadline=None)
    @given(ADDRESSES, st.sampled_from([ALONE, SHARED, PLAIN]))
    def test_idempotent(self, address: str, policy: ReturnPolicy) -> None:
        """Checked again when it is used, a checked address stays what it is."""
        once = safe(address, policy)
        self.assertEqual(safe(once, policy), once)

    @settings(deadline=None)
    @given(ADDRESSES)
    def test_one_line(self, address: str) -> None:
        """The answer fits in a header field: printable ASCII without a space."""
        kept = safe(address, SHARED)
        self.assertTrue(kept.isascii() and kept.isprintable() and " " not in kept, kept)

    @settings(deadline=None)
    @given(ADDRESSES)
    def test_kept_or_replaced(self, address: str) -> None:
        """An address is never rewritten: it passes whole or not at all."""
        self.assertIn(safe(address, SHARED), {address, DEFAULT})
