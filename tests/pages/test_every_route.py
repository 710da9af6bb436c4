"""What holds at every address of the table, beside the header fields (see tests/test_site.py)."""

import json
import re
from collections.abc import Iterator

from twisted.web.resource import Resource

from authsrv import site
from authsrv.settings import Settings
from authsrv.testing import ORIGIN, Answer, Browser
from authsrv.wiring import pages
from tests.pages.samples import PROGRAM, SECURITY, PageCase
from tests.web.samples import Reader, render_all

#: What a stranger may ask for; everything else is for people who are signed in.
OPEN = {
    ("GET", "/"), ("GET", "/login"), ("POST", "/login"), ("GET", "/logout"), ("POST", "/logout"),
    ("POST", "/language"),
    ("POST", "/api/session"), ("GET", "/api/openapi.json"),
    # Not there at all, once there is an account.
    ("GET", "/setup"), ("POST", "/setup"),
}  # fmt: skip
#: Every field of every form: no hint, no question whose answer others know.
ASKED = {
    "viewport", "color-scheme", "return", "language", "form_token", "token", "name", "password",
    "remember", "current", "new", "again", "display_name", "email",
}  # fmt: skip
#: What others have left lying about, or an operator alone may read.
NOT_THERE = (
    "/.git/config", "/.git/HEAD", "/.svn/entries", "/.hg/store", "/.env", "/authsrv.toml",
    "/var/sessions.db", "/certs/localhost.key", "/metrics", "/healthz", "/readyz", "/server-status",
    "/debug", "/static", "/static/", "/docs", "/account/x.css", "/account/sessions.css",
    "/account/password/x.svg", "/api/session/x.css", "/api/session.css",
)  # fmt: skip
_CHARSET = re.compile(r"text/|\S+[/+]xml\b")


class RouteTests(PageCase):
    """Each method of each address, asked by strangers and by somebody signed in."""

    def setUp(self) -> None:
        super().setUp()
        settings = Settings(public_url=ORIGIN)
        face = pages.front(settings, self.house.flows)
        self.table = site.routes(pages.rooms(settings, self.house.flows, face))

    def routes(self) -> Iterator[tuple[str, str]]:
        """Every method with its path; an id is one that nobody has."""
        for path, what in self.table.items():
            for method in ("GET",) if isinstance(what, Resource) else what:
                yield method, path.replace("{id}", "0123456789abcdef")

    def gets(self, browser: Browser) -> Iterator[tuple[str, Answer]]:
        """The answer to each GET that there is."""
        for method, path in self.routes():
            if method == "GET":
                yield path, browser.get(path)

    def test_strangers(self) -> None:
        """What is not open to strangers sends a person to sign in, tells a program 401, and does
        nothing."""
        is_asset = {path for path, what in self.table.items() if isinstance(what, Resource)}
        closed = [r for r in self.routes() if r not in OPEN and r[1] not in is_asset]
        self.assertGreater(len(closed), 10)

        def ask() -> None:
            for method, path in closed:
                answer = self.stranger.ask(method, path, headers=PROGRAM)
                self.assertEqual(answer.status, 401, f"{method} {path}")
                if not path.startswith("/api/"):
                    self.assert_sign_in(self.stranger.ask(method, path))

        self.unchanged(ask)

    def test_looking_changes_nothing(self) -> None:
        """No GET and no HEAD changes what is kept, whoever asks."""

        def look() -> None:
            for method, path in self.routes():
                if method == "GET":
                    for browser in (self.browser, self.stranger):
                        for kind in ("GET", "HEAD"):
                            browser.ask(kind, path)
                            browser.ask(kind, path, headers=PROGRAM)

        self.unchanged(look)

    def test_no_other_origin(self) -> None:
        """No script of another origin may read an answer, asked for or not (Fetch, CORS)."""
        for method, path in self.routes():
            for kind in (method, "OPTIONS"):
                for origin in ("https://evil.example", "null", ORIGIN):
                    headers = {"Origin": origin, "Access-Control-Request-Method": method}
                    answer = self.browser.ask(kind, path, headers=headers)
                    told = [n for n, _ in answer.headers if n.lower().startswith("access-control")]
                    self.assertEqual(told, [], f"{kind} {path}")

    def test_charset(self) -> None:
        """What is sent has its media type, and text in it its encoding."""
        for browser in (self.browser, self.stranger):
            for path, answer in [*self.gets(browser), ("/nothing", browser.get("/nothing"))]:
                if answer.body:
                    kind = answer.header("Content-Type") or ""
                    self.assertRegex(kind, r"^[a-z]+/[a-z+]+", path)
                    if _CHARSET.match(kind):
                        self.assertTrue(kind.endswith("; charset=utf-8"), f"{path}: {kind}")

    def test_bare(self) -> None:
        """What is refused before a page could be asked for has its security header fields too."""
        line, host = b"GET / HTTP/1.1\r\n", b"Host: login.example.com\r\n"
        for status, sent in (
            (400, line + host + b"X: a\r\n folded\r\n\r\n"),
            (414, b"GET /" + b"a" * 20000),
            (431, line + host + b"X: " + b"a" * 20000),
        ):
            answer = self.stranger.raw(sent)
            self.assertEqual((answer.status, answer.body), (status, b""))
            for name, value in SECURITY.items():
                self.assertEqual(answer.all(name), [value], f"{status} {name}")
            (policy,) = answer.all("Content-Security-Policy")
            self.assertIn("frame-ancestors 'none'", policy)
            self.assertEqual(answer.all("Cache-Control"), ["no-store"])

    def test_sign_out(self) -> None:
        """Every page of somebody signed in has the button that signs out."""
        seen = 0
        for path, answer in self.gets(self.browser):
            if (answer.header("Content-Type") or "").startswith("text/html"):
                seen += answer.status == 200
                forms = [a for tag, a in Reader(answer.text).elements if tag == "form"]
                if answer.status == 200:
                    self.assertIn({"method": "post", "action": "/logout"}, forms, path)
                    self.assertIn("Sign out", answer.text)
        self.assertGreaterEqual(seen, 5)

    def test_asked(self) -> None:
        """No form asks for anything but names, passwords and what goes with them."""
        found = {
            str(a["name"])
            for _, page in render_all()
            for _, a in Reader(page).elements
            if "name" in a
        }
        self.assertLessEqual(found, ASKED)
        self.assertLessEqual({"name", "password", "current", "new", "token"}, found)

    def test_not_there(self) -> None:
        """Nothing that was left lying about is served, nor what is the operator's, nor a page
        under another page's name."""
        for path in NOT_THERE:
            for browser in (self.browser, self.stranger):
                self.assertEqual(browser.get(path).status, 404, path)

    def test_no_callback(self) -> None:
        """JSON is JSON, whatever function a script would have it call."""
        for path, answer in self.gets(self.browser):
            if "json" in (answer.header("Content-Type") or ""):
                again = self.browser.get(f"{path}?callback=evil&jsonp=evil")
                self.assertNotIn("javascript", again.header("Content-Type") or "")
                self.assertEqual(json.loads(again.body), json.loads(answer.body), path)
