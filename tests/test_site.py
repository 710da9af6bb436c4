"""The URL table: every path with every method, for strangers and for people who are signed in."""

from attrs import fields
from twisted.web.resource import Resource

from authsrv import site
from authsrv.settings import Settings
from authsrv.testing import ORIGIN, Answer, MemoryHouse
from authsrv.wiring import pages
from tests.pages.samples import COOKIE, PROGRAM, SECURITY, PageCase

METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS")


class TableTests(PageCase):
    """What is true of every address."""

    def setUp(self) -> None:
        super().setUp()
        settings = Settings(public_url=ORIGIN)
        face = pages.front(settings, self.house.flows)
        self.rooms = pages.rooms(settings, self.house.flows, face)
        self.table = site.routes(self.rooms)

    def paths(self) -> list[str]:
        """Every path of the table, and some that are not in it."""
        known = [path.replace("{id}", "0123456789abcdef") for path in self.table]
        return [*known, "/nothing", "/api", "/static", "/account/", "/account/sessions/a/b", "//"]

    def methods(self, path: str) -> set[str]:
        """What is known at *path*."""
        what = self.table.get(path.replace("0123456789abcdef", "{id}"), {})
        if isinstance(what, Resource):
            return {"GET", "HEAD"}
        return {*what, "HEAD"} if "GET" in what else {*what}

    def check(self, method: str, path: str, answer: Answer) -> None:
        """What every answer must be."""
        told = f"{method} {path} {answer.status}"
        self.assertLess(answer.status, 500, told)
        for name, value in SECURITY.items():
            self.assertEqual(answer.all(name), [value], told)
        (policy,) = answer.all("Content-Security-Policy")
        self.assertNotIn("unsafe", policy)
        for part in ("default-src 'none'", "frame-ancestors 'none'", "base-uri 'none'"):
            self.assertIn(part, policy)
        self.assertIsNone(answer.header("Server"), told)
        self.assertEqual(len(answer.all("Date")), 1)
        kept = "public, max-age=31536000, immutable"
        is_asset = path in self.rooms.assets and answer.status == 200
        self.assertEqual(answer.all("Cache-Control"), [kept if is_asset else "no-store"], told)
        if answer.body:
            self.assertIsNotNone(answer.header("Content-Type"), told)

    def check_method(self, method: str, path: str, answer: Answer) -> None:
        """405 with Allow for what is not known at the address, and only for that."""
        known = self.methods(path)
        if method in known:
            self.assertNotEqual(answer.status, 405, f"{method} {path}")
            self.assertIsNone(answer.header("Allow"))
        elif known:
            self.assertEqual(answer.status, 405, f"{method} {path}")
            self.assertEqual(set((answer.header("Allow") or "").split(", ")), known)
        else:
            self.assertEqual(answer.status, 404, f"{method} {path}")

    def test_every_path_and_method(self) -> None:
        """No answer is our fault; each has its security headers and its caching, no Server; what
        is not known at an address is 405 with Allow."""
        for path in self.paths():
            for method in METHODS:
                for headers in ({}, PROGRAM):
                    answer = self.stranger.ask(method, path, headers=headers)
                    self.check(method, path, answer)
                    self.check_method(method, path, answer)
                    if COOKIE not in self.browser.cookies:
                        self.browser.sign_in("alice")
                    answer = self.browser.ask(method, path, headers=headers)
                    self.check(method, path, answer)
                    self.check_method(method, path, answer)

    def test_no_cookie_for_strangers(self) -> None:
        """Nobody who only looks is given a cookie, or kept anything for."""
        before = len(self.house.sessions._rows)
        for path in self.paths():
            for method in METHODS:
                if method != "POST" or path not in {"/language", "/logout"}:
                    answer = self.stranger.ask(method, path)
                    self.assertEqual(answer.all("Set-Cookie"), [], f"{method} {path}")
        self.assertEqual(len(self.house.sessions._rows), before)

    def test_length(self) -> None:
        """The length that is told is the length there is, and HEAD tells what GET does."""
        for browser in (self.stranger, self.browser):
            for path in (*self.paths(), "/login?return=/account/sessions", "/account?notice=x"):
                written = browser.ask("GET", path)
                told = written.header("Content-Length")
                self.assertEqual(told, str(len(written.body)), path)
                head = browser.ask("HEAD", path)
                self.assertEqual((head.status, head.body), (written.status, b""))
                self.assertEqual(head.header("Content-Length"), told, path)
                self.assertEqual(
                    [n for n, _ in head.headers], [n for n, _ in written.headers], path
                )

    def test_page_weight(self) -> None:
        """No page weighs more than 30 kB."""
        for path in self.paths():
            if path not in self.rooms.assets and path != "/api/openapi.json":
                self.assertLess(len(self.browser.get(path).body), 30000, path)

    def test_forbidden_methods(self) -> None:
        """TRACE and CONNECT are refused everywhere; a method nobody knows is malformed."""
        for path in ("/", "/login", "/nothing"):
            for method, status in (("TRACE", 405), ("CONNECT", 405), ("BREW", 400)):
                answer = self.stranger.ask(method, path)
                self.assertEqual(answer.status, status, f"{method} {path}")

    def test_cross_site_everywhere(self) -> None:
        """Nothing that changes something can be asked for by another site, at any address."""
        for path, what in self.table.items():
            for method in () if isinstance(what, Resource) else what:
                headers = {"Sec-Fetch-Site": "cross-site"}
                answer = self.browser.ask(method, path.replace("{id}", "x"), headers=headers)
                if method == "GET":
                    self.assertNotEqual(answer.status, 403, path)
                else:
                    self.assertEqual(answer.status, 403, f"{method} {path}")

    def test_promised(self) -> None:
        """The addresses that users rely on are there."""
        promised = {"/", "/setup", "/login", "/logout", "/account", "/account/sessions",
                    "/account/password", "/api/session", "/api/sessions",
                    "/api/openapi.json"}  # fmt: skip
        self.assertLessEqual(promised, set(self.table))

    def test_rooms(self) -> None:
        """Every room is led to."""
        text = repr(list(self.table.values()))
        for field in fields(site.Rooms):
            room = getattr(self.rooms, field.name)
            if field.name != "assets":
                self.assertIn(type(room).__name__ + ".", text.replace("(", "."), field.name)


class DressTests(PageCase):
    """Over plain http."""

    def make_house(self) -> MemoryHouse:
        return MemoryHouse(settings=Settings(public_url="http://login.example.com"))

    def test_no_hsts(self) -> None:
        """HSTS is for https alone, and without TLS the cookie is not Secure."""
        answer = self.stranger.sign_in("alice")
        self.assertIsNone(answer.header("Strict-Transport-Security"))
        self.assertRegex(
            answer.all("Set-Cookie")[0], "^authsrv=[^;]{43}; Path=/; HttpOnly; SameSite=Lax$"
        )
        self.assertEqual(self.stranger.get("/account").status, 200)
