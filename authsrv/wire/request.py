"""The one class between Twisted and the pages."""

from collections.abc import Callable, Coroutine
from functools import cached_property, partial
from time import time
from typing import TYPE_CHECKING, Any

from twisted.internet.address import UNIXAddress
from twisted.python.failure import Failure
from twisted.web import http, server
from twisted.web._http2 import H2Stream
from twisted.web.http_headers import Headers
from twisted.web.resource import IResource

from authsrv.core import peers
from authsrv.core.errors import AuthsrvError, HeadTooLarge, Malformed, TooLarge
from authsrv.wire import lines
from authsrv.wire.checking import check_head
from authsrv.wire.known import Head
from authsrv.wire.reply import Reply
from authsrv.wire.work import Work

if TYPE_CHECKING:
    from authsrv.wire.site import WireSite

#: A body over the limit is read to its end and dropped, so that the client reads its 413; but
#: no further than this many bytes: then it is cut off (see :meth:`Request.handleContentChunk`).
LONGEST_SWALLOW = 1 << 20
#: nginx's word for "the client left before the answer"; for the log and the counters only.
CLIENT_LEFT = 499
_BODILESS = frozenset({204, 304})
_NAMES = {b"HTTP/1.0": "HTTP/1.0", b"HTTP/1.1": "HTTP/1.1", b"HTTP/2": "HTTP/2"}


def address_of(peer: Any) -> str:
    """Where *peer*, the other end of a connection, is: an IP address, or "unix"."""
    return peers.UNIX if isinstance(peer, UNIXAddress) else str(peer.host)


