"""HTTP/1.1 on one connection: Twisted's channel, with our limits and a way to leave (RFC 9112)."""

from collections.abc import Callable
from enum import Enum, auto
from typing import TYPE_CHECKING, Any

from twisted.internet.interfaces import IDelayedCall
from twisted.internet.protocol import connectionDone
from twisted.python.failure import Failure
from twisted.web.http import HTTPChannel, Request
from twisted.web.http_headers import Headers

from authsrv.core.errors import Malformed
from authsrv.wire.deadline import Deadline
from authsrv.wire.framing import (
    body_length,
    check_unended,
    keeps_open,
    parse_field,
    parse_request_line,
)
from authsrv.wire.limits import IDLE_CLOSE
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


class _Waiting(Enum):
    """What a connection waits for; each has its own deadline, set when it begins."""

    REQUEST = auto()
    HEAD = auto()
    BODY = auto()
    ANSWER = auto()


class Channel(HTTPChannel):
    """One connection of *site*.

    Twisted hands over one request at a time, and keeps what follows until it is answered.  The
    head is read here: Twisted's reading of it is more lenient than a server behind a proxy may
    be.  What is refused before its head has ended gets a bare answer, and the connection closes.
    Twisted's own timer, which every byte sets back, is not used.
    """

    #: Seconds that a peer may take to read the last answer and close its side.
    abortTimeout = 20
    site: "WireSite"
    timeOut: float | None  # type: ignore[assignment]  # Twisted says int and means seconds
    transport: Any
    _leaving = False
    _skipped_blank = False
    _heard_end = False

    def __init__(self, site: "WireSite") -> None:
        super().__init__()
        self.site = site
        self.factory = site
        self.requestFactory = site.requestFactory
        self.timeOut = None
        self._waiting = _Waiting.HEAD
        self._deadline = Deadline(site.reactor, self._strike)
        self._unsent = Deadline(site.reactor, self._strike_unsent)
        self.MAX_LENGTH = site.limits.head_bytes

    def callLater(self, period: float, func: Callable[[], None]) -> IDelayedCall:
        """Timers run on the site's clock."""
        return self.site.reactor.callLater(period, func)

    def connectionMade(self) -> None:
        """The first request's time runs from here."""
        super().connectionMade()
        self._deadline.set(self.site.limits.header_seconds)

    def connectionLost(self, reason: Failure = connectionDone) -> None:
        """The transport has gone."""
        self._deadline.clear()
        self._unsent.clear()
        super().connectionLost(reason)

    # Deadlines

    def pauseProducing(self) -> None:
        """The send buffer is full: the client has a time to read it."""
        super().pauseProducing()
        if not self._leaving:
            self._unsent.set(self.site.limits.write_seconds)

    def resumeProducing(self) -> None:
        """It is empty."""
        self._unsent.clear()
        super().resumeProducing()

    def _watch(self) -> None:
        """Set the deadline for what is waited for now, unless it is the same as before."""
        waiting = self._what_is_missing()
        if waiting is not self._waiting and not self._leaving:
            self._waiting = waiting
            self._restart()

    def _restart(self) -> None:
        limits = self.site.limits
        match self._waiting:
            case _Waiting.REQUEST:
                self._deadline.set(limits.idle_seconds)
            case _Waiting.HEAD:
                self._deadline.set(limits.header_seconds)
            case _Waiting.BODY:
                self._deadline.set(limits.body_seconds)
            case _Waiting.ANSWER:
                self._deadline.clear()

    def _what_is_missing(self) -> _Waiting:
        if self._handlingRequest:
            return _Waiting.ANSWER
        if not self.line_mode:
            return _Waiting.BODY
        return _Waiting.HEAD if self.requests or self._buffer else _Waiting.REQUEST

    def _strike(self) -> None:
        # Browsers open connections ahead, and would take a 408 for the answer to a later request.
        if self.requests or self._buffer:
            body = self._waiting is _Waiting.BODY
            self._struck("body_seconds" if body else "header_seconds")
            self.refuse(408)
        else:
            self.loseConnection()

    def _strike_unsent(self) -> None:
        self._struck("write_seconds")
        self.abortConnection()

    def _struck(self, limit: str) -> None:
        self.site.struck(limit, address_of(self.getPeer()))

    # Reading

    def dataReceived(self, data: bytes) -> None:
        """Bytes behind the last answer are nobody's."""
        if self._leaving:
            return
        super().dataReceived(data)
        if self.line_mode and not self._leaving:
            self._check_rest()
        if self._waiting is not _Waiting.HEAD or self.requests:
            self._watch()

    def lineReceived(self, line: bytes) -> None:
        """One line of a head, without its end."""
        if self._leaving:
            return
        self._receivedHeaderSize += len(line) + len(self.delimiter)
        if self._receivedHeaderSize > self.site.limits.head_bytes:
            self.lineLengthExceeded(line)
            return
        try:
            if self.requests:
                self._read_field(line)
            else:
                self._read_request_line(line)
        except Malformed:
            self.refuse(400)

    def lineLengthExceeded(self, line: bytes) -> None:
        """The head is over the limit.  Twisted would close without a word."""
        self._struck("head_bytes")
        self.refuse(431 if self.requests else 414)

    def checkPersistence(self, request: Request, version: bytes) -> bool:
        """Twisted's splits at spaces, and looks at the first field only."""
        return keeps_open(version, request.requestHeaders)

    def _read_request_line(self, line: bytes) -> None:
        # One empty line before a request is forgiven (RFC 9112, section 2.2).
        if not line and not self._skipped_blank:
            self._skipped_blank = True
            return
        self._command, self._path, self._version = parse_request_line(line)
        self._skipped_blank = False
        self.requests.append(self.requestFactory(self))

    def _read_field(self, line: bytes) -> None:
        if line:
            self.requests[-1].requestHeaders.addRawHeader(*parse_field(line))
        else:
            self._end_head()

    def _end_head(self) -> None:
        self.length = body_length(self._version, self.requests[-1].requestHeaders)
        if self.length is None:
            self._maybeChooseTransferDecoder(b"Transfer-Encoding", b"chunked")
        elif self.length:
            self._maybeChooseTransferDecoder(b"Content-Length", b"%d" % self.length)
        self.allHeadersReceived()
        if self.length == 0:
            self.allContentReceived()
        else:
            self.setRawMode()

    def _finishRequestBody(self, data: bytes) -> None:
        # Trailers are dropped, but their lines have the same ends for everybody.
        try:
            for line in getattr(self._transferDecoder, "_trailerHeaders", ()):
                parse_field(bytes(line))
        except Malformed:
            self.refuse(400)
        else:
            super()._finishRequestBody(data)

    def _check_rest(self) -> None:
        if self._receivedHeaderSize + len(self._buffer) > self.site.limits.head_bytes:
            self.lineLengthExceeded(self._buffer)
            return
        try:
            check_unended(self._buffer)
        except Malformed:
            self.refuse(400)

    def _respondToBadRequestAndDisconnect(self) -> None:
        self.refuse(400)

    # Answering, and the end

    def requestDone(self, request: Request) -> None:
        """Answered: read on, with what came meanwhile."""
        super().requestDone(request)
        self._watch()
        if self._heard_end:
            self.hear_end()

    def hear_end(self) -> None:
        """The client will send nothing more: close behind the answers to what it has sent."""
        self._heard_end = True
        if not self._handlingRequest:
            self.loseConnection()

    def writeHeaders(self, version: bytes, code: bytes, reason: bytes, headers: Headers) -> None:
        """Say so when this is the last answer."""
        if self.site.draining or (self._heard_end and not any(self._dataBuffer)):
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
        self._deadline.clear()
        self._unsent.clear()
        if self._abortingCall is None:
            self._abortingCall = self.callLater(self.abortTimeout, self.forceAbortClient)
        super().loseConnection()

    def abortConnection(self) -> None:
        """Close at once, whatever has not been written."""
        self._leaving = True
        self._deadline.clear()
        self._unsent.clear()
        self.transport.abortConnection()

    def refuse(self, status: int) -> None:
        """Give a bare answer to what is no whole request, and close."""
        if self._leaving:
            return
        self.transport.write(
            b"HTTP/1.1 %d %s\r\nConnection: close\r\nContent-Length: 0\r\n\r\n"
            % (status, _PHRASES[status])
        )
        self.clearLineBuffer()
        self.loseConnection()

    def refuse_upload(self) -> None:
        """Answer a body that does not end, and close (RFC 9110, section 15.5.14)."""
        self.refuse(413)

    def announce_end(self) -> None:
        """Nothing to say between answers: :meth:`writeHeaders` says it."""

    def retire(self) -> None:
        """Close now if nothing runs, else behind the answer."""
        self.persistent = 0
        if not self.requests:
            self.abortTimeout = IDLE_CLOSE
            self.loseConnection()
