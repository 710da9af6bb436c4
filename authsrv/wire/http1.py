"""HTTP/1.1 on one connection: Twisted's channel, with our limits and a way to leave (RFC 9112)."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from twisted.internet.interfaces import IDelayedCall
from twisted.web.http import HTTPChannel
from twisted.web.http_headers import Headers

from authsrv.wire.limits import IDLE_CLOSE

if TYPE_CHECKING:
    from authsrv.wire.site import WireSite

_REFUSED_UPLOAD = (
    b"HTTP/1.1 413 Content Too Large\r\nConnection: close\r\nContent-Length: 0\r\n\r\n"
)


class Channel(HTTPChannel):
    """One connection of *site*.

    Twisted stops its idle timer while a handler works, and hands over one request at a time.
    """

    #: Seconds that a peer may take to read the last answer and close its side.
    abortTimeout = 20
    site: "WireSite"
    timeOut: float | None  # type: ignore[assignment]  # Twisted says int and means seconds
    transport: Any
    _leaving = False

    def __init__(self, site: "WireSite") -> None:
        super().__init__()
        self.site = site
        self.factory = site
        self.requestFactory = site.requestFactory
        self.timeOut = site.limits.idle_seconds
        self.totalHeadersSize = site.limits.head_bytes

    def callLater(self, period: float, func: Callable[[], None]) -> IDelayedCall:
        """Timers run on the site's clock."""
        return self.site.reactor.callLater(period, func)

    def dataReceived(self, data: bytes) -> None:
        """Bytes behind the last answer are nobody's."""
        if not self._leaving:
            super().dataReceived(data)

    def writeHeaders(self, version: bytes, code: bytes, reason: bytes, headers: Headers) -> None:
        """Say so when this is the last answer."""
        if self.site.draining:
            self.persistent = 0
        if not self.persistent:
            headers.setRawHeaders(b"connection", [b"close"])
        super().writeHeaders(version, code, reason, headers)

    def loseConnection(self) -> None:
        """Close when all is written.

        Under TLS this waits for the peer to close too, and Twisted has stopped its timers by
        then: a peer that never does would keep the connection for ever.
        """
        if self._leaving:
            return
        self._leaving = True
        if self._abortingCall is None:
            self._abortingCall = self.callLater(self.abortTimeout, self.forceAbortClient)
        super().loseConnection()

    def abortConnection(self) -> None:
        """Close at once, whatever has not been written."""
        self._leaving = True
        self.transport.abortConnection()

    def refuse_upload(self) -> None:
        """Answer a body that does not end, and close (RFC 9110, section 15.5.14)."""
        self.transport.write(_REFUSED_UPLOAD)
        self.loseConnection()

    def announce_end(self) -> None:
        """Nothing to say between answers: :meth:`writeHeaders` says it."""

    def retire(self) -> None:
        """Close now if nothing runs, else behind the answer."""
        self.persistent = 0
        if not self.requests:
            self.abortTimeout = IDLE_CLOSE
            self.loseConnection()
