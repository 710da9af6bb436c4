"""Those who only look: somebody who is signed in, a stranger, and a thief of nothing."""

import secrets

from attrs import define

from tests.system.client import SESSION
from tests.system.faults.browsing import Browser
from tests.system.faults.people import Person

_PAUSE = 0.03


@define(eq=False)
class SignedIn(Person):
    """Is signed in all the time, and must never be treated as a stranger."""

    _token: str = ""

    def begin(self) -> None:
        """Sign in, before anything else happens."""
        with Browser(self.server, self.ledger) as browser:
            self._token = self.sign_in(browser) or ""
        assert self._token, "could not sign in before the fault"

    def once(self, browser: Browser) -> None:
        """Look at a page and at the API."""
        browser.cookies[SESSION] = self._token
        for path in ("/account", "/api/session"):
            answer = browser.get(path)
            sent_away = answer.status in {303, 401}
            said = f"signed in, {path}: {answer.status} {answer.headers.get('Location', '')}"
            self.ledger.check("I7", browser.address, not sent_away, said)
        self.stop.wait(_PAUSE)


class Stranger(Person):
    """Has no session, or makes one up."""

    def once(self, browser: Browser) -> None:
        """Try the door."""
        for cookie in ("", secrets.token_urlsafe(32)):
            browser.cookies = {SESSION: cookie} if cookie else {}
            for path in ("/account", "/account/sessions", "/api/session"):
                answer = browser.get(path)
                said = f"a stranger, {path}: {answer.status}"
                self.ledger.check("I7", browser.address, answer.status != 200, said)
        self.stop.wait(_PAUSE)
