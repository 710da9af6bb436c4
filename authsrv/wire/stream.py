"""One HTTP/2 stream as a request sees it: Twisted's, without what nobody here asks for."""

from collections import deque
from typing import TYPE_CHECKING, Any

from twisted.web._http2 import H2Stream

from authsrv.wire.known import Head
from authsrv.wire.lines import ReplyHead
from authsrv.wire.request import Request

if TYPE_CHECKING:
    from authsrv.wire.http2 import Connection


def _expects_continue(head: Head) -> bool:
    return [it.lower() for it in head.section.header_values("expect")[:1]] == ["100-continue"]


class Stream(H2Stream):
    """The stream *stream_id* of *connection*, whose request has this *head*."""

    def __init__(self, stream_id: int, connection: "Connection", head: Head) -> None:
        # Not Twisted's: it asks the socket for its addresses, and parses cookies.
        self.streamID = stream_id
        self.site = self.factory = connection.site
        self.producing = True
        self.producer = None
        self.command, self.path = head.method, head.target
        self._producerProducing = False
        self._inboundDataBuffer: deque[Any] = deque()
        self._conn: Any = connection
        self._request = Request(self, head)
        # One that is known already has no body.
        if head.section.host is None and _expects_continue(head):
            self._send100Continue()

    @property
    def peer_address(self) -> str:
        """Where the other end is."""
        address: str = self._conn.peer_address
        return address

    def isSecure(self) -> bool:
        """There is no HTTP/2 here without TLS."""
        return True

    def send_reply(self, version: bytes, head: ReplyHead, body: bytes) -> None:
        """The whole answer, and the stream's end."""
        self._conn.answer(self.streamID, head, body)

    def requestDone(self, request: Any) -> None:
        """The end has been said with the answer."""
