"""Signing out."""

from tests.pages.samples import BROWSER_COOKIE, COOKIE, PageCase, form_token, forms, visible

GONE = "__Host-authsrv=; Path=/; Max-Age=0; Secure; HttpOnly; SameSite=Lax"


class LogoutTests(PageCase):
    """``/logout``."""

    def test_question(self) -> None:
        """GET asks and changes nothing; a stranger has nothing to sign out of."""
        answer = self.browser.get("/logout")
        self.assertIn("Sign out?", visible(answer))
        self.assertIn("/logout", forms(answer))
        self.assertEqual(self.browser.get("/account").status, 200)
        self.assert_to(self.stranger.get("/logout"), "/login")

    def test_done(self) -> None:
        """The session is dead on the server, the cookie is gone, the next page says so."""
        token = self.browser.cookies[COOKIE]
        answer = self.signed("/logout")
        self.assert_to(answer, "/login?notice=signed-out")
        self.assertEqual(answer.all("Set-Cookie"), [GONE])
        self.assertIn("You are signed out.", visible(self.browser.get("/login?notice=signed-out")))
        self.stranger.cookies[COOKIE] = token
        self.assert_sign_in(self.stranger.get("/account"))

    def test_known_browser_stays_known(self) -> None:
        """The browser is still known as one that has signed in before."""
        self.signed("/logout")
        self.assertIn(BROWSER_COOKIE, self.browser.cookies)

    def test_stranger(self) -> None:
        """A session that has ended already is signed out again without an error."""
        answer = self.stranger.post("/logout", {})
        self.assert_to(answer, "/login?notice=signed-out")
        self.assertEqual(answer.all("Set-Cookie"), [GONE])

    def test_form_token(self) -> None:
        """Nobody is signed out without their form token, or from another site."""
        for token in ("", "x", "A" * 43):
            self.assertEqual(self.browser.post("/logout", {"form_token": token}).status, 403)
        token = form_token(self.browser)
        headers = {"Sec-Fetch-Site": "cross-site"}
        self.assertEqual(self.browser.post("/logout", {"form_token": token}, headers).status, 403)
        self.assertEqual(self.browser.get("/account").status, 200)
