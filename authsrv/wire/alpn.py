"""What every accepted connection is at first: the protocol is chosen when TLS has agreed on one."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from twisted.internet.interfaces import (
    IDelayedCall,
    IHalfCloseableProtocol,
    IHandshakeListener,
    INegotiated,
)
from twisted.internet.protocol import Protocol, connectionDone
from twisted.python.failure import Failure
from zope.interface import implementer

from authsrv.wire.http1 import Channel
from authsrv.wire.http2 import Connection

if TYPE_CHECKING:
    from authsrv.wire.site import WireSite

#: Seconds between "this is the end" and the end: what the client has sent by then is served.
LINGER = 1.0


@implementer(IHandshakeListener, IHalfCloseableProtocol)
class ByAlpn(Protocol):
    """One connection of *site*: HTTP/2 if ALPN has chosen it, else HTTP/1.1 (RFC 7301).

    Without TLS it is HTTP/1.1 from the first byte.  With TLS the handshake must be done within
    ``limits.header_seconds``, or the connection is cut; Twisted's idle timer begins behind it.
    """

    transport: Any

    def __init__(self, site: "WireSite", address: str) -> None:
        self.address = address
        self._site = site
        self._channel: Channel | Connection | None = None
        self._timer: IDelayedCall | None = None

    def connectionMade(self) -> None:
        """Wait for the handshake, if there is one."""
        self._site.opened(self)
        if INegotiated.providedBy(self.transport):
            self._set_timer(self._site.limits.header_seconds, self.abort)
        else:
            self._become(Channel(self._site))

    def handshakeCompleted(self) -> None:
        """TLS says what to speak.  (Twisted says it again after a renegotiation.)"""
        if self._channel is None:
            self._stop_timer()
            http2 = INegotiated(self.transport).negotiatedProtocol == b"h2"
            self._become(Connection(self._site) if http2 else Channel(self._site))

    def dataReceived(self, data: bytes) -> None:
        """Never called before the handshake is done."""
        if self._channel is not None:
            self._channel.dataReceived(data)

    def connectionLost(self, reason: Failure = connectionDone) -> None:
        """Tell the channel, and the site."""
        self._stop_timer()
        if self._channel is not None:
            self._channel.connectionLost(reason)
        self._site.closed(self)

    def readConnectionLost(self) -> None:
        """The client has closed its side; without TLS only, whose end is always both sides'."""
        if isinstance(self._channel, Channel):
            self._channel.hear_end()

    def writeConnectionLost(self) -> None:
        """We never close our side alone."""

    def drain(self) -> None:
        """Say that this is the end, and LINGER seconds later close behind what runs.

        The pause is for requests that are on their way: closing under them would lose them.
        """
        if self._channel is not None:
            self._channel.announce_end()
            self._set_timer(LINGER, self._channel.retire)

    def abort(self) -> None:
        """Close at once."""
        self.transport.abortConnection()

    def _become(self, channel: Channel | Connection) -> None:
        self._channel = channel
        channel.makeConnection(self.transport)
        if self._site.draining:
            self.drain()

    def _set_timer(self, seconds: float, then: Callable[[], None]) -> None:
        self._stop_timer()
        self._timer = self._site.reactor.callLater(seconds, then)

    def _stop_timer(self) -> None:
        if self._timer is not None and self._timer.active():
            self._timer.cancel()
