"""One HTTP/2 stream as a request sees it: Twisted's, without what nobody here asks for."""

from collections import deque
from typing import TYPE_CHECKING, Any

from twisted.web._http2 import H2Stream

from authsrv.wire.lines import Line
from authsrv.wire.request import Request

if TYPE_CHECKING:
    from authsrv.wire.http2 import Connection

_PSEUDO = b":"[0]


class Stream(H2Stream):
    """The stream *stream_id* of *connection*, whose request's fields are *fields*."""

    def __init__(
        self, stream_id: int, connection: "Connection", fields: list[tuple[bytes, bytes]]
    ) -> None:
        # Not Twisted's: it asks the socket for its addresses, and parses cookies.
        self.streamID = stream_id
        self.site = self.factory = connection.site
        self.producing = True
        self.producer = None
        self.command = self.path = None
        self._producerProducing = False
        self._inboundDataBuffer: deque[Any] = deque()
        self._conn: Any = connection
        self._request = Request(self)
        self._take(fields)

    @property
    def peer_address(self) -> str:
        """Where the other end is."""
        address: str = self._conn.peer_address
        return address

    def isSecure(self) -> bool:
        """There is no HTTP/2 here without TLS."""
        return True

    def send_reply(self, version: bytes, status: int, fields: list[Line], body: bytes) -> None:
        """The whole answer; the stream ends when the request says that it is done."""
        head = [(b":status", b"%d" % status), *[line.pair for line in fields]]
        self._conn.begin_answer(self.streamID, head, body)

    def _take(self, fields: list[tuple[bytes, bytes]]) -> None:
        headers = self._request.requestHeaders
        for name, value in fields:
            if name[0] != _PSEUDO:
                headers.addRawHeader(name, value)
            elif name == b":method":
                self.command = value
            elif name == b":path":
                self.path = value
            elif name == b":authority":
                # In HTTP/1.1 this is the Host (RFC 9113, section 8.3.1).
                headers.addRawHeader(b"host", value)
        # Bodies stay in memory, whatever length they promise.
        self._request.gotLength(0)
        expected = headers.getRawHeaders(b"expect")
        if expected and expected[0].lower() == b"100-continue":
            self._send100Continue()
