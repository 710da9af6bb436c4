"""HTTP/1.1's reading half: heads, line by line, and where each request ends (RFC 9112).

Twisted's reading of a head is more lenient than a server behind a proxy may be, so it is read
here; bodies are left to Twisted.
"""

from typing import TYPE_CHECKING

from authsrv.core.errors import Malformed
from authsrv.wire.framing import (
    body_length,
    check_unended,
    keeps_open,
    parse_field,
    parse_fields,
    parse_request_line,
)
from authsrv.wire.known import Few, Head, Section
from authsrv.wire.leaving import Leaver
from authsrv.wire.request import Request

if TYPE_CHECKING:
    from authsrv.wire.site import WireSite


_LINE_END, _END = b"\r\n", b"\r\n\r\n"


class Reader(Leaver):
    """The half of a connection that reads.

    What cannot be read is refused, and so is a head as soon as it is too long, ended or not.
    """

    _skipped_blank = False

    def __init__(self, site: "WireSite") -> None:
        super().__init__(site)
        self._heads = Few[bytes, Head]()
        self._sections = Few[bytes, Section]()

    def dataReceived(self, data: bytes) -> None:
        """Bytes behind the last answer are nobody's."""
        if self._leaving:
            return
        if self.line_mode and not (self.requests or self._buffer or self._skipped_blank):
            data = self._receive_at_once(data)
        if data and not self._leaving:
            super().dataReceived(data)
            if self.line_mode and not self._leaving:
                self._check_rest()

    def _receive_at_once(self, data: bytes) -> bytes:
        """Read the head that *data* begins with, if all of it has come; what is behind it."""
        known = self._heads.get(data)
        if known is not None:
            self._receive_again(known)
            return b""
        longest = self.site.limits.head_bytes
        line, _, rest = data.partition(_LINE_END)
        section = self._sections.get(rest)
        if section is not None and line.endswith(b" HTTP/1.1") and len(data) <= longest:
            self._receive_line(line, section)
            return b""
        end = data.find(_END) + len(_END)
        if not len(_END) < end <= longest or data.startswith(b"\r"):
            return data
        self._receive_head(data[:end], rest if end == len(data) else b"")
        return data[end:]

    def _receive_head(self, whole: bytes, rest: bytes) -> None:
        """A *whole* head that has come at once.

        *rest* is all but its first line, or nothing if there is more behind it.
        """
        line, _, fields = whole[: -len(_END)].partition(_LINE_END)
        try:
            self._read_request_line(line)
            head = self.requests[-1].head
            head.section.raw_fields = parse_fields(fields)
            if self._read_framing() and rest:
                self._heads.keep(whole, len(whole), head)
                self._sections.keep(rest, len(rest), head.section)
            self._end_head()
        except Malformed:
            self.refuse(400)

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

    def _read_request_line(self, line: bytes) -> None:
        # One empty line before a request is forgiven (RFC 9112, section 2.2).
        if not line and not self._skipped_blank:
            self._skipped_blank = True
            return
        self._command, self._path, self._version = parse_request_line(line)
        self._skipped_blank = False
        self.requests.append(self.new_request(Head(self._command, self._path, Section())))

    def _read_field(self, line: bytes) -> None:
        if line:
            name, value = parse_field(line)
            self.requests[-1].head.section.raw_fields.setdefault(name, []).append(value)
        else:
            self._read_framing()
            self._end_head()

    def new_request(self, head: Head) -> Request:
        """What will answer a request with this *head*."""
        return Request(self, head)

    def _receive_line(self, line: bytes, section: Section) -> None:
        """A request with a known *section*: it has no body, and the connection stays open."""
        try:
            method, target, _ = parse_request_line(line)
        except Malformed:
            self.refuse(400)
        else:
            self._receive_again(Head(method, target, section))

    def _receive_again(self, head: Head) -> None:
        """A request with a known *head*, or a known section."""
        self._command, self._path, self._version = head.method, head.target or b"", b"HTTP/1.1"
        self.requests.append(self.new_request(head))
        self.persistent, self.length = True, 0
        self.allContentReceived()

    def _read_framing(self) -> bool:
        """Where the request ends; whether nothing follows its head, nor is expected."""
        # Not Twisted's allHeadersReceived, which looks through fields of its own.
        raw_fields = self.requests[-1].head.section.raw_fields
        self.length = body_length(self._version, raw_fields)
        self.persistent = keeps_open(self._version, raw_fields)
        return self.length == 0 and self.persistent and b"expect" not in raw_fields

    def _end_head(self) -> None:
        if self.length is None:
            self._maybeChooseTransferDecoder(b"Transfer-Encoding", b"chunked")
        elif self.length:
            self._maybeChooseTransferDecoder(b"Content-Length", b"%d" % self.length)
        expected = self.requests[-1].head.section.raw_fields.get(b"expect")
        if expected and expected[0].lower() == b"100-continue" and self._version == b"HTTP/1.1":
            self._send100Continue()
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
