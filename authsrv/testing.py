"""For tests, ours and those of people who build on authsrv: a house in memory and a browser.

Nothing here opens a socket, starts a thread or reads a clock::

    house = MemoryHouse()
    house.add_account("alice", "correct horse battery staple")
    browser = house.browser()
    browser.sign_in("alice", "correct horse battery staple")
    assert browser.get("/account").status == 200
"""

from collections.abc import Coroutine, Mapping
from functools import cached_property
from itertools import count
from typing import Any, TypeVar
from urllib.parse import urlencode

from attrs import define, field, frozen
from twisted.internet.address import IPv4Address
from twisted.internet.task import Clock
from twisted.internet.testing import StringTransport
from zope.interface import implementer

from authsrv.core.accounts import Account
from authsrv.core.errors import Busy
from authsrv.core.peers import Trust
from authsrv.interfaces import IPasswordHasher
from authsrv.settings import Settings
from authsrv.stores.accounts.memory import MemoryAccounts
from authsrv.stores.sessions.memory import MemorySessions
from authsrv.stores.throttle.memory import MemoryThrottle
from authsrv.web.page import Refusal
from authsrv.wire.limits import Limits
from authsrv.wire.reply import Reply
from authsrv.wire.site import WireSite
from authsrv.wiring import pages
from authsrv.wiring.direct import run
from authsrv.wiring.house import House, furnish
from authsrv.wiring.stores import Stores

T = TypeVar("T")
HOST = "login.example.com"
ORIGIN = f"https://{HOST}"
#: A password that is long enough.
PASSWORD = "correct horse battery staple"  # noqa: S105  for tests only


@implementer(IPasswordHasher)
@define
class PlainHasher:
    """Costs nothing and hides nothing: for tests alone."""

    verified: list[str | None] = field(factory=list)

    async def hash(self, password: str) -> str:
        """The password, marked."""
        return "plain:" + password

    async def verify(self, password_hash: str | None, password: str) -> bool:
        """Whether it is the same; remembers what it was asked."""
        self.verified.append(password_hash)
        return password_hash in {"plain:" + password, "old:" + password}

    def is_outdated(self, password_hash: str) -> bool:
        """Whether it was not made here."""
        return not password_hash.startswith("plain:")


@frozen
class Answer:
    """What a browser was told."""

    status: int
    headers: tuple[tuple[str, str], ...]
    body: bytes

    def header(self, name: str) -> str | None:
        """The first field called *name*."""
        return next((v for n, v in self.headers if n.lower() == name.lower()), None)

    def all(self, name: str) -> list[str]:
        """All fields called *name*."""
        return [v for n, v in self.headers if n.lower() == name.lower()]

    @property
    def text(self) -> str:
        """The body as text."""
        return self.body.decode("utf-8")


@define
class MemoryHouse:
    """A whole authsrv in memory, at the time *now*; *clock* drives its deadlines."""

    settings: Settings = field(factory=lambda: Settings(public_url=ORIGIN))
    now: float = 1_800_000_000.0
    clock: Clock = field(factory=Clock)
    hasher: Any = field(factory=PlainHasher)
    sessions: Any = field(factory=MemorySessions)
    throttle: Any = field(factory=MemoryThrottle)
    accounts: Any = field(factory=MemoryAccounts)
    audited: list[tuple[str, str]] = field(factory=list)
    unkept: list[tuple[str, str]] = field(factory=list)
    struck: list[tuple[str, str]] = field(factory=list)
    overloaded: bool = False
    flows: House = field(init=False)

    def __attrs_post_init__(self) -> None:
        numbers = count(1)
        self.flows = furnish(
            self.settings,
            Stores(self.sessions, self.throttle, self.accounts, self.accounts),
            self.hasher,
            clock=lambda: self.now,
            random=lambda size: next(numbers).to_bytes(size, "big"),
            count=lambda action, outcome: self.audited.append((action, outcome)),
            unkept=lambda action, outcome: self.unkept.append((action, outcome)),
            struck=lambda limit, address: self.struck.append((limit, address)),
            admit=self._admit,
        )

    @cached_property
    def site(self) -> WireSite:
        """The pages; made when first asked for, because templates take a while to compile."""
        face = pages.front(self.settings, self.flows)
        return WireSite(
            pages.root(self.settings, self.flows, face),
            reactor=self.clock,
            limits=Limits(),
            trust=Trust.parse(self.settings.trust.proxies),
            hosts=frozenset({HOST}),
            refuse=lambda error: Refusal(face, error),
            access_log=lambda _request: None,
            bare=face.dress(Reply(400)).headers,
        )

    def _admit(self) -> None:
        if self.overloaded:
            raise Busy("overloaded")

    def run(self, work: Coroutine[Any, Any, T]) -> T:
        """The result of *work*, which waits for nothing here."""
        return run(work)

    def add_account(self, name: str, password: str = PASSWORD, **facts: Any) -> Account:
        """An account that can sign in."""
        return self.run(self.flows.accounts.add(name, password, **facts))

    def browser(self, address: str = "192.0.2.1") -> "Browser":
        """A browser that has never been here."""
        return Browser(self, address)


