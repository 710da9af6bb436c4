"""HTTP/2 on one connection: Twisted's, with our limits and a way to leave (RFC 9113).

Twisted's class is private: its minor version is pinned, and tests speak to this one over the wire.
"""

from collections.abc import Callable
from contextlib import suppress
from typing import TYPE_CHECKING, Any

from h2.errors import ErrorCodes
from h2.events import (
    ConnectionTerminated,
    DataReceived,
    RemoteSettingsChanged,
    RequestReceived,
    StreamEnded,
    StreamReset,
    WindowUpdated,
)
from h2.exceptions import DenialOfServiceError, ProtocolError
from hyperframe.frame import GoAwayFrame
from twisted.internet.error import ConnectionLost
from twisted.internet.interfaces import IDelayedCall
from twisted.internet.protocol import connectionDone
from twisted.python.failure import Failure

from authsrv.wire.frames import Protocol, TooMany
from authsrv.wire.limits import ABUSE_CLOSE, IDLE_CLOSE, UPLOAD_CLOSE
from authsrv.wire.overdue import Overdue
from authsrv.wire.request import address_of
from authsrv.wire.sending import Sender

if TYPE_CHECKING:
    from authsrv.wire.site import WireSite

#: A GOAWAY with this stream refuses none yet: it says that the end is near (section 6.8).
_ALL_STREAMS = 2**31 - 1


