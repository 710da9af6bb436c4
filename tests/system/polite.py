"""An HTTP/2 client that does what RFC 9113 asks of one: it honours GOAWAY."""

import contextlib
import socket
import ssl
from collections.abc import Iterator

import h2.config
import h2.connection
import h2.events
from h2.exceptions import ProtocolError

from tests.system.client import trusting
from tests.system.server import Server


class PoliteHttp2:
    """Asks several things at once, on a connection that is opened anew after GOAWAY.

    A stream above GOAWAY's, or refused, was not looked at: it is asked again (section 6.8).
    """

    def __init__(self, server: Server) -> None:
        self._server = server
        self._authority = f"localhost:{server.ports.https}"
        self._socket: ssl.SSLSocket | None = None
        self._leaves = False
        self._unread = b""
        self._h2 = h2.connection.H2Connection()

    def close(self) -> None:
        """Leave."""
        if self._socket is not None:
            self._socket.close()
            self._socket = None

    def ask(self, path: str, times: int) -> Iterator[tuple[int, str]]:
        """GET *path* on *times* streams at once: each one's status, or why there is none."""
        left = times
        while left:
            try:
                statuses, unseen = self._round(path, left)
            except (OSError, ProtocolError) as error:
                self.close()
                yield from ((0, repr(error)) for _ in range(left))
                return
            yield from ((status, "") for status in statuses)
            left = unseen

    def _round(self, path: str, times: int) -> tuple[list[int], int]:
        """The statuses, and how many requests the server has not looked at."""
        if self._socket is None or self._leaves:
            self._connect()
        assert self._socket is not None
        streams = {}
        for _ in range(times):
            number = self._h2.get_next_available_stream_id()
            self._h2.send_headers(number, self._head(path), end_stream=True)
            streams[number] = 0
        self._flush()
        answered: dict[int, int] = {}
        unseen: set[int] = set()
        while len(answered) + len(unseen) < times:
            data = self._socket.recv(65536)
            if not data:
                raise ConnectionError("closed before the answer")
            # h2 ends everything at GOAWAY: it is taken out, and what it means done here.
            data = self._heed_goaway(data, set(streams) - set(answered), unseen)
            for event in self._h2.receive_data(data):
                self._note(event, streams, answered, unseen)
            self._flush()
        return list(answered.values()), len(unseen)

    def _head(self, path: str) -> list[tuple[str, str]]:
        return [
            (":method", "GET"),
            (":scheme", "https"),
            (":authority", self._authority),
            (":path", path),
            ("accept", "text/html"),
        ]

    def _note(
        self,
        event: h2.events.Event,
        streams: dict[int, int],
        answered: dict[int, int],
        unseen: set[int],
    ) -> None:
        match event:
            case h2.events.ResponseReceived(stream_id=number, headers=headers):
                streams[number] = int(dict(headers)[b":status"])
            case h2.events.DataReceived(stream_id=number, flow_controlled_length=length):
                with contextlib.suppress(ProtocolError):
                    self._h2.acknowledge_received_data(length, number)
            case h2.events.StreamEnded(stream_id=number):
                answered[number] = streams[number]
            case h2.events.StreamReset(stream_id=number, error_code=code):
                if code != 7:
                    raise ConnectionError(f"stream {number} was reset: {code}")
                unseen.add(number)

    def _heed_goaway(self, data: bytes, waiting: set[int], unseen: set[int]) -> bytes:
        self._unread += data
        whole = b""
        while len(self._unread) >= 9:
            length = int.from_bytes(self._unread[:3], "big")
            if len(self._unread) < 9 + length:
                break
            frame, self._unread = self._unread[: 9 + length], self._unread[9 + length :]
            if frame[3] != 0x7:
                whole += frame
                continue
            last, code = int.from_bytes(frame[9:13], "big"), int.from_bytes(frame[13:17], "big")
            if code:
                raise ConnectionError(f"GOAWAY {code}")
            self._leaves = True
            unseen |= {number for number in waiting if number > last}
        return whole

    def _connect(self) -> None:
        self.close()
        context = trusting(self._server.authority)
        context.set_alpn_protocols(["h2"])
        plain = socket.create_connection(("127.0.0.1", self._server.ports.https), timeout=20)
        self._socket = context.wrap_socket(plain, server_hostname="localhost")
        self._h2 = h2.connection.H2Connection(h2.config.H2Configuration(header_encoding=None))
        self._h2.initiate_connection()
        self._unread = b""
        self._leaves = False
        self._flush()

    def _flush(self) -> None:
        assert self._socket is not None
        self._socket.sendall(self._h2.data_to_send())
