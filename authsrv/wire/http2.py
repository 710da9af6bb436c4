"""HTTP/2 on one connection: Twisted's, with our limits (RFC 9113).

Twisted's class is private: its minor version is pinned, and tests speak to this one over the wire.
"""

from collections import deque
from collections.abc import Callable
from contextlib import suppress
from functools import cached_property
from typing import TYPE_CHECKING, Any

from h2.errors import ErrorCodes
from h2.events import (
    DataReceived,
    RemoteSettingsChanged,
    RequestReceived,
    StreamEnded,
    StreamReset,
    WindowUpdated,
)
from h2.exceptions import ProtocolError
from twisted.internet.error import ConnectionLost
from twisted.internet.interfaces import IDelayedCall
from twisted.python.failure import Failure
from twisted.web._http2 import H2Stream

from authsrv.wire.ending import Ender
from authsrv.wire.frames import TooMany
from authsrv.wire.heads import head_of
from authsrv.wire.known import Head
from authsrv.wire.limits import UPLOAD_CLOSE
from authsrv.wire.quick import WholeRequest
from authsrv.wire.request import LONGEST_SWALLOW, address_of
from authsrv.wire.stream import Stream
from authsrv.wire.target import METHODS

if TYPE_CHECKING:
    from authsrv.wire.site import WireSite

_ALLOW = (b"allow", ", ".join(METHODS).encode())


