"""Signing in, as a page."""

from authsrv.core.errors import Busy
from authsrv.settings import Settings
from authsrv.testing import ORIGIN, PASSWORD, MemoryHouse, PlainHasher
from tests.flows.samples import WRONG
from tests.pages.samples import (
    BROWSER_COOKIE,
    COOKIE,
    KNOWN,
    REMEMBERED,
    SESSION,
    PageCase,
    fields,
    visible,
)


class BusyHasher(PlainHasher):
    """Is full when it is told to be."""

    full = False

    async def verify(self, password_hash: str | None, password: str) -> bool:
        """Busy, or the truth."""
        if self.full:
            raise Busy("the hashing queue is full", retry_after=2.0)
        return await super().verify(password_hash, password)


class LoginTests(PageCase):
    """``/login``."""

    def make_house(self) -> MemoryHouse:
        return MemoryHouse(hasher=BusyHasher())

    def test_form(self) -> None:
        """A stranger is shown the form, and given no cookie."""
        answer = self.stranger.get("/login")
        self.assertEqual((answer.status, answer.header("Set-Cookie")), (200, None))
        self.assertEqual(
            set(fields(answer)) - {"viewport", "color-scheme"},
            {"return", "name", "password", "remember", "language"},
        )

    def test_signed_in(self) -> None:
        """Who is signed in goes straight on."""
        self.assert_to(self.browser.get("/login"), "/account")
        self.assert_to(self.browser.get("/login?return=/account/sessions"), "/account/sessions")

    def test_done(self) -> None:
        """A login leads to the account, with exactly the two cookies in exactly this form."""
        answer = self.stranger.sign_in("alice")
        self.assert_to(answer, "/account")
        session, browser = answer.all("Set-Cookie")
        self.assertRegex(session, SESSION)
        self.assertRegex(browser, KNOWN)
        self.assertEqual(self.stranger.get("/account").status, 200)

    def test_remember(self) -> None:
        """With "remember me" the session cookie stays for thirty days."""
        answer = self.stranger.sign_in("alice", remember="yes")
        self.assertRegex(answer.all("Set-Cookie")[0], REMEMBERED)

    def test_domain(self) -> None:
        """With a cookie domain the cookie is for its hosts, and named accordingly."""
        house = MemoryHouse(settings=Settings(public_url=ORIGIN, cookie_domain="example.com"))
        house.add_account("alice")
        browser = house.browser()
        for cookie in browser.sign_in("alice").all("Set-Cookie"):
            self.assertRegex(cookie, r"^__Secure-authsrv(-browser)?=")
            self.assertIn("; Domain=example.com; ", cookie)
        self.assertEqual(browser.get("/account").status, 200)

    def test_refused_alike(self) -> None:
        """A wrong name and a wrong password get the same answer to the byte but for the name."""
        answers = [self.stranger.sign_in(name, WRONG) for name in ("alice", "mallo")]
        wrong, unknown = ((a.status, a.body.replace(b"mallo", b"alice")) for a in answers)
        self.assertEqual(wrong, unknown)
        self.assertEqual(wrong[0], 401)
        names = [[name for name, _ in a.headers if name != "Date"] for a in answers]
        self.assertEqual(names[0], names[1])
        self.assertNotIn("Set-Cookie", names[0])

    def test_form_again(self) -> None:
        """A refused login is the form again: one sentence, the name kept, the password not."""
        answer = self.stranger.sign_in("alice", WRONG, remember="yes")
        self.assertIn("That name and password do not match.", visible(answer))
        self.assertEqual(fields(answer)["name"], "alice")
        self.assertNotIn(WRONG.encode(), answer.body)
        self.assertIn(b" checked", answer.body)

    def test_return_survives_a_refusal(self) -> None:
        """Where somebody wanted to go is not forgotten when they mistype."""
        back = {"return": "/account/sessions"}
        answer = self.stranger.sign_in("alice", WRONG, **back)
        self.assertEqual(fields(answer)["return"], "/account/sessions")
        self.assert_to(self.stranger.sign_in("alice", **back), "/account/sessions")

    def test_escaped(self) -> None:
        """A name made of markup is shown as text."""
        answer = self.stranger.sign_in('"><script>alert(1)</script>', WRONG)
        self.assertNotIn(b"<script", answer.body)

    def test_long_name(self) -> None:
        """A name of thirty thousand characters does not come back whole."""
        answer = self.stranger.sign_in("n" * 30000, WRONG)
        self.assertEqual(answer.status, 401)
        self.assertLess(len(answer.body), 10000)

    def test_throttled(self) -> None:
        """The sixth guess is answered 429 with how long to wait, alike for a name nobody has."""
        answers = []
        for name in ("alice", "mallo"):
            for _ in range(5):
                self.assertEqual(self.stranger.sign_in(name, WRONG).status, 401)
            answers.append(self.stranger.sign_in(name))
        for answer in answers:
            self.assertEqual((answer.status, answer.header("Retry-After")), (429, "900"))
            self.assertIn("Too many attempts. Try again in 15 minutes.", visible(answer))
        self.assertEqual(answers[0].body, answers[1].body.replace(b"mallo", b"alice"))

    def test_known_browser(self) -> None:
        """Strangers who guess do not lock out a browser that has signed in before."""
        self.signed("/logout")
        for _ in range(5):
            self.stranger.sign_in("alice", WRONG)
        self.assertEqual(self.stranger.sign_in("alice").status, 429)
        before = self.browser.cookies[BROWSER_COOKIE]
        self.assert_to(self.browser.sign_in("alice"), "/account")
        self.assertEqual(self.browser.cookies[BROWSER_COOKIE], before)

    def test_busy(self) -> None:
        """When too many hashes wait the answer is 503 with Retry-After."""
        self.house.hasher.full = True
        answer = self.stranger.sign_in("alice")
        self.assertEqual((answer.status, answer.header("Retry-After")), (503, "2"))

    def test_planted_cookie(self) -> None:
        """A session that somebody planted in the browser does not survive the login."""
        planted = self.browser.cookies[COOKIE]
        victim = self.house.browser()
        victim.cookies[COOKIE] = planted
        victim.sign_in("alice")
        self.assertNotEqual(victim.cookies[COOKIE], planted)
        self.assert_sign_in(self.browser.get("/account"))

    def test_cross_site(self) -> None:
        """Another site cannot sign anybody in (login CSRF), whichever way the browser says so."""
        told: list[dict[str, str]] = [
            {"Sec-Fetch-Site": "cross-site"},
            {"Sec-Fetch-Site": "same-site"},
            {"Origin": "https://evil.example"},
            {"Origin": "null"},
            {"Origin": "http://login.example.com"},
        ]
        for headers in told:
            if "Origin" in headers:
                del self.stranger.headers["Sec-Fetch-Site"]
            values = {"name": "alice", "password": PASSWORD}
            answer = self.stranger.post("/login", values, headers)
            self.assertEqual((answer.status, answer.all("Set-Cookie")), (403, []), headers)
            self.stranger.headers["Sec-Fetch-Site"] = "same-origin"

    def test_same_origin(self) -> None:
        """Our own pages, and a program that says nothing, can."""
        del self.stranger.headers["Sec-Fetch-Site"]
        for headers in ({"Origin": ORIGIN}, {}):
            values = {"name": "alice", "password": PASSWORD}
            self.assert_to(self.stranger.post("/login", values, headers), "/account")

    def test_notices(self) -> None:
        """What has just happened is said, and nothing else that somebody puts in the address."""
        shown = {
            "signed-out": "You are signed out.",
            "session-ended": "You have been signed out. Sign in again to continue.",
        }
        for notice, sentence in shown.items():
            self.assertIn(sentence, visible(self.stranger.get(f"/login?notice={notice}")))
        answer = self.stranger.get("/login?notice=You+have+won")
        self.assertNotIn("won", visible(answer))

    def test_setup_needed(self) -> None:
        """In a house without an account the page says what to do."""
        answer = MemoryHouse().browser().get("/login")
        self.assertIn("There is no account yet.", visible(answer))
        self.assertNotIn("There is no account yet.", visible(self.stranger.get("/login")))

    def test_wrong_media_type(self) -> None:
        """A form in another format is refused, not misread."""
        answer = self.stranger.post("/login", {"name": "alice"}, {"Content-Type": "text/plain"})
        self.assertEqual(answer.status, 415)

    def test_malformed(self) -> None:
        """A form that cannot be read, or says a field twice, is malformed."""
        form = {"Content-Type": "application/x-www-form-urlencoded"}
        for body in (
            b"name=%ff",
            b"name=a&name=b",
            b"name=\xff",
            b"&".join([b"a%d=" % i for i in range(50)]),
        ):
            answer = self.stranger.ask("POST", "/login", body, form)
            self.assertEqual(answer.status, 400, body)

    def test_too_large(self) -> None:
        """A form over the limit is too large."""
        answer = self.stranger.sign_in("alice", "x" * 70000)
        self.assertEqual(answer.status, 413)


