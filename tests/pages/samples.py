"""What the tests of the pages share: browsers in a house, and readers of what they are shown."""

import json
from collections.abc import Callable
from typing import Any
from urllib.parse import urlsplit

from authsrv.core.errors import StoreUnavailable
from authsrv.core.sessions import Session
from authsrv.stores.sessions.memory import MemorySessions
from authsrv.testing import PASSWORD, Answer, Browser
from tests.flows.samples import HouseCase
from tests.web.samples import Reader

JSON = {"Content-Type": "application/json", "Accept": "application/json"}
#: What a script of our own sends.
PROGRAM = {"Accept": "application/json", "Sec-Fetch-Mode": "cors"}
COOKIE = "__Host-authsrv"
BROWSER_COOKIE = "__Host-authsrv-browser"
#: The three cookies of a sign-in, as they are set.
SESSION = r"^__Host-authsrv=[A-Za-z0-9_-]{43}; Path=/; Secure; HttpOnly; SameSite=Lax$"
REMEMBERED = (
    r"^__Host-authsrv=[A-Za-z0-9_-]{43}; Path=/; Max-Age=2592000; Secure; HttpOnly; SameSite=Lax$"
)
KNOWN = (
    r"^__Host-authsrv-browser=[A-Za-z0-9_-]{43}; Path=/; Max-Age=34560000; "
    "Secure; HttpOnly; SameSite=Lax$"
)
SECURITY = {
    "Referrer-Policy": "same-origin",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Strict-Transport-Security": "max-age=31536000",
}


class FlakySessions(MemorySessions):
    """Raises *fault* instead of answering, while there is one."""

    def __init__(self) -> None:
        super().__init__()
        self.fault: Exception | None = None

    async def load(self, key: bytes, now: float) -> Session | None:
        """The session, or the fault."""
        if self.fault is not None:
            raise self.fault
        return await super().load(key, now)

    def go_away(self) -> None:
        """From now on the store cannot answer."""
        self.fault = StoreUnavailable("the store is away")


def form_token(browser: Browser) -> str:
    """What the forms of this signed-in browser carry."""
    elements = Reader(browser.get("/account/password").text).elements
    return next(a["value"] or "" for _, a in elements if a.get("name") == "form_token")


def fields(answer: Answer) -> dict[str, str | None]:
    """The values of the fields in the page, by name; the first of each stands."""
    elements = Reader(answer.text).elements[::-1]
    return {a["name"] or "": a.get("value") for _, a in elements if a.get("name")}


def forms(answer: Answer) -> list[str | None]:
    """Where the forms of the page go."""
    return [a.get("action") for tag, a in Reader(answer.text).elements if tag == "form"]


def visible(answer: Answer) -> str:
    """The page without its tags."""
    found: list[str] = []
    reader = Reader("")
    reader.handle_data = found.append  # type: ignore[method-assign, assignment]
    reader.feed(answer.text)
    return " ".join(" ".join(found).split())


class PageCase(HouseCase):
    """Two browsers in a house where alice has an account; the first is signed in."""

    def setUp(self) -> None:
        super().setUp()
        self.browser, self.stranger = self.house.browser(), self.house.browser("198.51.100.7")
        self.browser.sign_in("alice")

    def signed(self, path: str, browser: Browser | None = None, **values: str) -> Answer:
        """POST a form of a signed-in browser."""
        browser = browser or self.browser
        return browser.post(path, {"form_token": form_token(browser), **values})

    def assert_to(self, answer: Answer, location: str) -> None:
        """The answer sends the browser on to *location*."""
        self.assertEqual((answer.status, answer.header("Location")), (303, location))

    def assert_sign_in(self, answer: Answer) -> None:
        """The answer sends the browser to the sign-in page."""
        self.assertEqual(answer.status, 303)
        self.assertEqual(urlsplit(answer.header("Location") or "").path, "/login")

    def assert_problem(self, answer: Answer, status: int) -> dict[str, Any]:
        """The answer is a problem for programs (RFC 9457); its members."""
        self.assertEqual(
            (answer.status, answer.header("Content-Type")), (status, "application/problem+json")
        )
        problem: dict[str, Any] = json.loads(answer.body)
        self.assertEqual(problem["status"], status)
        self.assertRegex(problem["request_id"], "^[0-9a-f]{16}$")
        return problem

    def api(self, method: str, path: str, value: object = None, **headers: str) -> Answer:
        """What a program asks with this browser's cookies."""
        return ask(self.browser, method, path, value, **headers)

    def unchanged(self, work: Callable[[], object]) -> None:
        """*work* changes nothing that is kept but counts and refusals."""
        before = repr(self.house.sessions._rows), repr(self.house.accounts._accounts)
        work()
        self.assertEqual(
            before, (repr(self.house.sessions._rows), repr(self.house.accounts._accounts))
        )


def ask(browser: Browser, method: str, path: str, value: object = None, **headers: str) -> Answer:
    """What a program asks with the cookies of *browser*."""
    body = b"" if value is None else json.dumps(value).encode()
    return browser.ask(method, path, body, {**JSON, **PROGRAM, **headers})


def credentials(name: str = "alice", password: str = PASSWORD, **more: object) -> dict[str, object]:
    """What ``POST /api/session`` takes."""
    return {"name": name, "password": password, **more}
