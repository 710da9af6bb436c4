"""People with a browser, each with an occupation that they go on with until told to stop."""

import re
import threading

from attrs import define, field

from tests.system.client import NO_ANSWER, PASSWORD, SESSION
from tests.system.faults.browsing import Browser
from tests.system.faults.ledger import Ledger
from tests.system.server import Server

WRONG = "not the right password"
#: Turns on one connection.
_TURNS = 20
_FORM_TOKEN = re.compile(r'name="form_token" value="([^"]+)"')


@define(eq=False)
class Person:
    """Has the account *name*, alone."""

    server: Server
    ledger: Ledger
    name: str
    stop: threading.Event
    _turn: int = 0

    @property
    def is_sure(self) -> bool:
        """Whether it knows its password."""
        return True

    def run(self) -> None:
        """Go on and on."""
        while not self.stop.is_set():
            with Browser(self.server, self.ledger) as browser:
                for _ in range(_TURNS):
                    if not self.stop.is_set():
                        self._try(browser)

    def once(self, browser: Browser) -> None:
        """One turn.  Raises one of NO_ANSWER."""
        raise NotImplementedError

    def _try(self, browser: Browser) -> None:
        self._turn += 1
        try:
            self.once(browser)
        except NO_ANSWER:
            # Not at once: a port on which nobody answers must not be hammered.
            self.stop.wait(0.05)

    def sign_in(self, browser: Browser, password: str = PASSWORD) -> str | None:
        """The token, if the login was acknowledged."""
        browser.cookies.pop(SESSION, None)
        answer = browser.sign_in(self.name, password)
        if answer.status != 201:
            if answer.status == 401 and self.is_sure:
                self.ledger.odd.append(f"{self.name}: the right password was refused")
            self.stop.wait(0.05)
            return None
        self.ledger.acknowledge("login", "done", browser.address)
        self.keep(browser.token)
        self.must_live(browser)
        return browser.token

    def keep(self, token: str) -> None:
        """Its login was acknowledged."""
        self.ledger.alive[token] = self.name

    def must_live(self, browser: Browser) -> None:
        """Its session was acknowledged and not ended."""
        token = browser.token
        status = browser.who().status
        self.ledger.check("I1", token, status != 401, f"{self.name}: a login is lost")

    def must_be_dead(self, browser: Browser, token: str, promise: str) -> None:
        """*token* was ended by something that was acknowledged."""
        browser.cookies[SESSION] = token
        status = browser.who().status
        self.ledger.check(promise, token, status != 200, f"{self.name}: an ended session is valid")


class Comer(Person):
    """Signs in, looks, signs out every other time, looks again."""

    def once(self, browser: Browser) -> None:
        """Come, and perhaps go."""
        token = self.sign_in(browser)
        if token is None or not self._turn % 2:
            return
        # From here until the answer nobody knows which it is.
        self.ledger.alive.pop(token, None)
        status = browser.sign_out().status
        self.ledger.check("I1", token, status != 401, f"{self.name}: a login is lost at logout")
        if status == 204:
            self.ledger.acknowledge("logout", "done", browser.address)
            self.ledger.ended.add(token)
            self.must_be_dead(browser, token, "I2")


class Revoker(Person):
    """Signs in on two browsers, and ends the session of one from the other."""

    def once(self, browser: Browser) -> None:
        """End one."""
        with Browser(self.server, self.ledger) as other:
            if self.sign_in(browser) is None:
                return
            token = self.sign_in(other)
            shown = other.who()
            if token is None or shown.status != 200:
                return
            self.ledger.alive.pop(token, None)
            ended = browser.request("DELETE", f"/api/sessions/{shown.json['session']['id']}")
            lost = ended.status in {401, 404}
            self.ledger.check("I1", token, not lost, f"{self.name}: {ended.status} to revoke one")
            if ended.status == 204:
                self.ledger.acknowledge("session-revoked", "done", browser.address)
                self.ledger.ended.add(token)
                self.must_be_dead(other, token, "I2")


@define(eq=False)
class Changer(Person):
    """Signs in on two browsers, and changes the password in one."""

    #: Those that may be right: two after a change whose answer was cut or was 503.
    passwords: list[str] = field(factory=lambda: [PASSWORD])
    #: Tokens of all acknowledged logins since the last change.
    _tokens: set[str] = field(factory=set)

    @property
    def is_sure(self) -> bool:
        """Not between two."""
        return len(self.passwords) == 1

    def once(self, browser: Browser) -> None:
        """Change it."""
        with Browser(self.server, self.ledger) as other:
            if not self._find(browser):
                return
            old = self.sign_in(other, self.passwords[0])
            page = browser.get("/account/password")
            found = _FORM_TOKEN.search(page.text)
            if old is None or page.status != 200 or found is None:
                return
            if self._change(browser, found[1]):
                self.must_be_dead(other, old, "I3")

    def _find(self, browser: Browser) -> bool:
        """Sign in with whichever password it is."""
        for password in list(self.passwords):
            browser.cookies.pop(SESSION, None)
            if self.sign_in(browser, password) is not None:
                self.passwords = [password]
                return True
        return False

    def keep(self, token: str) -> None:
        """The next change ends it."""
        super().keep(token)
        self._tokens.add(token)

    def _change(self, browser: Browser, form_token: str) -> bool:
        # From here until the answer nobody knows which of them are good.
        older, self._tokens = self._tokens, set()
        before, new = self.passwords[0], f"a quite new pass phrase, number {self._turn}"
        for token in older:
            self.ledger.alive.pop(token, None)
        self.passwords = [new, before]
        answer = browser.post(
            "/account/password", current=before, new=new, again=new, form_token=form_token
        )
        going = answer.headers.get("Location", "")
        sent_away = answer.status == 401 or going.startswith("/login")
        self.ledger.check("I7", browser.address, not sent_away, f"password change: to {going}")
        if answer.status != 303 or "password-changed" not in going:
            return False
        self.passwords = [new]
        self.ledger.acknowledge("password-changed", "done", browser.address)
        self.ledger.outdated.update(older)
        self.keep(browser.token)
        self.must_live(browser)
        return True


@define(eq=False)
class Guesser(Person):
    """Tries wrong passwords, of which *limit* may be looked at."""

    limit: int = 0

    def once(self, browser: Browser) -> None:
        """Guess once."""
        if self.guess(browser) != 401:
            self.stop.wait(0.1)

    def guess(self, browser: Browser) -> int:
        """The status that a guess got."""
        status = browser.sign_in(self.name, WRONG).status
        if status == 401:
            self.ledger.guessed(self.limit)
            self.ledger.acknowledge("login", "wrong-password", browser.address)
        elif status == 201:
            self.ledger.odd.append("a wrong password has signed in")
        return status