@define
class Browser:
    """Keeps cookies, follows nothing, sends what a browser sends."""

    house: MemoryHouse
    address: str
    cookies: dict[str, str] = field(factory=dict)
    headers: dict[str, str] = field(
        factory=lambda: {
            "Host": HOST,
            "Accept": "text/html",
            "Sec-Fetch-Mode": "navigate",
            "Sec-Fetch-Site": "same-origin",
            "User-Agent": "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0",
        }
    )

    def get(self, path: str, headers: Mapping[str, str] | None = None) -> Answer:
        """GET *path*."""
        return self.ask("GET", path, headers=headers)

    def post(
        self,
        path: str,
        fields: Mapping[str, str] | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> Answer:
        """POST a form."""
        form = {"Content-Type": "application/x-www-form-urlencoded", **(headers or {})}
        return self.ask("POST", path, urlencode(fields or {}).encode(), form)

    def sign_in(self, name: str, password: str = PASSWORD, **fields: str) -> Answer:
        """POST the sign-in form."""
        return self.post("/login", {"name": name, "password": password, **fields})

    def ask(
        self,
        method: str,
        path: str,
        body: bytes = b"",
        headers: Mapping[str, str] | None = None,
    ) -> Answer:
        """Any request, on a connection of its own."""
        sent = {**self.headers, **(headers or {})}
        if self.cookies:
            sent.setdefault("Cookie", "; ".join(f"{k}={v}" for k, v in self.cookies.items()))
        if body or method in {"POST", "PUT", "PATCH"}:
            sent["Content-Length"] = str(len(body))
        lines = [f"{method} {path} HTTP/1.1", *(f"{k}: {v}" for k, v in sent.items())]
        answer = self.raw("\r\n".join(lines).encode("utf-8") + b"\r\n\r\n" + body, method)
        self._keep(answer)
        return answer

    def raw(self, sent: bytes, method: str = "GET") -> Answer:
        """What the server writes when it reads *sent*."""
        transport = StringTransport(peerAddress=IPv4Address("TCP", self.address, 50000))
        protocol = self.house.site.buildProtocol(transport.getPeer())
        protocol.makeConnection(transport)
        protocol.dataReceived(sent)
        self.house.clock.advance(0)
        return parse_answer(transport.value(), method)

    def _keep(self, answer: Answer) -> None:
        for cookie in answer.all("Set-Cookie"):
            pair, *attributes = cookie.split("; ")
            name, _, value = pair.partition("=")
            if "Max-Age=0" in attributes:
                self.cookies.pop(name, None)
            else:
                self.cookies[name] = value


def parse_answer(written: bytes, method: str = "GET") -> Answer:
    """The first HTTP/1.1 answer in *written*.  Raises ValueError if there is none."""
    head, separator, rest = written.partition(b"\r\n\r\n")
    if not separator:
        raise ValueError(f"no answer in {written[:80]!r}")
    first, *lines = head.decode("latin-1").split("\r\n")
    headers = tuple((n, v.strip()) for n, _, v in (line.partition(":") for line in lines))
    length = next((int(v) for n, v in headers if n.lower() == "content-length"), 0)
    return Answer(int(first.split(" ")[1]), headers, b"" if method == "HEAD" else rest[:length])
