"""What hostile requests are made of, and what every answer to one must be.

The lists of what is read come from the source (tests.asked).  Derandomised, so that a run is the
same each time; a seed found elsewhere becomes an example.
"""

from collections.abc import Callable, Sequence
from copy import copy
from typing import Any

from attrs import fields_dict
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from twisted.internet.address import IPv4Address
from twisted.internet.testing import StringTransport
from twisted.trial.unittest import SynchronousTestCase

from authsrv.settings import Settings
from authsrv.testing import HOST, ORIGIN, Answer, Browser, MemoryHouse, parse_answer
from tests import asked
from tests.pages.samples import COOKIE

FUZZ = settings(
    max_examples=100, derandomize=True, deadline=None, database=None,
    suppress_health_check=list(HealthCheck),
)  # fmt: skip
PATHS = (*asked.routes(), "/nothing", "/account/", "//login", "/api", "/static/x")
FIELDS_READ = asked.fields()
MEMBERS = asked.members()
COOKIES = (*asked.cookies(), "authsrv", "")
#: What we read, what Twisted reads, and what others take for a sign of who asks.
HEADERS = (*asked.headers(), "expect", "upgrade", "x-forwarded-host", "x-forwarded-proto",
           "forwarded", "x-original-url", "authorization", "referer", "range", "if-none-match",
           "if-modified-since", "content-encoding", "x-request-id", "x-http-method-override",
)  # fmt: skip
#: Text that means something to somebody behind us.
NASTY = st.sampled_from(
    ["", "\0", "\r\nSet-Cookie: a=b", "%", "%ff", "{{7*7}}", "<script>", "'\"><b>", "../..",
     "//e.example", "https://[", "https://e.example\\@x", "\ud7ff\uffff",
     "\u2028", "ﷺ" * 300, "İ" * 100,
     "a" * 3000, "0" * 400, "-1", "1e999", "%(name)s", "{0}", "alice", "ko", "en-US,ko;q=nan",
     "x=y; x=z", "\u202e", ";q=1", f"{COOKIE}=" + "A" * 43, "navigate", "same-origin", "text/html",
     "application/json", "chunked", "close", "100-continue", HOST, "127.0.0.1, ::1"]
)  # fmt: skip
TEXT = st.one_of(NASTY, st.text(st.characters(exclude_categories=["Cs"]), max_size=30))
BYTES = st.one_of(st.binary(max_size=40), TEXT.map(str.encode))
#: What a header field can hold without ending: everything but CR, LF.
FIELD = BYTES.map(lambda value: value.replace(b"\r", b" ").replace(b"\n", b" ")[:2000])
_KEEPS_WAITING = (b"content-length", b"transfer-encoding")
_GO_ON = b"HTTP/1.1 100 Continue\r\n\r\n"


def moment(*stores: Any) -> Callable[[], None]:
    """What takes these stores in memory back to how they are now."""
    kept = [
        (store, name, copy(getattr(store, name)))
        for store in stores
        for name in fields_dict(type(store))
    ]

    def go_back() -> None:
        for store, name, value in kept:
            setattr(store, name, copy(value))

    return go_back


def request(
    browser: Browser, first: bytes, fields: Sequence[tuple[bytes, bytes]], body: bytes = b""
) -> bytes:
    """The line *first*, and *fields* in place of what this browser says in them, and *body*."""
    cookies = "; ".join(f"{k}={v}" for k, v in browser.cookies.items()).encode()
    usual = [(b"host", HOST.encode()), (b"content-length", b"%d" % len(body))]
    usual += [(b"cookie", cookies)] if cookies else []
    said = {name.lower() for name, _ in fields}
    kept = [(name, value) for name, value in usual if name not in said]
    return b"\r\n".join([first, *(n + b": " + v for n, v in (*kept, *fields)), b"", body])


def written(browser: Browser, sent: bytes) -> bytes:
    """What the server answers when it reads *sent*; not that it is ready to read on."""
    transport = StringTransport(peerAddress=IPv4Address("TCP", browser.address, 50000))
    protocol = browser.house.site.buildProtocol(transport.getPeer())
    protocol.makeConnection(transport)
    protocol.dataReceived(sent)
    browser.house.clock.advance(0)
    value: bytes = transport.value()
    return value.removeprefix(_GO_ON)


class Visitors:
    """A house that is as it was at first each time somebody comes."""

    def __init__(self) -> None:
        self.house = MemoryHouse(settings=Settings(public_url=ORIGIN, cookie_domain=None))
        self.house.add_account("alice")
        alice = self.house.browser()
        assert alice.sign_in("alice").status == 303
        self._cookies = dict(alice.cookies)
        self.keep()

    def keep(self) -> None:
        """This is how it shall be from now on."""
        house = self.house
        self._go_back = moment(house.accounts, house.sessions, house.throttle)

    def both(self) -> tuple[Browser, Browser]:
        """A stranger behind a trusted proxy, and somebody signed in."""
        self._go_back()
        stranger, alice = self.house.browser("127.0.0.1"), self.house.browser()
        alice.cookies = dict(self._cookies)
        return stranger, alice


class HostileCase(SynchronousTestCase):
    """Strangers, people who are signed in, and a local proxy send what they like."""

    def setUp(self) -> None:
        self.visitors = Visitors()
        self.browsers = self.visitors.both

    def check(self, answer: Answer, told: object) -> Answer:
        """It is an answer, not our fault, and shows nothing of ours."""
        self.assertIn(answer.status, range(200, 500), told)
        for inside in (b"Traceback", b"authsrv.", b"site-packages", b"<Macro", b"<bound method"):
            self.assertNotIn(inside, answer.body, told)
        self.assertEqual(
            [v for v in answer.all("Set-Cookie") if not v.startswith("__Host-")], [], told
        )
        self.assertEqual(len(answer.all("Content-Security-Policy")), 1, told)
        self.flushed(told)
        return answer

    def flushed(self, told: object) -> None:
        """Nothing was logged as an error."""
        self.assertEqual(self.flushLoggedErrors(), [], told)

    def send(
        self,
        browser: Browser,
        method: str,
        path: str,
        fields: list[tuple[bytes, bytes]],
        body: bytes = b"",
    ) -> None:
        """A request with *fields* in place of what a browser says in them.

        It is answered; or refused barely, without a date, before it was a request; or waited for,
        if it says that more is to come.
        """
        sent = request(browser, f"{method} {path} HTTP/1.1".encode(), fields, body)
        answered = written(browser, sent)
        said = {name.lower() for name, _ in fields}
        if not answered and said.intersection(_KEEPS_WAITING):
            self.flushed(sent)
            return
        answer = parse_answer(answered, method)
        if answer.status in {400, 431} and not answer.all("Date"):
            self.flushed(sent)
        else:
            self.check(answer, sent)
