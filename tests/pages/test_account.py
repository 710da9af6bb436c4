"""What a signed-in person sees of their account, and of where they are signed in."""

from authsrv.testing import PASSWORD, Browser
from tests.pages.samples import PageCase, fields, form_token, forms, visible
from tests.web.samples import Reader

CHROME = "Mozilla/5.0 (Windows NT 10.0) AppleWebKit/537.36 Chrome/140.0 Safari/537.36"


class HomeTests(PageCase):
    """``/``."""

    def test_home(self) -> None:
        """Who is signed in goes to their account, a stranger to the sign-in page."""
        self.assert_to(self.browser.get("/"), "/account")
        self.assert_to(self.stranger.get("/"), "/login")


class AccountTests(PageCase):
    """``/account``."""

    def test_stranger(self) -> None:
        """A stranger is sent to sign in, and comes back."""
        self.assert_to(self.stranger.get("/account"), "/login?return=/account")

    def test_facts(self) -> None:
        """It says who I am, escaped."""
        self.house.add_account(
            "bob", groups=["ops"], display_name="Bob <b>B</b>", email="bob@example.com", admin=True
        )
        self.stranger.sign_in("bob")
        answer = self.stranger.get("/account")
        for text in ("Bob <b>B</b>", "bob@example.com", "ops", "Administrator"):
            self.assertIn(text, visible(answer))
        self.assertNotIn(b"<b>", answer.body)
        self.assertNotIn("Administrator", visible(self.browser.get("/account")))

    def test_notice(self) -> None:
        """What has just happened is said, and nothing else that somebody puts in the address."""
        answer = self.browser.get("/account?notice=password-changed")
        self.assertIn("Your password is changed.", visible(answer))
        for notice in ("credentials", "x", ""):
            answer = self.browser.get(f"/account?notice={notice}")
            self.assertNotIn('role="status"', answer.text)

    def test_bad_query(self) -> None:
        """A query that cannot be read is malformed, not ignored."""
        self.assertEqual(self.browser.get("/account?notice=%ff").status, 400)
        self.assertEqual(self.browser.get("/account?a=1&a=2").status, 400)


