"""Whatever is sent, the answer is an answer: never our fault, never our insides.

Derandomised, so that a run is the same each time; a seed found elsewhere becomes an example.
"""

import json
from urllib.parse import quote, urlencode

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from twisted.trial.unittest import SynchronousTestCase

from authsrv.settings import Settings
from authsrv.testing import HOST, ORIGIN, PASSWORD, Answer, Browser, MemoryHouse
from tests.pages.samples import COOKIE, JSON, form_token

FUZZ = settings(
    max_examples=100, derandomize=True, deadline=None, database=None,
    suppress_health_check=list(HealthCheck),
)  # fmt: skip
PATHS = ("/", "/login", "/logout", "/setup", "/language", "/account", "/account/password",
         "/account/sessions", "/account/sessions/others", "/account/sessions/0123456789abcdef",
         "/api/session", "/api/sessions", "/api/sessions/x", "/api/openapi.json", "/nothing",
)  # fmt: skip
METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS")
NAMES = ("name", "password", "remember", "return", "token", "again", "display_name", "email",
         "current", "new", "language", "form_token", "notice", "others", "id")  # fmt: skip
HEADERS = ("Accept", "Accept-Language", "Cookie", "Content-Type", "Sec-Fetch-Site",
           "Sec-Fetch-Mode", "Origin", "User-Agent", "Referer", "X-Forwarded-For", "Forwarded",
           "X-Request-Id", "Range", "If-None-Match", "Authorization", "Content-Encoding",
)  # fmt: skip
#: Text that means something to somebody behind us.
NASTY = st.sampled_from(
    ["", "\0", "\r\nSet-Cookie: a=b", "%", "%ff", "{{7*7}}", "<script>", "'\"><b>", "../..",
     "//e.example", "https://[", "https://e.example\\@x", "\ud7ff\uffff",
     "\u2028", "ﷺ" * 300, "İ" * 100,
     "a" * 3000, "0" * 400, "-1", "1e999", "%(name)s", "{0}", "alice", "ko", "en-US,ko;q=nan",
     "x=y; x=z", "\u202e", ";q=1", f"{COOKIE}=" + "A" * 43, "navigate", "same-origin", "text/html",
     "application/json"]
)  # fmt: skip
TEXT = st.one_of(NASTY, st.text(st.characters(exclude_categories=["Cs"]), max_size=30))
BYTES = st.one_of(st.binary(max_size=40), TEXT.map(str.encode))
#: What a header field can hold without ending: everything but CR, LF.
FIELD = BYTES.map(lambda value: value.replace(b"\r", b" ").replace(b"\n", b" ")[:2000])
COOKIES = (COOKIE, "__Host-authsrv-browser", "__Host-authsrv-language", "authsrv", "")
SIMPLE = st.one_of(st.none(), st.booleans(), st.integers(), st.floats(), TEXT)
KEYS = st.one_of(st.sampled_from(NAMES), TEXT)
VALUES = st.recursive(
    SIMPLE,
    lambda v: st.one_of(st.lists(v, max_size=3), st.dictionaries(KEYS, v, max_size=4)),
)
FIELDS = st.dictionaries(KEYS, TEXT, max_size=8)


