"""An HTTP/2 client that is polite or not, as one likes: several streams on one connection."""

import socket
from collections.abc import Iterable
from contextlib import AbstractContextManager
from types import TracebackType
from typing import Self

import h2.connection
import h2.events
from attrs import define, field

from tests.system.client import trusting
from tests.system.server import Server


@define
class Stream:
    """What came on one stream."""

    headers: dict[str, str] = field(factory=dict)
    body: bytes = b""
    ended: bool = False
    reset: bool = False

    @property
    def status(self) -> int:
        """The status; 0 if none came."""
        return int(self.headers.get(":status", 0))


class H2Client(AbstractContextManager["H2Client"]):
    """One connection."""

    def __init__(self, server: Server) -> None:
        context = trusting(server.authority)
        context.set_alpn_protocols(["h2"])
        plain = socket.create_connection(("127.0.0.1", server.ports.https), timeout=10)
        self._socket = context.wrap_socket(plain, server_hostname="localhost")
        assert self._socket.selected_alpn_protocol() == "h2"
        self._authority = f"localhost:{server.ports.https}"
        self._h2 = h2.connection.H2Connection()
        self._h2.initiate_connection()
        self._flush()
        self.streams: dict[int, Stream] = {}

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._socket.close()

    def begin(
        self, method: str, path: str, headers: Iterable[tuple[str, str]] = (), *, ends: bool = True
    ) -> int:
        """Send the head of a request; its stream."""
        number = self._h2.get_next_available_stream_id()
        head = [
            (":method", method),
            (":scheme", "https"),
            (":authority", self._authority),
            (":path", path),
            *headers,
        ]
        self._h2.send_headers(number, head, end_stream=ends)
        self.streams[number] = Stream()
        self._flush()
        return number

    def upload(self, number: int, size: int) -> None:
        """Send *size* bytes, as the window allows, until the stream has been answered or reset."""
        left = size
        while left and not self.streams[number].ended and not self.streams[number].reset:
            room = min(
                left, self._h2.local_flow_control_window(number), self._h2.max_outbound_frame_size
            )
            if room <= 0:
                self._receive()
                continue
            self._h2.send_data(number, b"x" * room)
            left -= room
            self._flush()
        if not left:
            self._h2.end_stream(number)
            self._flush()

    def answer(self, number: int) -> Stream:
        """What came on stream *number*, when it has ended."""
        stream = self.streams[number]
        while not stream.ended and not stream.reset:
            self._receive()
        return stream

    def get(self, path: str) -> Stream:
        """GET, and the answer."""
        return self.answer(self.begin("GET", path, [("accept", "text/html")]))

    def _receive(self) -> None:
        data = self._socket.recv(65536)
        assert data, "the connection was closed"
        for event in self._h2.receive_data(data):
            self._note(event)
        self._flush()

    def _note(self, event: h2.events.Event) -> None:
        match event:
            case h2.events.ResponseReceived(stream_id=number, headers=headers):
                self.streams[number].headers = {_text(k): _text(v) for k, v in headers}
            case h2.events.DataReceived(stream_id=number, data=data):
                self.streams[number].body += data
                self._h2.acknowledge_received_data(event.flow_controlled_length, number)
            case h2.events.StreamEnded(stream_id=number):
                self.streams[number].ended = True
            case h2.events.StreamReset(stream_id=number):
                self.streams[number].reset = True
            case h2.events.ConnectionTerminated(error_code=code):
                raise AssertionError(f"GOAWAY {code}")

    def _flush(self) -> None:
        self._socket.sendall(self._h2.data_to_send())


def _text(value: bytes | str) -> str:
    return value if isinstance(value, str) else value.decode()
