"""The front of the house: who visits, and how every error is answered."""

from twisted.logger import LogEvent, LogLevel, globalLogPublisher

from authsrv.settings import Settings
from authsrv.testing import PASSWORD, MemoryHouse
from tests.flows.samples import WRONG, keep_in
from tests.pages.samples import (
    COOKIE,
    PROGRAM,
    SECURITY,
    FlakySessions,
    PageCase,
    ask,
    credentials,
    visible,
)

SECRET_TEXT = "what only the log may know"


class FlakyCase(PageCase):
    """alice is signed in, and the session store may break."""

    def make_house(self) -> MemoryHouse:
        return MemoryHouse(sessions=FlakySessions())


class BrokenTests(FlakyCase):
    """What was not foreseen."""

    def setUp(self) -> None:
        super().setUp()
        self.house.sessions.fault = ZeroDivisionError(SECRET_TEXT)

    def test_page(self) -> None:
        """A person gets a page in the site's dress, with an id that the log has, and no more."""
        answer = self.browser.get("/account")
        self.assertEqual(answer.status, 500)
        self.assertIn("Something went wrong", visible(answer))
        for name, value in SECURITY.items():
            self.assertEqual(answer.header(name), value)
        for text in (SECRET_TEXT, "ZeroDivision", "Traceback", "authsrv.web"):
            self.assertNotIn(text, answer.text)
        (failure,) = self.flushLoggedErrors(ZeroDivisionError)
        self.assertIn(SECRET_TEXT, failure.getErrorMessage())

    def test_id(self) -> None:
        """The id on the page is the id in the log."""
        events: list[LogEvent] = []
        observer = keep_in(events)
        globalLogPublisher.addObserver(observer)
        self.addCleanup(globalLogPublisher.removeObserver, observer)
        answer = self.browser.get("/account")
        self.flushLoggedErrors(ZeroDivisionError)
        (event,) = [e for e in events if e.get("log_failure")]
        self.assertIn(event["request"], visible(answer))

    def test_program(self) -> None:
        """A program gets a problem that says no more either."""
        answer = self.api("GET", "/api/session")
        problem = self.assert_problem(answer, 500)
        self.flushLoggedErrors(ZeroDivisionError)
        self.assertEqual(set(problem), {"type", "title", "status", "detail", "request_id"})
        self.assertNotIn(SECRET_TEXT, answer.text)


class AwayTests(FlakyCase):
    """A store that cannot answer."""

    def setUp(self) -> None:
        super().setUp()
        self.house.sessions.go_away()

    def test_page(self) -> None:
        """Nobody who holds a token is called a stranger: 503 with Retry-After, on every page."""
        for path in ("/", "/account", "/account/sessions", "/account/password", "/login"):
            answer = self.browser.get(path)
            self.assertEqual((answer.status, answer.header("Retry-After")), (503, "5"), path)
            self.assertIn("Try again in 5 seconds.", visible(answer))
            self.assertEqual(answer.all("Set-Cookie"), [])

    def test_api(self) -> None:
        """So it is for programs."""
        for method, path in (("GET", "/api/session"), ("DELETE", "/api/session")):
            answer = self.api(method, path)
            self.assert_problem(answer, 503)
            self.assertEqual(answer.header("Retry-After"), "5")
            self.assertNotIn("the store is away", answer.text)

    def test_logged(self) -> None:
        """The log says which request could not be answered, and why."""
        events: list[LogEvent] = []
        observer = keep_in(events)
        globalLogPublisher.addObserver(observer)
        self.addCleanup(globalLogPublisher.removeObserver, observer)
        answer = self.browser.get("/account")
        (event,) = [e for e in events if e["log_level"] is LogLevel.warn]
        self.assertEqual(event["why"], "the store is away")
        self.assertIn(event["request"], visible(answer))

    def test_sign_out(self) -> None:
        """A sign-out that could not be kept is not acknowledged, and the cookie stays."""
        answer = self.browser.post("/logout", {"form_token": "x"})
        self.assertEqual((answer.status, answer.all("Set-Cookie")), (503, []))

    def test_stranger(self) -> None:
        """A stranger is still shown the sign-in page: there is nothing to look up."""
        self.assertEqual(self.stranger.get("/login").status, 200)

    def test_assets(self) -> None:
        """The style sheet is still served, so that the error page has its dress."""
        page = self.browser.get("/account").text
        style = page.partition('<link rel="stylesheet" href="')[2].partition('"')[0]
        answer = self.browser.get(style)
        self.assertEqual(
            (answer.status, answer.header("Content-Type")), (200, "text/css; charset=utf-8")
        )