class SessionsTests(PageCase):
    """``/account/sessions``."""

    def setUp(self) -> None:
        super().setUp()
        self.other = self.house.browser("198.51.100.7")
        self.other.headers["User-Agent"] = CHROME
        self.house.now += 3600 - 60
        self.other.sign_in("alice")
        self.house.add_account("bob")
        self.stranger.sign_in("bob")

    def id_of(self, browser: Browser) -> str:
        """The id of that browser's session."""
        known = self.do(self.house.flows.sessions.listed(self.alice))
        return next(each.id for each in known if each.device.address == browser.address)

    def links(self, browser: Browser) -> set[str]:
        """Where the page of sessions leads."""
        elements = Reader(browser.get("/account/sessions").text).elements
        return {a["href"] or "" for tag, a in elements if tag == "a"}

    def test_list(self) -> None:
        """It shows both my browsers, where they are and since when, and marks this one."""
        page = visible(self.browser.get("/account/sessions"))
        for text in ("Firefox on Linux", "Chrome on Windows", "192.0.2.1", "198.51.100.7",
                     "1 hour ago", "just now"):  # fmt: skip
            self.assertIn(text, page)
        self.assertEqual(page.count("This device"), 1)
        self.assertIn(f"/account/sessions/{self.id_of(self.other)}", self.links(self.browser))

    def test_stranger(self) -> None:
        """A stranger sees none of it, and ends nothing."""
        nobody = self.house.browser()
        for path in ("", "/others", "/" + self.id_of(self.other)):
            self.assert_sign_in(nobody.get("/account/sessions" + path))
            if path:
                self.assert_to(nobody.post("/account/sessions" + path, {}), "/login")
        self.assertEqual(self.other.get("/account").status, 200)

    def test_end_one(self) -> None:
        """Ending the other browser's session, its next click is the sign-in page; mine goes on."""
        path = f"/account/sessions/{self.id_of(self.other)}"
        asked = self.browser.get(path)
        self.assertIn(path, forms(asked))
        self.assertIn("Chrome on Windows", visible(asked))
        self.assert_to(self.signed(path), "/account/sessions?notice=device-signed-out")
        self.assert_sign_in(self.other.get("/account"))
        self.assertEqual(self.browser.get("/account").status, 200)
        self.assertNotIn("Chrome", visible(self.browser.get("/account/sessions")))

    def test_end_twice(self) -> None:
        """To end what has ended just now is no mistake."""
        path = f"/account/sessions/{self.id_of(self.other)}"
        for _ in range(2):
            self.assert_to(self.signed(path), "/account/sessions?notice=device-signed-out")

    def test_this_one(self) -> None:
        """To end this session is to sign out."""
        self.assert_to(self.browser.get(f"/account/sessions/{self.id_of(self.browser)}"), "/logout")

    def test_anothers(self) -> None:
        """Nobody sees or ends a session of somebody else, or one that never was."""
        for session_id in (self.id_of(self.other), "0" * 16):
            path = f"/account/sessions/{session_id}"
            self.assertEqual(self.stranger.get(path).status, 404)
            self.signed(path, self.stranger)
        self.assertEqual(self.other.get("/account").status, 200)

    def test_end_others(self) -> None:
        """Ending all others leaves mine and other people's."""
        self.assertIn(
            "/account/sessions/others", forms(self.browser.get("/account/sessions/others"))
        )
        self.assert_to(
            self.signed("/account/sessions/others"), "/account/sessions?notice=devices-signed-out"
        )
        self.assert_sign_in(self.other.get("/account"))
        for browser in (self.browser, self.stranger):
            self.assertEqual(browser.get("/account").status, 200)

    def test_get_changes_nothing(self) -> None:
        """To look at a page, or at the question before a deed, changes nothing."""
        paths = ["/", "/login", "/logout", "/setup", "/account", "/account/password",
                 "/account/sessions", "/account/sessions/others",
                 f"/account/sessions/{self.id_of(self.other)}"]  # fmt: skip

        def look() -> None:
            for path in paths:
                for method in ("GET", "HEAD"):
                    self.other.ask(method, path)

        self.unchanged(look)

    def test_form_token(self) -> None:
        """No deed is done without this session's form token."""
        self.house.browser().sign_in("alice")
        theirs = form_token(self.other)
        for path in ("others", self.id_of(self.other)):
            for token in ("", "x", theirs, "é"):
                answer = self.browser.post(f"/account/sessions/{path}", {"form_token": token})
                self.assertEqual(answer.status, 403, (path, token))
        self.assertEqual(self.other.get("/account").status, 200)

    def test_cross_site(self) -> None:
        """Nor from another site, even with the token."""
        token = form_token(self.browser)
        for headers in ({"Sec-Fetch-Site": "cross-site"}, {"Sec-Fetch-Site": "same-site"}):
            answer = self.browser.post("/account/sessions/others", {"form_token": token}, headers)
            self.assertEqual(answer.status, 403)
        self.assertEqual(self.other.get("/account").status, 200)

    def test_token_is_not_in_the_page(self) -> None:
        """No page has a session's token, or a password, in it."""
        for path in ("/account", "/account/sessions", "/account/password"):
            body = self.browser.get(path).text
            for secret in (*self.browser.cookies.values(), PASSWORD):
                self.assertNotIn(secret, body)

    def test_hostile_agent(self) -> None:
        """A browser that calls itself markup is shown as text, and at most 256 characters."""
        self.other.headers["User-Agent"] = "<img src=x onerror=alert(1)>" + "x" * 5000
        self.other.sign_in("alice")
        page = self.browser.get("/account/sessions")
        self.assertNotIn(b"<img", page.body)
        found = self.do(self.house.flows.sessions.listed(self.alice))
        self.assertLessEqual(max(len(each.device.user_agent) for each in found), 256)

    def test_names(self) -> None:
        """No page asks for what it does not need."""
        asked = set(fields(self.browser.get("/account/sessions/others")))
        self.assertLessEqual(
            asked, {"viewport", "color-scheme", "form_token", "return", "language"}
        )