class Request(server.Request):
    """A request whose head has been checked and whose body is whole, when a page sees it.

    Twisted calls :meth:`process` when the body has ended, on both protocols; the page runs one
    reactor turn later, and not at all if the client has gone: on HTTP/2 a reset may stand right
    behind the request in the same read, and an answer given in between ends the connection.
    """

    defaultContentType = None
    site: "WireSite"
    channel: Any
    # Bodies stay in memory, in _body: they are small, and whole before anybody looks.
    content = None

    #: The address it comes from (see core.peers), or "unix".
    client: str
    verb = ""
    #: Decoded once, begins with a slash; before the checks, and in a refusal, as it was sent.
    text_path = ""
    text_query = ""
    body = b""
    #: "HTTP/1.0", "HTTP/1.1" or "HTTP/2".
    protocol_name = ""
    #: From the request's last byte to its end, once that has come.
    seconds = 0.0
    #: Who is signed in, for the access log; set by the pages.
    account_id: str | None = None
    #: Whether a coroutine is being driven: the idle timer leaves its connection alone.
    working = False
    #: Whether the access log has it.
    logged = False
    _body: bytearray | None = None
    _received = 0
    _begun = False

    def __init__(self, channel: Any, head: Head) -> None:
        # Not Twisted's: it asks the socket for its addresses, each time.
        self.channel = channel
        self.transport = channel.transport
        self.site = channel.site
        self.queued = False
        self.notifications = []
        self.cookies = []
        self.received_cookies = {}
        self.head = head
        self.args = {}
        self.id = self.site.new_id()
        self.client = channel.peer_address
        self.began_at = self.site.reactor.seconds()

    @cached_property
    def requestHeaders(self) -> Headers:  # type: ignore[override]  # Twisted makes one always
        """For whoever reads them as Twisted's."""
        return Headers(dict(self.head.section.raw_fields))

    @cached_property
    def responseHeaders(self) -> Headers:  # type: ignore[override]  # Twisted makes one always
        """For what is written piece by piece, as nothing here is."""
        return Headers()

    # What pages use

    @property
    def gone(self) -> bool:
        """Whether nobody waits for an answer: the client has left, or was answered."""
        return bool(self._disconnected or self.finished)

    def header_values(self, name: str) -> list[str]:
        """All values of the field *name* in order; bytes above 127 as Latin-1 (RFC 9110, 5.5)."""
        return self.head.section.header_values(name)

    def header(self, name: str) -> str | None:
        """The value of the field *name*, or None.  Malformed if it occurs twice."""
        return self.head.section.header(name)

    def drive(
        self, work: Coroutine[Any, Any, Reply], explain: Callable[[Exception], Reply]
    ) -> None:
        """Run *work* and answer with its Reply, or with what *explain* makes of its exception."""
        Work(self, explain).run(work)

    def send(self, reply: Reply) -> None:
        """Answer with *reply*, if the client is still there.

        Raises ValueError, and sends nothing, for a header field that would break out.
        """
        if self.gone:
            return
        if not 200 <= reply.status <= 599:
            raise ValueError(f"{reply.status} is no final status")
        date, fields, length = lines.date(int(time())), lines.fields(reply.headers), None
        body = reply.body
        if reply.status in _BODILESS:
            body = b""
        else:
            length = lines.length(len(body))
        if self.method == b"HEAD":
            body = b""
        self.code, self.sentLength, self.startedWriting = reply.status, len(body), 1
        # First: whoever has an answer finds its line in the log.
        self.site.log(self)
        head = lines.ReplyHead(reply.status, date, fields, length)
        self.channel.send_reply(self.clientproto, head, body)
        self.finish()

    def answer(self, reply: Reply) -> None:
        """:meth:`send`, but whatever is wrong with *reply*, the client gets an answer."""
        try:
            self.send(reply)
        except Exception:
            self._log.failure("answer could not be sent", id=self.id)
            self._give_up()

    def close_after(self) -> None:
        """Close an HTTP/1 connection when this request is answered."""
        if isinstance(self.channel, http.HTTPChannel):
            self.channel.persistent = 0

    # What Twisted calls

    def gotLength(self, length: int | None) -> None:
        """Twisted would choose a file for the body."""

    def handleContentChunk(self, data: bytes) -> None:
        """Keep what fits, count the rest; beyond LONGEST_SWALLOW cut the upload off.

        The cut is a bare 413: on HTTP/1 the connection closes behind it, whatever Content-Length
        had promised, on HTTP/2 only the stream ends.
        """
        before, self._received = self._received, self._received + len(data)
        if self._received <= self.site.limits.body_bytes:
            if self._body is None:
                self._body = bytearray()
            self._body += data
        elif before <= LONGEST_SWALLOW < self._received:
            self._cut_off()

    def requestReceived(self, command: bytes, path: bytes | None, version: bytes) -> None:
        """Not Twisted's: the query is not parsed here, nor the body ever.

        *path* is None for CONNECT on HTTP/2.
        """
        self.method, self.uri, self.clientproto = command, path or b"", version
        self.protocol_name = _NAMES[version]
        if self.head.checked is None:
            self.path, _, _ = self.uri.partition(b"?")
            self.verb = command.decode("latin-1")
            self.text_path = self.path.decode("latin-1")
        else:
            self._know(self.head.checked)
        self.process()

    def parseCookies(self) -> None:
        """Whoever wants one reads it from its field."""

    def process(self) -> None:
        """The body has ended: look at it in the next turn, unless it was cut off."""
        self.began_at = self.site.reactor.seconds()
        if self._received <= LONGEST_SWALLOW:
            self.site.turns.begin(self._begin)

    def finish(self) -> None:
        """The answer is whole: the channel goes on."""
        self.finished = 1
        self.channel.requestDone(self)
        del self.channel

    def connectionLost(self, reason: Failure) -> None:
        """The client has left.  The work goes on; the access log notes an answer nobody got."""
        super().connectionLost(reason)
        if self._begun and not self.finished:
            self.code = CLIENT_LEFT
            self.site.log(self)

    def _begin(self) -> None:
        if self.gone:
            return
        self._begun = True
        try:
            self.render(self._resource())
        except Exception:
            self._log.failure("page failed", id=self.id)
            self._give_up()

    def _resource(self) -> IResource:
        try:
            self._check()
        except AuthsrvError as error:
            if isinstance(error, HeadTooLarge | TooLarge):
                self.site.struck(error.limit, self.client)
            # Whoever breaks the format may also disagree on where the next request begins, and
            # behind CONNECT there may be what was meant for the tunnel (RFC 9931, section 8).
            if isinstance(error, Malformed | HeadTooLarge | TooLarge) or self.method == b"CONNECT":
                self.close_after()
            return self.site.refuse(error)
        return self.site.page_at(self)

    def _check(self) -> None:
        if self.head.checked is None:
            self._check_head()
        if self._received > self.site.limits.body_bytes:
            raise TooLarge("body_bytes", self.site.limits.body_bytes)
        if self._body is not None:
            self.body = bytes(self._body)

    def _check_head(self) -> None:
        section = self.head.section
        if section.client is None:
            hops = section.header_values("x-forwarded-for")
            section.client = peers.client_address(self.client, hops, self.site.trust)
        self.client = section.client
        serves = partial(self.site.serves, secure=self.isSecure())
        self.head.checked = check_head(
            self.head, self.site.limits.head_fields, serves, http2=self.clientproto == b"HTTP/2"
        )
        self._know(self.head.checked)

    def _know(self, checked: tuple[str, str, str]) -> None:
        """The head is good."""
        self.client = self.head.section.client or self.client
        self.verb, self.text_path, self.text_query = checked

    def _cut_off(self) -> None:
        self.site.struck("body_bytes", self.client)
        if isinstance(self.channel, H2Stream):
            self.channel._conn.refuse_upload(self.channel.streamID)
        else:
            self.channel.refuse_upload()

    def _give_up(self) -> None:
        if self.gone:
            return
        if self.startedWriting:
            # Half an answer is out: cutting it is the only way to say that it is not whole.
            self.channel.abortConnection()
            return
        self.send(Reply(500, self.site.bare))
