"""HTTP/2 frame by frame over TLS: sends whatever it is told, and keeps what comes back."""

import contextlib
import socket
import ssl
import time
from collections.abc import Callable, Iterable, Mapping
from contextlib import AbstractContextManager
from types import TracebackType
from typing import Self, TypeVar

from attrs import define, field
from h2.errors import ErrorCodes
from hpack import Decoder, Encoder
from hpack.table import HeaderTable
from hyperframe.frame import (
    DataFrame,
    Frame,
    GoAwayFrame,
    HeadersFrame,
    PingFrame,
    RstStreamFrame,
    SettingsFrame,
    WindowUpdateFrame,
)

from tests.system.client import trusting
from tests.system.server import Server

PREFACE = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"
_HEAD = 9
F = TypeVar("F", bound=Frame)
Fields = Iterable[tuple[str | bytes, str | bytes]]


@define
class Answer:
    """What came on one stream."""

    headers: dict[str, str] = field(factory=dict)
    body: bytes = b""
    ended: bool = False
    reset: int | None = None

    @property
    def status(self) -> int:
        """The status; 0 if none came."""
        return int(self.headers.get(":status", 0))

    @property
    def over(self) -> bool:
        """Whether nothing more will come."""
        return self.ended or self.reset is not None


class RawHttp2(AbstractContextManager["RawHttp2"]):
    """One connection.  By default it has sent the preface, and given a large connection window.

    Nothing is answered by itself but SETTINGS (*acknowledge*); windows are opened by the test.
    """

    def __init__(
        self,
        server: Server,
        *,
        settings: Mapping[int, int] | None = None,
        preface: bytes | None = None,
        acknowledge: bool = True,
        receive_buffer: int | None = None,
    ) -> None:
        self.frames: list[Frame] = []
        self.answers: dict[int, Answer] = {}
        self.closed = False
        #: How many TLS records have brought something; no recv returns more than one.
        self.records = 0
        self.encoder = Encoder()
        self._decoder = Decoder()
        self._decoder.max_allowed_table_size = dict(settings or {}).get(
            SettingsFrame.HEADER_TABLE_SIZE, HeaderTable.DEFAULT_SIZE
        )
        self._acknowledge = acknowledge
        self._authority = f"localhost:{server.ports.https}"
        self._unread = b""
        self._pings = 0
        self._socket = _connect(server, receive_buffer)
        if preface is None:
            first = SettingsFrame(0, settings=dict(settings or {})).serialize()
            preface = PREFACE + first + WindowUpdateFrame(0, window_increment=2**30).serialize()
        self.send(preface)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._socket.close()

    # Making frames

    def fields(self, path: str = "/login", method: str = "GET", *more: tuple[str, str]) -> Fields:
        """The fields of a good request."""
        return [
            (":method", method),
            (":scheme", "https"),
            (":authority", self._authority),
            (":path", path),
            ("accept", "text/html"),
            *more,
        ]

    def head(
        self,
        stream: int,
        fields: Fields | None = None,
        flags: Iterable[str] = ("END_HEADERS", "END_STREAM"),
    ) -> HeadersFrame:
        """HEADERS for *fields*, or for a good GET."""
        block = self.encoder.encode(self.fields() if fields is None else fields)
        return HeadersFrame(stream, data=block, flags=list(flags))

    # Sending

    def send(self, *parts: Frame | bytes) -> bool:
        """Send it all in one write; False if the server has closed."""
        data = b"".join(it if isinstance(it, bytes) else it.serialize() for it in parts)
        try:
            self._socket.sendall(data)
        except (OSError, ssl.SSLError):
            return False
        return True

    def get(self, stream: int, path: str = "/login", within: float = 5.0) -> Answer:
        """GET *path* on *stream*, and what came when it was over, or the connection was."""
        self.send(self.head(stream, self.fields(path)))
        return self.answer(stream, within)

    # Receiving

    def answer(self, stream: int, within: float = 5.0) -> Answer:
        """What came on *stream* when it was over, or when the connection was."""
        empty = Answer()
        self.read_until(lambda: self.answers.get(stream, empty).over, within)
        return self.answers.get(stream, empty)

    def sync(self, within: float = 5.0) -> bool:
        """PING, and read up to its acknowledgement: the server has seen all that was sent.

        False if the connection ends instead.
        """
        self._pings += 1
        data = self._pings.to_bytes(8, "big")
        self.send(PingFrame(0, opaque_data=data))
        return self.read_until(
            lambda: any("ACK" in it.flags and it.opaque_data == data for it in self.of(PingFrame)),
            within,
        )

    def end(self, within: float = 5.0) -> int | None:
        """Read to the server's close; the last GOAWAY's error code, or None if there was none.

        Fails if TCP is still open *within* seconds.
        """
        assert not self.read_until(lambda: False, within)
        assert self.closed, f"the connection is still open; last frames: {self.frames[-3:]}"
        return self.goaway

    def hung_up(self, within: float = 5.0) -> bool:
        """Behind the end: answer TLS's goodbye; whether the server then closes TCP as well."""
        self._socket.settimeout(within)
        try:
            return not self._socket.unwrap().recv(1)
        except TimeoutError:
            return False
        except OSError:
            # A reset, or TCP was closed without a goodbye.
            return True

    def resize_table(self, *sizes: int) -> None:
        """What our SETTINGS do to the table that answers are read with: it becomes each in turn."""
        for size in sizes:
            self._decoder.max_allowed_table_size = size
            self._decoder.header_table_size = size

    @property
    def port(self) -> int:
        """Our end's, by which the kernel's tables know the connection."""
        return int(self._socket.getsockname()[1])

    @property
    def goaway(self) -> int | None:
        """The error code of the last GOAWAY, if one came."""
        said = self.of(GoAwayFrame)
        return said[-1].error_code if said else None

    def of(self, kind: type[F]) -> list[F]:
        """The frames of a kind that came."""
        return [it for it in self.frames if isinstance(it, kind)]

    def read_until(self, happened: Callable[[], bool], within: float = 5.0) -> bool:
        """Read until *happened*, the server has closed, or the time is over: has it happened?"""
        deadline = time.monotonic() + within
        while not happened():
            left = deadline - time.monotonic()
            if self.closed or left <= 0:
                return False
            self._read(left)
        return True

    def read_for(self, seconds: float) -> None:
        """Read whatever comes in so many *seconds*, or until the server closes."""
        self.read_until(lambda: False, seconds)

    def _read(self, seconds: float) -> None:
        self._socket.settimeout(seconds)
        try:
            data = self._socket.recv(1 << 17)
        except TimeoutError:
            return
        except (OSError, ssl.SSLError):
            data = b""
        finally:
            with contextlib.suppress(OSError):
                self._socket.settimeout(10)
        if not data:
            self.closed = True
            return
        self.records += 1
        self._unread += data
        while (frame := self._next()) is not None:
            self._note(frame)

    def _next(self) -> Frame | None:
        if len(self._unread) < _HEAD:
            return None
        frame, length = Frame.parse_frame_header(memoryview(self._unread[:_HEAD]))
        if len(self._unread) < _HEAD + length:
            return None
        frame.parse_body(memoryview(self._unread[_HEAD : _HEAD + length]))
        self._unread = self._unread[_HEAD + length :]
        return frame

    def _note(self, frame: Frame) -> None:
        self.frames.append(frame)
        answer = self.answers.setdefault(frame.stream_id, Answer())
        if isinstance(frame, HeadersFrame):
            found = self._decoder.decode(frame.data)
            answer.headers |= {str(name): str(value) for name, value in found}
        elif isinstance(frame, DataFrame):
            answer.body += frame.data
        elif isinstance(frame, RstStreamFrame):
            answer.reset = frame.error_code
        elif isinstance(frame, SettingsFrame) and "ACK" not in frame.flags and self._acknowledge:
            self.send(SettingsFrame(0, flags=["ACK"]))
        if "END_STREAM" in frame.flags:
            answer.ended = True


def raw(kind: int, stream: int, payload: bytes = b"", flags: int = 0) -> bytes:
    """Any frame at all, of a type and with flags that hyperframe would not write."""
    length = len(payload).to_bytes(3, "big")
    return length + bytes((kind, flags)) + stream.to_bytes(4, "big") + payload


def name(code: int | None) -> str:
    """An error code as the RFC writes it."""
    return "none" if code is None else ErrorCodes(code).name


def _connect(server: Server, receive_buffer: int | None) -> ssl.SSLSocket:
    context = trusting(server.authority)
    context.set_alpn_protocols(["h2"])
    plain = socket.socket()
    if receive_buffer is not None:
        plain.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, receive_buffer)
    # Or a PING behind something else waits 40 ms for the kernel.
    plain.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    plain.settimeout(10)
    plain.connect(("127.0.0.1", server.ports.https))
    connection = context.wrap_socket(plain, server_hostname="localhost")
    assert connection.selected_alpn_protocol() == "h2"
    return connection