class Connection(Sender):
    """One connection of *site*.

    Whatever is waited for has a deadline: a frame, a body, a next request, the handler's answer,
    the client that takes it.  Twisted's own timer, which every byte sets back, is not used.
    """

    site: "WireSite"  # type: ignore[assignment]  # Twisted has None there at first
    timeOut = None
    _retired = False
    _requests = 0
    _ending = False

    def __init__(self, site: "WireSite") -> None:
        limits = site.limits
        super().__init__(site.reactor, limits.write_seconds)
        self.site = site
        # Twisted types it as its own HTTPFactory or nothing.
        self.factory = site  # type: ignore[assignment]
        self.requestFactory = site.requestFactory
        protocol = Protocol(limits, site.reactor.seconds)
        self.conn = protocol
        self._frames = protocol.incoming_buffer
        self._overdue = Overdue(site.reactor, limits, self._strike)
        self._handlers: dict[type[object], Callable[[Any], None]] = {
            RequestReceived: self._requestReceived,
            DataReceived: self._requestDataReceived,
            StreamEnded: self._requestEnded,
            StreamReset: self._requestAborted,
            WindowUpdated: self._handleWindowUpdate,
            RemoteSettingsChanged: self._settings_changed,
            ConnectionTerminated: self._client_leaves,
        }

    def callLater(self, period: float, func: Callable[[], None]) -> IDelayedCall:
        """Timers run on the site's clock."""
        return self.site.reactor.callLater(period, func)

    def connectionMade(self) -> None:
        """Send our settings; let the transport tell us when it is full."""
        super().connectionMade()
        self.transport.registerProducer(self, True)
        self._watch_client()

    def dataReceived(self, data: bytes) -> None:
        """Handle what *data* ends, and answer it all in one write."""
        if not self._stillProducing:
            return
        self._corked = True
        try:
            self._receive(data)
        finally:
            self._corked = False
        self._send()
        self._watch_client()

    def _receive(self, data: bytes) -> None:
        try:
            events = self.conn.receive_data(data)
        except ProtocolError as error:
            self._break_off(error)
            return
        for event in events:
            handle = self._handlers.get(type(event))
            if handle is not None and self._stillProducing:
                handle(event)

    def _break_off(self, error: ProtocolError) -> None:
        """The client has broken a rule, or a limit; h2 has said GOAWAY."""
        if isinstance(error, TooMany):
            self.struck(error.limit)
            self._stop_listening()
        elif isinstance(error, DenialOfServiceError):
            self.struck("head_bytes")
        self._terminate(Failure(error))

    # Deadlines

    def _watch_client(self) -> None:
        if self._stillProducing and not self._ending:
            self._overdue.watch_block(self._frames.unfinished)
            self._overdue.watch_idle(not self.streams)

    def _strike(self, limit: str) -> None:
        if limit == "idle_seconds":
            self.quit(ErrorCodes.NO_ERROR, "idle")
        else:
            self.struck(limit)
            self.quit(ErrorCodes.ENHANCE_YOUR_CALM, "a frame did not end in time")

    def _strike_body(self, stream_id: int) -> None:
        self.struck("body_seconds")
        self.refuse_upload(stream_id, 408)

    def struck(self, limit: str) -> None:
        """Count it, and log it."""
        self.site.struck(limit, address_of(self.getPeer()))

    # The end

    def connectionLost(
        self, reason: Failure = connectionDone, _cancelTimeouts: bool = True
    ) -> None:
        """The transport has gone; or, with the timers left on, a fatal error ends it."""
        self._overdue.clear()
        super().connectionLost(reason, _cancelTimeouts)
        if not _cancelTimeouts:
            self._end()

    def announce_end(self) -> None:
        """Ask the client to open its next streams elsewhere; those on their way are served."""
        self._go_away(_ALL_STREAMS)

    def retire(self) -> None:
        """Take no more streams, close behind the last answer.

        h2's own close_connection would end the running streams too.
        """
        self._retired = True
        self._go_away(self.conn.highest_inbound_stream_id)
        if not self.streams:
            self.abortTimeout = IDLE_CLOSE
            self._end()

    def refuse_upload(self, stream_id: int, status: int = 413) -> None:
        """Answer a body that does not end, and a little later stop it (RFC 9113, section 8.1).

        Later, for there are clients that forget the answer when the reset stands behind it.
        """
        # The client's own reset may stand further on in the same read.
        with suppress(ProtocolError):
            head = [(b":status", b"%d" % status), (b"content-length", b"0")]
            self.conn.send_headers(stream_id, head, end_stream=True)
            self._overdue.watch_stream(stream_id, UPLOAD_CLOSE, self._stop_upload)
        if self._tryToWriteControlData():
            self._requestDone(stream_id)
            self._watch_client()

    def _stop_upload(self, stream_id: int) -> None:
        self._reset(stream_id, ErrorCodes.NO_ERROR)
        self._tryToWriteControlData()

    def _go_away(self, last_stream: int) -> None:
        self.transport.write(GoAwayFrame(0, last_stream_id=last_stream).serialize())

    def _end(self) -> None:
        # As long as we are the transport's producer, TLS waits for us instead of closing.
        if self._ending:
            return
        self._ending = True
        self._corked = False
        self._overdue.clear()
        self._tryToWriteControlData()
        if self._abortingCall is None:
            self._abortingCall = self.callLater(self.abortTimeout, self.forceAbortClient)
        self.transport.unregisterProducer()
        self.transport.loseConnection()

    def quit(self, error: ErrorCodes, why: str) -> None:
        """Say *error*, and close."""
        if error is ErrorCodes.ENHANCE_YOUR_CALM:
            self._stop_listening()
        with suppress(ProtocolError):
            self.conn.close_connection(error)
        self._terminate(Failure(ConnectionLost(why)))

    def _stop_listening(self) -> None:
        """Who floods us goes on for a while: that must cost nothing any more."""
        self.abortTimeout = ABUSE_CLOSE
        self.transport.pauseProducing()

    def _terminate(self, reason: Failure) -> None:
        # The GOAWAY must be out before the transport is told to close.
        self._corked = False
        super()._terminate(reason)

    # Events.  Of streams that are not here (refused, cut off) Twisted would raise KeyError.

    def _client_leaves(self, event: ConnectionTerminated) -> None:
        self._terminate(Failure(ConnectionLost("the client has sent GOAWAY")))

    def _requestReceived(self, event: RequestReceived) -> None:
        if self._retired or len(self.streams) >= self.site.limits.streams:
            self._refuse(event.stream_id)
            return
        super()._requestReceived(event)
        if event.stream_ended is None:
            seconds = self.site.limits.body_seconds
            self._overdue.watch_stream(event.stream_id, seconds, self._strike_body)
        self._requests += 1
        if self._requests >= self.site.limits.requests:
            self.struck("requests")
            self.retire()

    def _refuse(self, stream_id: int) -> None:
        """REFUSED_STREAM promises that nothing was done: the client may send it again."""
        if not self._retired:
            self.struck("streams")
        self._reset(stream_id, ErrorCodes.REFUSED_STREAM)

    def _reset(self, stream_id: int, error: ErrorCodes) -> None:
        try:
            self.conn.reset_stream(stream_id, error)
        except TooMany as many:
            self.struck(many.limit)
            self.quit(many.error_code, "too many resets")
        except ProtocolError:
            # The stream, or the connection, is over already.
            return

    def _requestDataReceived(self, event: DataReceived) -> None:
        if event.stream_id in self.streams:
            super()._requestDataReceived(event)
        else:
            self._give_window_back(event)

    def _give_window_back(self, event: DataReceived) -> None:
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

    def abortRequest(self, streamID: int) -> None:
        """Half an answer is out, and cannot be ended."""
        self._reset(streamID, ErrorCodes.INTERNAL_ERROR)
        if streamID in self.streams and self._tryToWriteControlData():
            self._requestDone(streamID)

    def _requestDone(self, stream_id: int) -> None:
        super()._requestDone(stream_id)
        if self._retired and not self.streams:
            self._end()
        elif not self.streams:
            self._watch_client()
