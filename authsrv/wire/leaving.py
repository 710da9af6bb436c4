"""How an HTTP/1.1 connection ends: which answer is its last, when it closes (RFC 9112, 9)."""

from collections.abc import Callable
from functools import cached_property
from typing import TYPE_CHECKING, Any

from twisted.internet.interfaces import IDelayedCall
from twisted.internet.protocol import connectionDone
from twisted.python.failure import Failure
from twisted.web.http import HTTPChannel, Request

from authsrv.wire.limits import IDLE_CLOSE, SILENCE
from authsrv.wire.lines import ReplyHead
from authsrv.wire.request import address_of

if TYPE_CHECKING:
    from authsrv.wire.site import WireSite

_PHRASES = {
    400: b"Bad Request",
    408: b"Request Timeout",
    413: b"Content Too Large",
    414: b"URI Too Long",
    431: b"Request Header Fields Too Large",
}


class Leaver(HTTPChannel):
    """The half of a connection that answers and leaves.

    What is refused before its head has ended gets a bare answer, and the connection closes.
    """

    #: Seconds that a peer may take to read the last answer and close its side.
    abortTimeout = 20
    site: "WireSite"
    transport: Any
    _leaving = False
    _retiring: IDelayedCall | None = None
    _heard_end = False

    def __init__(self, site: "WireSite") -> None:
        super().__init__()
        self.site = site
        self.factory = site
        #: When the last answer ended, or the connection began.
        self._last_answer = site.reactor.seconds()

    def stop_waiting(self) -> None:
        """Nothing has a deadline any more; a subclass knows what had."""
        raise NotImplementedError

    def callLater(self, period: float, func: Callable[[], None]) -> IDelayedCall:
        """Timers run on the site's clock."""
        return self.site.reactor.callLater(period, func)

    @cached_property
    def peer_address(self) -> str:
        """Where the other end is."""
        return address_of(self.getPeer())

    @cached_property
    def is_secure(self) -> bool:
        """Whether there is TLS around it."""
        return bool(super().isSecure())

    def isSecure(self) -> bool:
        """Asked for each request."""
        return self.is_secure

    # Answers

    def send_reply(self, version: bytes, head: ReplyHead, body: bytes) -> None:
        """The whole answer, in one write; it says so when it is the last one."""
        if self.site.draining or (self._heard_end and not any(self._dataBuffer)):
            self.persistent = 0
        close = b"" if self.persistent else b"Connection: close\r\n"
        self.transport.write(head.text(version, close) + body)

    def requestDone(self, request: Request) -> None:
        """Answered: read on, with what came meanwhile."""
        if self.persistent and not (self._dataBuffer or self._waitingForTransport):
            # Nothing has been held up, so there is nothing to set going again.
            del self.requests[0]
            self._handlingRequest = False
            self.line_mode = 1
        else:
            super().requestDone(request)
        self._last_answer = self.site.reactor.seconds()
        if self._heard_end:
            self.hear_end()

    def refuse(self, status: int) -> None:
        """Give a bare answer to what is no whole request, and close."""
        if self._leaving:
            return
        fields = "".join(f"{name}: {value}\r\n" for name, value in self.site.bare).encode()
        self.transport.write(
            b"HTTP/1.1 %d %s\r\nConnection: close\r\nContent-Length: 0\r\n%s\r\n"
            % (status, _PHRASES[status], fields)
        )
        self.clearLineBuffer()
        self.loseConnection()

    def refuse_upload(self) -> None:
        """Answer a body that does not end, and close (RFC 9110, section 15.5.14)."""
        self.refuse(413)

    def struck(self, limit: str) -> None:
        """The client has exceeded *limit*: count it, note it."""
        self.site.struck(limit, address_of(self.getPeer()))

    # The end

    def connectionLost(self, reason: Failure = connectionDone) -> None:
        """The transport has gone."""
        self._stop_retiring()
        super().connectionLost(reason)

    def hear_end(self) -> None:
        """The client will send nothing more: close behind the answers to what it has sent."""
        self._heard_end = True
        if not self._handlingRequest:
            self.loseConnection()

    def announce_end(self) -> None:
        """Nothing to say between answers: :meth:`send_reply` says it."""

    def retire(self) -> None:
        """Close behind the next answer, or when the client has been silent for a while.

        Not at once: a client that asks now and then may be asking at this moment, and would find
        the connection closed in its face.
        """
        self.persistent = 0
        if not self.requests and not self._leaving:
            silent = self.site.reactor.seconds() - self._last_answer
            if silent >= SILENCE:
                self.abortTimeout = IDLE_CLOSE
                self.loseConnection()
            else:
                self._retiring = self.callLater(SILENCE - silent, self._retire_again)

    def _retire_again(self) -> None:
        self._retiring = None
        self.retire()

    def loseConnection(self) -> None:
        """Close when all is written.

        Under TLS this waits for the peer to close too, and Twisted has stopped its timers by
        then: a peer that never does would keep the connection for ever.
        """
        if self._leaving:
            return
        self._leaving = True
        self.stop_waiting()
        self._stop_retiring()
        if self._abortingCall is None:
            self._abortingCall = self.callLater(self.abortTimeout, self.forceAbortClient)
        super().loseConnection()

    def abortConnection(self) -> None:
        """Close at once, whatever has not been written."""
        self._leaving = True
        self.stop_waiting()
        self._stop_retiring()
        self.transport.abortConnection()

    def _stop_retiring(self) -> None:
        if self._retiring is not None:
            self._retiring.cancel()
            self._retiring = None
