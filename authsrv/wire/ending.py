"""How an HTTP/2 connection ends: announced, behind the last answer, or at once (RFC 9113)."""

from contextlib import suppress
from typing import TYPE_CHECKING

from h2.errors import ErrorCodes
from h2.exceptions import DenialOfServiceError, ProtocolError
from hyperframe.frame import GoAwayFrame
from twisted.internet.error import ConnectionLost
from twisted.internet.protocol import connectionDone
from twisted.python.failure import Failure

from authsrv.wire.frames import TooMany
from authsrv.wire.limits import ABUSE_CLOSE, IDLE_CLOSE
from authsrv.wire.overdue import Overdue
from authsrv.wire.quick import QuickConnection
from authsrv.wire.request import address_of
from authsrv.wire.sending import Sender

if TYPE_CHECKING:
    from authsrv.wire.site import WireSite

#: A GOAWAY with this stream refuses none yet: it says that the end is near (section 6.8).
_ALL_STREAMS = 2**31 - 1


class Ender(Sender):
    """The half of a connection of *site* that ends it.

    Whatever is waited for has a deadline: a frame, a body, a next request, the handler's answer,
    the client that takes it.  Twisted's own timer, which every byte sets back, is not used.
    """

    site: "WireSite"  # type: ignore[assignment]  # Twisted has None there at first
    timeOut = None
    _retired = False
    _ending = False

    def __init__(self, site: "WireSite") -> None:
        super().__init__(site.reactor, site.limits.write_seconds)
        self.site = site
        # Twisted types it as its own HTTPFactory or nothing.
        self.factory = site  # type: ignore[assignment]
        self.requestFactory = site.requestFactory
        quick = QuickConnection(site.limits, site.reactor.seconds)
        self.conn = quick
        self._frames = quick.frames
        self._overdue = Overdue(site.reactor, site.limits, self._strike)

    def struck(self, limit: str) -> None:
        """Count it, and log it."""
        self.site.struck(limit, address_of(self.getPeer()))

    # Deadlines

    def watch_client(self) -> None:
        """See what the client owes us now."""
        if self._stillProducing and not self._ending:
            self._overdue.watch_block(self._frames.unfinished)
            self._overdue.watch_idle(not self.streams)

    def _strike(self, limit: str) -> None:
        if limit == "idle_seconds":
            self.quit(ErrorCodes.NO_ERROR, "idle")
        else:
            self.struck(limit)
            self.quit(ErrorCodes.ENHANCE_YOUR_CALM, "a frame did not end in time")

    # The end

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

    def break_off(self, error: ProtocolError) -> None:
        """The client has broken a rule, or a limit; h2 has said GOAWAY."""
        if isinstance(error, TooMany):
            self.struck(error.limit)
            self._stop_listening()
        elif isinstance(error, DenialOfServiceError):
            self.struck("head_bytes")
        self._terminate(Failure(error))

    def quit(self, error: ErrorCodes, why: str) -> None:
        """Say *error*, and close."""
        if error is ErrorCodes.ENHANCE_YOUR_CALM:
            self._stop_listening()
        with suppress(ProtocolError):
            self.conn.close_connection(error)
        self._terminate(Failure(ConnectionLost(why)))

    def connectionLost(
        self, reason: Failure = connectionDone, _cancelTimeouts: bool = True
    ) -> None:
        """The transport has gone; or, with the timers left on, a fatal error ends it."""
        self._overdue.clear()
        super().connectionLost(reason, _cancelTimeouts)
        if not _cancelTimeouts:
            self._end()

    def _stop_listening(self) -> None:
        """Who floods us goes on for a while: that must cost nothing any more."""
        self.abortTimeout = ABUSE_CLOSE
        self.transport.pauseProducing()

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

    def _terminate(self, reason: Failure) -> None:
        # The GOAWAY must be out before the transport is told to close.
        self._corked = False
        super()._terminate(reason)

    def _requestDone(self, stream_id: int) -> None:
        super()._requestDone(stream_id)
        if self._retired and not self.streams:
            self._end()
        elif not self.streams:
            self.watch_client()
