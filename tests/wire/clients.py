"""Clients without a network, for the tests of this room."""

from collections.abc import Callable
from typing import Any, ClassVar

import h2.config
import h2.connection
import h2.events
from hyperframe.frame import Frame
from twisted.internet.error import ConnectionDone
from twisted.internet.interfaces import INegotiated
from twisted.internet.task import Clock
from twisted.internet.testing import StringTransport
from twisted.python.failure import Failure
from twisted.web.resource import IResource, Resource
from twisted.web.server import NOT_DONE_YET
from zope.interface import directlyProvides

from authsrv.core.errors import AuthsrvError
from authsrv.core.peers import Trust
from authsrv.wire.alpn import ByAlpn
from authsrv.wire.limits import Limits
from authsrv.wire.reply import Reply
from authsrv.wire.request import Request
from authsrv.wire.site import WireSite

HOST = "login.example.com"


class Page(Resource):
    """Keeps the requests it is asked for, and calls *handle* with each."""

    isLeaf = True

    def __init__(self, handle: Callable[[Request], object]) -> None:
        super().__init__()
        self.handle = handle
        self.seen: list[Request] = []

    def render(self, request: Request) -> int:
        self.seen.append(request)
        self.handle(request)
        return NOT_DONE_YET


def hello(request: Request) -> None:
    request.send(Reply(200, (("Content-Type", "text/plain"),), b"hello"))


class Refusals:
    """A refuse() whose pages say the error's name with status 400, or one of *STATUS*."""

    STATUS: ClassVar[dict[str, int]] = {"TooLarge": 413, "HeadTooLarge": 431}

    def __init__(self) -> None:
        self.errors: list[Exception] = []

    def __call__(self, error: Exception) -> IResource:
        self.errors.append(error)
        status = self.STATUS.get(type(error).__name__, 400)
        page: IResource = Page(lambda r: r.send(Reply(status, (), type(error).__name__.encode())))
        return page


class House:
    """A site with a clock, a page and a memory of what it refused and logged."""

    def __init__(self, handle: Callable[[Request], object] = hello, **settings: Any) -> None:
        self.clock = Clock()
        self.page = Page(handle)
        self.refusals = Refusals()
        self.logged: list[tuple[str, int]] = []
        settings.setdefault("hosts", frozenset({HOST}))
        settings.setdefault("limits", Limits())
        settings.setdefault("trust", Trust())
        settings.setdefault("new_id", lambda: "0123456789abcdef")
        settings.setdefault("access_log", lambda r: self.logged.append((r.text_path, r.code)))
        self.site = WireSite(
            self.page,
            reactor=self.clock,
            refuse=self.refusals,
            **settings,
        )

    def turn(self, times: int = 4) -> None:
        """Let what waits for the next reactor turn happen."""
        for _ in range(times):
            self.clock.advance(0)

    def explain(self, error: Exception) -> Reply:
        """What pages make of an error."""
        status = 503 if isinstance(error, AuthsrvError) else 500
        return Reply(status, (), type(error).__name__.encode())


class H1:
    """One HTTP/1.1 connection to *house*."""

    def __init__(
        self,
        house: House,
        transport: StringTransport | None = None,
        protocol: ByAlpn | None = None,
    ) -> None:
        self.house = house
        self.transport = transport or StringTransport()
        self.protocol: ByAlpn = protocol or house.site.buildProtocol(None)
        self.protocol.makeConnection(self.transport)

    def send(self, data: bytes) -> bytes:
        """What comes back for *data* within a few turns."""
        self.transport.clear()
        self.protocol.dataReceived(data)
        self.house.turn()
        return self.received()

    def received(self) -> bytes:
        data: bytes = self.transport.value()
        return data

    def get(self, path: str = "/", *fields: str, method: str = "GET") -> bytes:
        head = "".join(f"{line}\r\n" for line in (f"Host: {HOST}", *fields))
        return self.send(f"{method} {path} HTTP/1.1\r\n{head}\r\n".encode("latin-1"))

    @property
    def closed(self) -> bool:
        return self.transport.disconnecting

    def leave(self) -> None:
        self.protocol.connectionLost(Failure(ConnectionDone()))


class TcpTransport(StringTransport):
    """What TLS expects beneath it."""

    def setTcpNoDelay(self, enabled: bool) -> None:
        """Nothing waits here."""


class TlsTransport(TcpTransport):
    """Looks like TLS after a handshake that chose *negotiatedProtocol*."""

    def __init__(self, protocol: bytes | None = b"h2") -> None:
        super().__init__()
        directlyProvides(self, INegotiated)
        self.negotiatedProtocol = protocol


class H2(H1):
    """One HTTP/2 connection to *house*; keeps the events that the server caused."""

    def __init__(self, house: House) -> None:
        super().__init__(house, TlsTransport())
        config = h2.config.H2Configuration(header_encoding="utf-8")
        self.conn = h2.connection.H2Connection(config)
        self.events: list[Any] = []
        self.protocol.handshakeCompleted()
        self.conn.initiate_connection()
        self.flush()

    def flush(self) -> None:
        """Send what the client has to say, read what the server says."""
        for _ in range(4):
            data = self.conn.data_to_send()
            if data:
                self.protocol.dataReceived(data)
            self.house.turn()
            self.read()

    def read(self) -> None:
        answer = self.transport.value()
        self.transport.clear()
        if answer:
            self.events += self.conn.receive_data(answer)

    def request(self, path: str = "/", method: str = "GET", end: bool = True, **fields: str) -> int:
        """Queue a request; its stream's number."""
        stream: int = self.conn.get_next_available_stream_id()
        head = [
            (":method", method),
            (":scheme", "https"),
            (":authority", fields.pop("authority", HOST)),
            (":path", path),
            *((name.replace("_", "-"), value) for name, value in fields.items()),
        ]
        self.conn.send_headers(stream, head, end_stream=end)
        return stream

    def of(self, kind: type) -> list[Any]:
        return [event for event in self.events if isinstance(event, kind)]

    def headers(self, stream: int) -> dict[str, str]:
        """The answer's header fields."""
        return {
            _text(name): _text(value)
            for event in self.of(h2.events.ResponseReceived)
            if event.stream_id == stream
            for name, value in event.headers
        }

    def body(self, stream: int) -> bytes:
        parts = [e.data for e in self.of(h2.events.DataReceived) if e.stream_id == stream]
        return b"".join(parts)

    def status(self, stream: int) -> str | None:
        return self.headers(stream).get(":status")

    def ended(self, stream: int) -> bool:
        return any(e.stream_id == stream for e in self.of(h2.events.StreamEnded))


def frames_in(data: bytes) -> list[Frame]:
    """The frames that *data* is made of."""
    found = []
    while data:
        frame, length = Frame.parse_frame_header(memoryview(data[:9]))
        frame.parse_body(memoryview(data[9 : 9 + length]))
        found.append(frame)
        data = data[9 + length :]
    return found


def _text(value: str | bytes) -> str:
    return value.decode() if isinstance(value, bytes) else value
