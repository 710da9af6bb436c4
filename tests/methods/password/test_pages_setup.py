"""The set-up page."""

from typing import Any

from authsrv.flows.setup import LINK_LIFETIME
from authsrv.testing import PASSWORD, Answer, Browser, MemoryHouse
from tests.pages.samples import (
    KNOWN,
    SESSION,
    PageCase,
    fields,
    visible,
)


class SetupTests(PageCase):
    """``/setup``."""

    def setUp(self) -> None:
        self.house = MemoryHouse()
        self.stranger = self.house.browser()
        token = self.do(self.house.flows.setup.offer())
        assert token is not None
        self.token = token.text

    def submit(self, browser: Browser | None = None, **values: str) -> Answer:
        """POST the form."""
        sent = {"token": self.token, "name": "ada", "password": PASSWORD, "again": PASSWORD}
        return (browser or self.stranger).post("/setup", {**sent, **values})

    def status(self, path: str) -> int:
        """The status of a page for a stranger."""
        return self.house.browser().get(path).status

    def test_form(self) -> None:
        """The link leads to the form, which carries its token."""
        answer = self.stranger.get(f"/setup?token={self.token}")
        self.assertEqual((answer.status, answer.header("Set-Cookie")), (200, None))
        self.assertEqual(fields(answer)["token"], self.token)
        self.assertEqual(answer.header("Cache-Control"), "no-store")

    def test_without_link(self) -> None:
        """Without a good link there is no such page."""
        for query in ("", "?token=", "?token=x", "?token=" + "A" * 43):
            self.assertEqual(self.status("/setup" + query), 404)

    def test_done(self) -> None:
        """The first account is made, an administrator, and signed in at once."""
        answer = self.submit(display_name="Ada L.", email="ada@example.com")
        self.assert_to(answer, "/account")
        session, browser = answer.all("Set-Cookie")
        self.assertRegex(session, SESSION)
        self.assertRegex(browser, KNOWN)
        page = visible(self.stranger.get("/account"))
        for shown in ("Ada L.", "ada@example.com", "Administrator"):
            self.assertIn(shown, page)

    def test_never_again(self) -> None:
        """Afterwards there is no such page, whatever is sent to it."""
        self.submit()
        self.assertEqual(self.status(f"/setup?token={self.token}"), 404)
        cases: list[dict[str, Any]] = [
            {},
            {"again": "another"},
            {"name": ""},
            {"password": "x", "again": "x"},
        ]
        for values in cases:
            answer = self.submit(self.house.browser(), **values)
            self.assertEqual((answer.status, answer.all("Set-Cookie")), (404, []), values)
        self.assertEqual(len(self.do(self.house.flows.accounts.listed())), 1)

    def test_wrong_link(self) -> None:
        """A form with no link, or a made-up one, is answered as if there were no such page."""
        for token in ("", "x", "A" * 43):
            for again in (PASSWORD, "another"):
                self.assertEqual(self.submit(token=token, again=again).status, 404)

    def test_expired(self) -> None:
        """When the link's day is over there is no such page."""
        self.house.now += LINK_LIFETIME
        self.assertEqual(self.status(f"/setup?token={self.token}"), 404)
        self.assertEqual(self.submit().status, 404)

    def test_mistakes(self) -> None:
        """Each mistake is said at its field, what was typed is kept but passwords, and the link
        stays good."""
        cases: dict[str, dict[str, Any]] = {
            "Enter a name.": {"name": " "},
            "The two passwords are not the same. Type both again.": {"again": "another"},
            "Choose a password of at least 15 characters.": {"password": "x", "again": "x"},
        }
        for sentence, values in cases.items():
            answer = self.submit(**{"display_name": "Ada L.", **values})
            self.assertEqual((answer.status, answer.all("Set-Cookie")), (422, []))
            self.assertIn(sentence, visible(answer))
            self.assertEqual(fields(answer)["display_name"], "Ada L.")
            self.assertNotIn(PASSWORD.encode(), answer.body)
        self.assert_to(self.submit(), "/account")

    def test_cross_site(self) -> None:
        """Another site cannot send the form."""
        self.stranger.headers["Sec-Fetch-Site"] = "cross-site"
        self.assertEqual(self.submit().status, 403)
