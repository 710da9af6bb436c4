"""Changing one's password, as a page."""

from typing import Any

from authsrv.testing import PASSWORD, Answer, Browser
from tests.flows.samples import NEW, WRONG
from tests.pages.samples import (
    COOKIE,
    REMEMBERED,
    SESSION,
    PageCase,
    fields,
    form_token,
    forms,
    visible,
)


class PasswordTests(PageCase):
    """``/account/password``."""

    def change(self, browser: Browser | None = None, **values: str) -> Answer:
        """POST the form."""
        sent = {"current": PASSWORD, "new": NEW, "again": NEW}
        return self.signed("/account/password", browser, **{**sent, **values})

    def test_stranger(self) -> None:
        """A stranger is sent to sign in first."""
        self.assert_sign_in(self.stranger.get("/account/password"))
        self.assert_to(self.stranger.post("/account/password", {}), "/login")

    def test_changed(self) -> None:
        """This browser goes on with a new token; every other one is signed out."""
        self.stranger.sign_in("alice")
        before = self.browser.cookies[COOKIE]
        answer = self.change()
        self.assert_to(answer, "/account?notice=password-changed")
        (cookie,) = answer.all("Set-Cookie")
        self.assertRegex(cookie, SESSION)
        self.assertNotIn(before, cookie)
        page = self.browser.get("/account?notice=password-changed")
        self.assertIn("Your password is changed.", visible(page))
        self.assert_sign_in(self.stranger.get("/account"))
        self.assertEqual(self.stranger.sign_in("alice").status, 401)
        self.assert_to(self.stranger.sign_in("alice", NEW), "/account")

    def test_old_token(self) -> None:
        """The token from before the change is dead."""
        thief = self.house.browser()
        thief.cookies[COOKIE] = self.browser.cookies[COOKIE]
        self.change()
        self.assert_sign_in(thief.get("/account"))

    def test_remembered(self) -> None:
        """A remembered browser stays remembered."""
        browser = self.house.browser()
        browser.sign_in("alice", remember="yes")
        self.assertRegex(self.change(browser).all("Set-Cookie")[0], REMEMBERED)

    def test_mistakes(self) -> None:
        """Each mistake is said at its field; nothing is changed."""
        cases: dict[str, dict[str, Any]] = {
            "This is not your current password.": {"current": WRONG},
            "The two passwords are not the same. Type both again.": {"again": "x"},
            "This is the password you have now.": {"new": PASSWORD, "again": PASSWORD},
            "Choose a password of at least 15 characters.": {"new": "x", "again": "x"},
        }
        for sentence, values in cases.items():
            answer = self.change(**values)
            self.assertEqual((answer.status, answer.all("Set-Cookie")), (422, []))
            self.assertIn(sentence, visible(answer))
            self.assertNotIn(PASSWORD.encode(), answer.body)
        self.assertEqual(self.browser.get("/account").status, 200)
        self.assert_to(self.house.browser().sign_in("alice"), "/account")

    def test_throttled(self) -> None:
        """Guessing the current password is answered 429 with Retry-After in the end."""
        for _ in range(5):
            self.assertEqual(self.change(current=WRONG).status, 422)
        answer = self.change()
        self.assertEqual((answer.status, answer.header("Retry-After")), (429, "900"))

    def test_form_token(self) -> None:
        """Without this session's form token nothing is changed."""
        self.stranger.sign_in("alice")
        values = {"current": PASSWORD, "new": NEW, "again": NEW}
        for token in ("", "x", form_token(self.stranger)):
            answer = self.browser.post("/account/password", {**values, "form_token": token})
            self.assertEqual(answer.status, 403)
        self.assert_to(self.house.browser().sign_in("alice"), "/account")

    def test_form(self) -> None:
        """The form names the account for password managers, and goes where it says."""
        answer = self.browser.get("/account/password")
        self.assertEqual(fields(answer)["name"], "alice")
        self.assertIn("/account/password", forms(answer))