class WhoTests(PageCase):
    """Whose cookie is believed."""

    def test_two_cookies(self) -> None:
        """Of two session cookies neither is believed, in one header or in two."""
        mine = f"{COOKIE}={self.browser.cookies[COOKIE]}"
        for headers in (
            f"Cookie: {mine}; {mine}",
            f"Cookie: {mine}\r\nCookie: {mine}",
            f"Cookie: {COOKIE}=x; {mine}",
            f"Cookie: {mine}; {COOKIE}=",
        ):
            head = "GET /account HTTP/1.1\r\nHost: login.example.com\r\nAccept: text/html"
            sent = f"{head}\r\n{headers}\r\n\r\n"
            self.assert_sign_in(self.stranger.raw(sent.encode()))
        one = sent.replace(headers, f"Cookie: a=b; {mine}; c")
        self.assertEqual(self.stranger.raw(one.encode()).status, 200)

    def test_no_token(self) -> None:
        """A cookie that holds no token, or nobody's, is a stranger's, and is no error."""
        for value in ("", "x", "A" * 43, "A" * 42 + "B", "é" * 43):
            self.stranger.cookies[COOKIE] = value
            self.assert_sign_in(self.stranger.get("/account"))
            self.assertEqual(ask(self.stranger, "GET", "/api/session").status, 401)

    def test_lesser_name(self) -> None:
        """A token under a name that a lesser origin could set is not believed."""
        token = self.browser.cookies[COOKIE]
        for name in ("authsrv", "__Secure-authsrv", "__host-authsrv"):
            self.stranger.cookies = {name: token}
            self.assert_sign_in(self.stranger.get("/account"))

    def test_development(self) -> None:
        """Over plain http the cookie has its plain name and no Secure, and there is no HSTS."""
        settings = Settings(public_url="http://localhost:8080", development=True)
        house = MemoryHouse(settings=settings)
        face = house.site.resource.front
        self.assertEqual((face.https, face.cookies.name("authsrv")), (False, "authsrv"))
        self.assertNotIn("Secure", face.cookies.set("authsrv", "x", None))


class KindTests(PageCase):
    """Pages for people, problems for programs."""

    def test_navigation(self) -> None:
        """A navigation gets pages; a script gets problems, and never a redirect to a form."""
        self.assert_sign_in(self.stranger.get("/account"))
        self.assert_problem(self.stranger.get("/account", PROGRAM), 401)
        self.assert_problem(self.stranger.get("/nothing", PROGRAM), 404)
        self.assertIn("Page not found", visible(self.stranger.get("/nothing")))

    def test_by_accept(self) -> None:
        """What does not say its mode is told by what it accepts."""
        del self.stranger.headers["Sec-Fetch-Mode"]
        self.assert_sign_in(self.stranger.get("/account", {"Accept": "text/html,*/*;q=0.8"}))
        for accept in ("*/*", "application/json", ""):
            self.assert_problem(self.stranger.get("/account", {"Accept": accept}), 401)

    def test_never_by_user_agent(self) -> None:
        """What it calls itself plays no part."""
        self.assert_sign_in(self.stranger.get("/account", {"User-Agent": "curl/8"}))

    def test_api_is_for_programs(self) -> None:
        """Below /api even a navigation gets problems, and no redirect."""
        self.assert_problem(self.stranger.get("/api/session"), 401)
        self.assert_problem(self.stranger.get("/api/nothing"), 404)

    def test_mode_twice(self) -> None:
        """A browser that cannot be understood is answered as a program."""
        sent = (
            b"GET /account HTTP/1.1\r\nHost: login.example.com\r\nAccept: text/html\r\n"
            b"Sec-Fetch-Mode: navigate\r\nSec-Fetch-Mode: cors\r\n\r\n"
        )
        self.assert_problem(self.stranger.raw(sent), 401)

    def test_refused_login(self) -> None:
        """A program is told no more than a person: not whether the name or the password was
        wrong, nor why one has to wait."""
        self.house.add_account("bob")
        bob = self.do(self.house.flows.accounts.get("bob"))
        self.do(self.house.flows.accounts.set_disabled(bob, True, "operator"))
        wrong = [
            credentials("alice", WRONG),
            credentials("mallory", WRONG),
            credentials("bob", PASSWORD),
        ]
        seen = []
        for value in wrong:
            answer = ask(self.stranger, "POST", "/api/session", value)
            problem = self.assert_problem(answer, 401)
            problem.pop("request_id")
            seen.append(problem)
        self.assertEqual(seen, [seen[0]] * 3)
        for _ in range(5):
            answer = ask(self.stranger, "POST", "/api/session", wrong[0])
        problem = self.assert_problem(answer, 429)
        self.assertNotIn(problem["detail"], ("account", "locked", "address", "browser"))

    def test_wrong_host(self) -> None:
        """A host that is not ours is told so: 421."""
        self.assertEqual(self.stranger.get("/login", {"Host": "evil.example"}).status, 421)

    def test_languages(self) -> None:
        """Error pages speak the visitor's language too."""
        answer = self.stranger.get("/nothing", {"Accept-Language": "ko"})
        self.assertIn('<html lang="ko">', answer.text)
        self.assertNotIn("Page not found", visible(answer))
