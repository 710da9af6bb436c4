"""One HTTP/2 stream as a request sees it: Twisted's, without what nobody here asks for."""

from collections import deque
from typing import TYPE_CHECKING, Any

from twisted.web._http2 import H2Stream

from authsrv.wire.known import Head, RawFields
from authsrv.wire.lines import ReplyHead
from authsrv.wire.quick import Known
from authsrv.wire.request import Request

if TYPE_CHECKING:
    from authsrv.wire.http2 import Connection

_PSEUDO = b":"[0]


def head_of(fields: list[tuple[bytes, bytes]]) -> Head:
    """The request head that *fields* are."""
    if isinstance(fields, Known) and fields.meaning is not None:
        known: Head = fields.meaning
        return known
    ordinary: RawFields = {}
    special = {}
    for name, value in fields:
        if name[0] != _PSEUDO:
            ordinary.setdefault(name, []).append(value)
        else:
            special[name] = value
    if b":authority" in special:
        # In HTTP/1.1 this is the Host (RFC 9113, section 8.3.1).
        ordinary.setdefault(b"host", []).append(special[b":authority"])
    head = Head(special.get(b":method", b""), special.get(b":path"), ordinary)
    if isinstance(fields, Known):
        fields.meaning = head
    return head


def _expects_continue(head: Head) -> bool:
    return [it.lower() for it in head.header_values("expect")[:1]] == ["100-continue"]


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
        if head.checked is None and _expects_continue(head):
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