class ReturnTests(PageCase):
    """Where a login leads."""

    def test_unsafe(self) -> None:
        """No address that is not ours is ever gone to, whether signed in before or just now."""
        for address in (
            "https://evil.example/", "//evil.example", "/\\evil.example", "javascript:alert(1)",
            "https://login.example.com@evil.example", "https://login.example.com.evil.example/",
            "http://login.example.com/", "https://other.example.com/", "/a b", "/a\r\nX: y",
            "x" * 5000, "",
        ):  # fmt: skip
            browser = self.house.browser()
            self.assert_to(browser.sign_in("alice", **{"return": address}), "/account")
            shown = self.stranger.post("/login", {"name": "a", "return": address})
            self.assertEqual(fields(shown)["return"], "/account", address)

    def test_safe(self) -> None:
        """Our own paths and addresses are."""
        for address in ("/account/sessions?a=b", ORIGIN + "/account/password"):
            browser = self.house.browser()
            self.assert_to(browser.sign_in("alice", **{"return": address}), address)

    def test_from_the_page_that_was_wanted(self) -> None:
        """Who is sent to the sign-in page comes back to the page they wanted, query and all."""
        answer = self.stranger.get("/account/sessions?notice=device-signed-out")
        self.assertEqual(
            answer.header("Location"),
            "/login?return=/account/sessions%3Fnotice%3Ddevice-signed-out",
        )
        wanted = fields(self.stranger.get(answer.header("Location") or ""))["return"] or ""
        self.assert_to(self.stranger.sign_in("alice", **{"return": wanted}), wanted)

    def test_app_behind(self) -> None:
        """With a cookie domain an app of it may be gone on to, and the form is allowed to."""
        house = MemoryHouse(settings=Settings(public_url=ORIGIN, cookie_domain="example.com"))
        house.add_account("alice")
        browser = house.browser()
        page = browser.get("/login?return=https://git.example.com/x")
        self.assertIn(
            "form-action 'self' https://git.example.com;",
            page.header("Content-Security-Policy") or "",
        )
        self.assertEqual(len(page.all("Content-Security-Policy")), 1)
        self.assertIn("git.example.com", visible(page))
        back = fields(page)["return"] or ""
        self.assert_to(browser.sign_in("alice", **{"return": back}), "https://git.example.com/x")