class Connection(Ender):
    """One connection of *site*: what the client's frames mean, and what becomes of its streams."""

    _requests = 0
    _ignored = 0

    def __init__(self, site: "WireSite") -> None:
        super().__init__(site)
        self._handlers: dict[type[object], Callable[[Any], None]] = {
            RequestReceived: self._requestReceived,
            WholeRequest: self._whole_request,
            DataReceived: self._requestDataReceived,
            StreamEnded: self._requestEnded,
            StreamReset: self._requestAborted,
            WindowUpdated: self._handleWindowUpdate,
            RemoteSettingsChanged: self._settings_changed,
        }

    @cached_property
    def peer_address(self) -> str:
        """Where the other end is."""
        return address_of(self.getPeer())

    def callLater(self, period: float, func: Callable[[], None]) -> IDelayedCall:
        """Timers run on the site's clock."""
        return self.site.reactor.callLater(period, func)

    def connectionMade(self) -> None:
        """Send our settings; let the transport tell us when it is full."""
        super().connectionMade()
        self.transport.registerProducer(self, True)
        self.watch_client()

    def dataReceived(self, data: bytes) -> None:
        """Handle what *data* ends, and answer it all in one write."""
        if not self._stillProducing:
            self._ignore(len(data))
            return
        self._corked = True
        try:
            self._receive(data)
        finally:
            self._corked = False
        self._send()
        self.watch_client()

    def _ignore(self, size: int) -> None:
        """What comes behind the end is dropped; but reading it costs, and so it ends, too."""
        self._ignored += size
        if self._ignored > LONGEST_SWALLOW:
            self.transport.abortConnection()

    def send_later(self, send: Callable[[], None]) -> None:
        """What one turn has caused leaves together."""
        self.site.turns.send(send)

    def note_sent(self, size: int, *, ends: bool) -> None:
        """An answer has left, in part or to its end."""
        self._frames.note_sent(size, ends=ends)

    def _receive(self, data: bytes) -> None:
        try:
            events = self.conn.receive_data(data)
        except ProtocolError as error:
            self.break_off(error)
            return
        for event in events:
            handle = self._handlers.get(type(event))
            if handle is not None and self._stillProducing:
                handle(event)
        if self._frames.client_leaves and not self._retired and self._stillProducing:
            self.retire()

    # Streams that end before their time

    def refuse_upload(self, stream_id: int, status: int = 413) -> None:
        """Answer a body that does not end."""
        self._answer_early(stream_id, status)
        if stream_id in self.streams and self._stillProducing:
            self._requestDone(stream_id)

    def _answer_early(self, stream_id: int, status: int, *fields: tuple[bytes, bytes]) -> None:
        """Answer with no body, and a little later stop what still comes (section 8.1).

        Later, for there are clients that forget the answer when the reset stands behind it.
        """
        usual = ((name.lower().encode(), value.encode()) for name, value in self.site.bare)
        head = [(b":status", b"%d" % status), (b"content-length", b"0"), *fields, *usual]
        # The client's own reset may stand further on in the same read.
        with suppress(ProtocolError):
            self.conn.answer(stream_id, head, ends=True)
            self._overdue.watch_stream(stream_id, UPLOAD_CLOSE, self._stop_upload)
        self._tryToWriteControlData()

    def _stop_upload(self, stream_id: int) -> None:
        self._reset(stream_id, ErrorCodes.NO_ERROR)
        self._tryToWriteControlData()

    def _send100Continue(self, streamID: int) -> None:
        # The client may have reset it further on in the same read.
        with suppress(ProtocolError):
            super()._send100Continue(streamID)

    def _strike_body(self, stream_id: int) -> None:
        self.struck("body_seconds")
        self.refuse_upload(stream_id, 408)

    def abortRequest(self, streamID: int) -> None:
        """Half an answer is out, and cannot be ended."""
        self._reset(streamID, ErrorCodes.INTERNAL_ERROR)
        if streamID in self.streams and self._tryToWriteControlData():
            self._requestDone(streamID)

    def _reset(self, stream_id: int, error: ErrorCodes) -> None:
        try:
            self.conn.reset_stream(stream_id, error)
        except TooMany as many:
            self.struck(many.limit)
            self.quit(many.error_code, "too many resets")
        except ProtocolError:
            # The stream, or the connection, is over already.
            return

    # Events.  Of streams that are not here (refused, cut off) Twisted would raise KeyError.

    def _requestReceived(self, event: RequestReceived) -> None:
        head = head_of(event.headers)
        if self._may_begin(event.stream_id, head):
            self._open(event.stream_id, head)
            seconds = self.site.limits.body_seconds
            self._overdue.watch_stream(event.stream_id, seconds, self._strike_body)

    def _may_begin(self, stream_id: int, head: Head) -> bool:
        if self._retired or len(self.streams) >= self.site.limits.streams:
            self._refuse(stream_id)
        elif head.method == b"CONNECT":
            # Its stream does not end before it was answered (section 8.5).
            self._answer_early(stream_id, 405, _ALLOW)
        else:
            return True
        return False

    def _whole_request(self, event: WholeRequest) -> None:
        if self._may_begin(event.stream_id, event.head):
            self._open(event.stream_id, event.head)
            self.streams[event.stream_id].requestComplete()

    def _refuse(self, stream_id: int) -> None:
        """REFUSED_STREAM promises that nothing was done: the client may send it again."""
        if not self._retired:
            self.struck("streams")
        self._reset(stream_id, ErrorCodes.REFUSED_STREAM)

    def _open(self, number: int, head: Head) -> None:
        self._outboundStreamQueues[number] = deque()
        self.streams[number] = self.new_stream(number, head)
        self._requests += 1
        if self._requests >= self.site.limits.requests:
            self.struck("requests")
            self.retire()

    def new_stream(self, number: int, head: Head) -> H2Stream:
        """What a request with this *head* is read from, and answered through."""
        return Stream(number, self, head)

    def _requestDataReceived(self, event: DataReceived) -> None:
        if event.stream_id in self.streams:
            super()._requestDataReceived(event)
        else:
            # Or the upload of a dead stream starves the living ones.
            self.conn.acknowledge_received_data(event.flow_controlled_length, event.stream_id)

    def _requestEnded(self, event: StreamEnded) -> None:
        self._overdue.forget_stream(event.stream_id)
        if event.stream_id in self.streams:
            super()._requestEnded(event)

    def _requestAborted(self, event: StreamReset) -> None:
        # Twisted's own has a second bucket of resets.
        self._overdue.forget_stream(event.stream_id)
        stream = self.streams.get(event.stream_id)
        if stream is not None:
            stream.connectionLost(Failure(ConnectionLost("stream reset")))
            self._requestDone(event.stream_id)
