"""HTTP/1.1's reading half: heads, line by line, and where each request ends (RFC 9112).

Twisted's reading of a head is more lenient than a server behind a proxy may be, so it is read
here; bodies are left to Twisted.
"""

from twisted.web.http import Request

from authsrv.core.errors import Malformed
from authsrv.wire.framing import (
    body_length,
    check_unended,
    keeps_open,
    parse_field,
    parse_request_line,
)
from authsrv.wire.leaving import Leaver


class Reader(Leaver):
    """The half of a connection that reads.

    What cannot be read is refused, and so is a head as soon as it is too long, ended or not.
    """

    _skipped_blank = False

    def dataReceived(self, data: bytes) -> None:
        """Bytes behind the last answer are nobody's."""
        if self._leaving:
            return
        super().dataReceived(data)
        if self.line_mode and not self._leaving:
            self._check_rest()

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
        self.struck("head_bytes")
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
