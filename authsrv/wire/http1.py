"""HTTP/1.1 on one connection: Twisted's channel, with our limits and a way to leave (RFC 9112)."""

from typing import TYPE_CHECKING

from twisted.internet.protocol import connectionDone
from twisted.python.failure import Failure
from twisted.web.http import Request

from authsrv.wire.deadline import Deadline
from authsrv.wire.reading import Reader
from authsrv.wire.waiting import Awaited, Waiting

if TYPE_CHECKING:
    from authsrv.wire.site import WireSite


class Channel(Reader):
    """One connection of *site*.

    Twisted hands over one request at a time, and keeps what follows until it is answered.  Its
    own timer, which every byte sets back, is not used.
    """

    timeOut: float | None  # type: ignore[assignment]  # Twisted says int and means seconds

    def __init__(self, site: "WireSite") -> None:
        super().__init__(site)
        self.requestFactory = site.requestFactory
        self.timeOut = None
        self.MAX_LENGTH = site.limits.head_bytes
        self._waiting = Waiting(site.reactor, site.limits, self._strike)
        self._unsent = Deadline(site.reactor, self._strike_unsent)

    def connectionMade(self) -> None:
        """The first request's time runs from here."""
        super().connectionMade()
        self._waiting.begin()

    def connectionLost(self, reason: Failure = connectionDone) -> None:
        """The transport has gone."""
        self.stop_waiting()
        super().connectionLost(reason)

    def dataReceived(self, data: bytes) -> None:
        """Bytes of the client, which may end what was awaited."""
        super().dataReceived(data)
        if self._waiting.awaited is not Awaited.HEAD or self.requests:
            self._watch()

    def requestDone(self, request: Request) -> None:
        """Answered: wait for the next."""
        super().requestDone(request)
        self._watch()

    def pauseProducing(self) -> None:
        """The send buffer is full: the client has a time to read it."""
        super().pauseProducing()
        if not self._leaving:
            self._unsent.set(self.site.limits.write_seconds)

    def resumeProducing(self) -> None:
        """It is empty."""
        self._unsent.clear()
        super().resumeProducing()

    def stop_waiting(self) -> None:
        """The client owes us nothing any more."""
        self._waiting.stop()
        self._unsent.end()

    def _watch(self) -> None:
        if not self._leaving:
            self._waiting.wait_for(self._what_is_missing())

    def _what_is_missing(self) -> Awaited:
        if self._handlingRequest:
            return Awaited.ANSWER
        if not self.line_mode:
            return Awaited.BODY
        return Awaited.HEAD if self.requests or self._buffer else Awaited.REQUEST

    def _strike(self) -> None:
        # Browsers open connections ahead, and would take a 408 for the answer to a later request.
        if self.requests or self._buffer:
            body = self._waiting.awaited is Awaited.BODY
            self.struck("body_seconds" if body else "header_seconds")
            self.refuse(408)
        else:
            self.loseConnection()

    def _strike_unsent(self) -> None:
        self.struck("write_seconds")
        self.abortConnection()