class HostileTests(SynchronousTestCase):
    """Strangers, people who are signed in, and a local proxy send what they like."""

    def setUp(self) -> None:
        self.house = MemoryHouse(settings=Settings(public_url=ORIGIN, cookie_domain=None))
        self.house.add_account("alice")

    def browsers(self) -> tuple[Browser, Browser]:
        """A stranger behind a trusted proxy, and somebody signed in."""
        self.house.throttle._rows.clear()
        stranger, alice = self.house.browser("127.0.0.1"), self.house.browser()
        self.assertEqual(alice.sign_in("alice").status, 303)
        return stranger, alice

    def check(self, answer: Answer, told: object) -> Answer:
        """It is an answer, not our fault, and shows nothing of ours."""
        self.assertIn(answer.status, range(200, 500), told)
        for inside in (b"Traceback", b"authsrv.", b"site-packages", b"<Macro", b"<bound method"):
            self.assertNotIn(inside, answer.body, told)
        self.assertEqual(
            [v for v in answer.all("Set-Cookie") if not v.startswith("__Host-")], [], told
        )
        self.assertEqual(len(answer.all("Content-Security-Policy")), 1, told)
        self.flushed(told)
        return answer

    def flushed(self, told: object) -> None:
        """Nothing was logged as an error."""
        self.assertEqual(self.flushLoggedErrors(), [], told)

    @given(st.sampled_from(PATHS), FIELDS, st.booleans())
    @FUZZ
    def test_forms(self, path: str, fields: dict[str, str], with_token: bool) -> None:
        """Any form to any address."""
        for browser in self.browsers():
            if with_token and browser.cookies:
                fields = {**fields, "form_token": form_token(browser)}
            self.check(browser.post(path, fields), (path, fields))

    @given(
        st.sampled_from(PATHS),
        st.sampled_from(METHODS),
        BYTES,
        st.one_of(FIELD, st.just(b"application/json")),
    )
    @FUZZ
    def test_bodies(self, path: str, method: str, body: bytes, kind: bytes) -> None:
        """Any bytes in any body of any type."""
        for browser in self.browsers():
            sent = self.head(browser, method, path, [(b"Content-Type", kind)], len(body)) + body
            self.check_raw(browser, sent, method)

    @given(VALUES)
    @FUZZ
    def test_json(self, value: object) -> None:
        """Any JSON to the API."""
        body = json.dumps(value).encode()
        for browser in self.browsers():
            self.check(browser.ask("POST", "/api/session", body, JSON), value)

    @given(st.sampled_from(PATHS), FIELDS, st.sampled_from(("GET", "HEAD", "DELETE")))
    @FUZZ
    def test_queries(self, path: str, fields: dict[str, str], method: str) -> None:
        """Any query."""
        for browser in self.browsers():
            self.check(browser.ask(method, f"{path}?{urlencode(fields)}"[:8000]), (path, fields))

    @given(st.sampled_from(PATHS), BYTES)
    @FUZZ
    def test_raw_queries(self, path: str, query: bytes) -> None:
        """Any query, well formed or not."""
        for browser in self.browsers():
            self.check(browser.get(f"{path}?{quote(query, safe='&=;+%')}"), (path, query))

    @given(st.sampled_from(PATHS), TEXT, st.sampled_from(METHODS))
    @FUZZ
    def test_paths(self, path: str, text: str, method: str) -> None:
        """Any path, beside, below and behind those there are."""
        for browser in self.browsers():
            for asked in (
                f"{path}{quote(text)}",
                f"/{quote(text, safe='')}",
                f"{path}/{quote(text)}",
            ):
                self.check(browser.ask(method, asked[:6000]), asked)

    @given(st.sampled_from(PATHS), st.sampled_from(METHODS),
           st.lists(st.tuples(st.sampled_from(HEADERS), FIELD), max_size=5))  # fmt: skip
    @FUZZ
    def test_headers(self, path: str, method: str, fields: list[tuple[str, bytes]]) -> None:
        """Any value in any header field, 8-bit and control characters too, once or twice."""
        for browser in self.browsers():
            sent = [(name.encode(), value) for name, value in fields]
            self.check_raw(browser, self.head(browser, method, path, sent, 0), method)

    @given(st.sampled_from(PATHS), st.lists(st.tuples(st.sampled_from(COOKIES), FIELD), max_size=4))
    @FUZZ
    def test_cookies(self, path: str, cookies: list[tuple[str, bytes]]) -> None:
        """Any value in any cookie of ours."""
        for browser in self.browsers():
            value = b"; ".join(name.encode() + b"=" + value for name, value in cookies)
            self.check_raw(browser, self.head(browser, "GET", path, [(b"Cookie", value)], 0), "GET")

    @given(TEXT, TEXT)
    @FUZZ
    def test_logins(self, name: str, password: str) -> None:
        """Any name with any password is refused, by page and by API."""
        stranger, _ = self.browsers()
        if (name.strip().casefold(), password) != ("alice", PASSWORD):
            answer = self.check(stranger.sign_in(name, password), (name, password))
            self.assertEqual(answer.status, 401)

    def head(
        self,
        browser: Browser,
        method: str,
        path: str,
        fields: list[tuple[bytes, bytes]],
        length: int,
    ) -> bytes:
        """A request's head."""
        cookies = "; ".join(f"{k}={v}" for k, v in browser.cookies.items()).encode()
        usual = [(b"Host", HOST.encode()), (b"Content-Length", b"%d" % length)]
        if not any(name == b"Cookie" for name, _ in fields) and cookies:
            usual.append((b"Cookie", cookies))
        lines = [name + b": " + value for name, value in (*usual, *fields)]
        return b"\r\n".join([f"{method} {path} HTTP/1.1".encode(), *lines]) + b"\r\n\r\n"

    def check_raw(self, browser: Browser, sent: bytes, method: str) -> None:
        """It is answered, or refused barely, without a date, before it was a request."""
        answer = browser.raw(sent, method)
        if answer.status in {400, 431} and not answer.all("Date"):
            self.flushed(sent)
        else:
            self.check(answer, sent)
