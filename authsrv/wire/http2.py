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
from h2.exceptions import ProtocolError
from h2.settings import SettingCodes, Settings
from hyperframe.frame import GoAwayFrame
from twisted.internet.error import ConnectionLost
from twisted.internet.interfaces import IDelayedCall
from twisted.internet.protocol import connectionDone
from twisted.python.failure import Failure

from authsrv.wire.frames import RESETS, Frames
from authsrv.wire.limits import IDLE_CLOSE
from authsrv.wire.sending import Sender

if TYPE_CHECKING:
    from authsrv.wire.site import WireSite

#: A GOAWAY with this stream refuses none yet: it says that the end is near (section 6.8).
_ALL_STREAMS = 2**31 - 1


class Connection(Sender):
    """One connection of *site*."""

    site: "WireSite"  # type: ignore[assignment]  # Twisted has None there at first
    timeOut: float | None  # type: ignore[assignment]  # Twisted says int and means seconds
    _retired = False
    _requests = 0
    _ending = False

    def __init__(self, site: "WireSite") -> None:
        super().__init__(site.reactor, site.limits.write_seconds)
        self.site = site
        # Twisted types it as its own HTTPFactory or nothing.
        self.factory = site  # type: ignore[assignment]
        self.requestFactory = site.requestFactory
        self.timeOut = site.limits.idle_seconds
        self.conn.local_settings = Settings(
            client=False,
            initial_values={
                SettingCodes.MAX_CONCURRENT_STREAMS: site.limits.streams,
                SettingCodes.MAX_HEADER_LIST_SIZE: site.limits.head_bytes,
            },
        )
        self.conn.decoder.max_header_list_size = site.limits.head_bytes
        # h2 would end the connection with the first stream too many; RESETS bounds those we refuse.
        self._frames = Frames(site.reactor.seconds)
        self.conn.incoming_buffer = self._frames
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
        settings = self.conn.local_settings
        settings[SettingCodes.MAX_CONCURRENT_STREAMS] = self.site.limits.streams + RESETS[0]
        settings.acknowledge()
        self.transport.registerProducer(self, True)

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

    def _receive(self, data: bytes) -> None:
        try:
            events = self.conn.receive_data(data)
        except ProtocolError:
            self._terminate(Failure())
            return
        self.resetTimeout()
        for event in events:
            handle = self._handlers.get(type(event))
            if handle is not None and self._stillProducing:
                handle(event)

    def connectionLost(
        self, reason: Failure = connectionDone, _cancelTimeouts: bool = True
    ) -> None:
        """The transport has gone; or, with the timers left on, a fatal error ends it."""
        super().connectionLost(reason, _cancelTimeouts)
        if not _cancelTimeouts:
            self._end()

    def timeoutConnection(self) -> None:
        """Twisted's idle timer does not see a handler that works in silence."""
        if any(stream._request.working for stream in self.streams.values()):
            self.setTimeout(self.timeOut)
        elif not self._ending:
            super().timeoutConnection()
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

    def refuse_upload(self, stream_id: int) -> None:
        """Answer a body that does not end, and stop it (section 8.1)."""
        # The client's own reset may stand further on in the same read.
        with suppress(ProtocolError):
            self.conn.send_headers(
                stream_id, [(b":status", b"413"), (b"content-length", b"0")], end_stream=True
            )
            self.conn.reset_stream(stream_id, ErrorCodes.NO_ERROR)
        if self._tryToWriteControlData():
            self._requestDone(stream_id)

    def _go_away(self, last_stream: int) -> None:
        self.transport.write(GoAwayFrame(0, last_stream_id=last_stream).serialize())

    def _end(self) -> None:
        # As long as we are the transport's producer, TLS waits for us instead of closing.
        if self._ending:
            return
        self._ending = True
        self._corked = False
        self._tryToWriteControlData()
        if self._abortingCall is None:
            self._abortingCall = self.callLater(self.abortTimeout, self.forceAbortClient)
        self.transport.unregisterProducer()
        self.transport.loseConnection()

    def quit(self, error: ErrorCodes, why: str) -> None:
        """Say *error*, and close."""
        with suppress(ProtocolError):
            self.conn.close_connection(error)
        self._terminate(Failure(ConnectionLost(why)))

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
        self._requests += 1
        if self._requests >= self.site.limits.requests:
            self.retire()

    def _refuse(self, stream_id: int) -> None:
        """REFUSED_STREAM promises that nothing was done: the client may send it again."""
        if not self._frames.count_reset():
            self.quit(ErrorCodes.ENHANCE_YOUR_CALM, "too many streams")
            return
        with suppress(ProtocolError):
            self.conn.reset_stream(stream_id, ErrorCodes.REFUSED_STREAM)

    def _requestDataReceived(self, event: DataReceived) -> None:
        if event.stream_id in self.streams:
            super()._requestDataReceived(event)
        else:
            self._give_window_back(event)

    def _give_window_back(self, event: DataReceived) -> None:
        # Or the upload of a dead stream starves the living ones.
        self.conn.acknowledge_received_data(event.flow_controlled_length, event.stream_id)

    def _requestEnded(self, event: StreamEnded) -> None:
        if event.stream_id in self.streams:
            super()._requestEnded(event)

    def _requestAborted(self, event: StreamReset) -> None:
        if event.stream_id in self.streams:
            super()._requestAborted(event)

    def _requestDone(self, stream_id: int) -> None:
        super()._requestDone(stream_id)
        if self._retired and not self.streams:
            self._end()
