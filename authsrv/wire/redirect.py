"""The plain-http port: it sends everybody to https, and does nothing else."""

from collections.abc import Callable
from urllib.parse import quote

from twisted.internet.interfaces import IReactorTime
from twisted.web.resource import Resource
from twisted.web.server import NOT_DONE_YET

from authsrv.core.peers import Trust
from authsrv.wire.admission import Admission
from authsrv.wire.counters import Counters
from authsrv.wire.limits import Limits
from authsrv.wire.reply import Reply
from authsrv.wire.request import Request
from authsrv.wire.site import WireSite
from authsrv.wire.turns import Turns

# RFC 3986: what may stand in a path, and, with "?" and escapes as they came, in a query.
_PATH = "/:@!$&'()*+,;=~"
_QUERY = _PATH + "?%"


def location(public_url: str, path: str, query: str) -> str:
    """The same address under *public_url*; *path* is decoded, *query* as it was sent.

    Everything that is not plainly a part of a URL is escaped, so no field can break out.
    """
    address = public_url + quote(path, safe=_PATH)
    return f"{address}?{quote(query, safe=_QUERY)}" if query else address


class Redirect(Resource):
    """301 for every method: who sends a password here must learn it, not be served.

    *keep* is False for a request that could not be read: it goes to the front page.
    """

    isLeaf = True

    def __init__(self, public_url: str, *, keep: bool) -> None:
        super().__init__()
        self._public_url = public_url
        self._keep = keep

    def render(self, request: Request) -> int:
        """Answer and close: the next request belongs on https."""
        path, query = (request.text_path, request.text_query) if self._keep else ("/", "")
        request.close_after()
        request.send(Reply(301, (("Location", location(self._public_url, path, query)),)))
        return NOT_DONE_YET


def redirect_site(
    public_url: str,
    *,
    reactor: IReactorTime,
    limits: Limits,
    trust: Trust,
    access_log: Callable[[Request], None],
    counters: Counters | None = None,
    admission: Admission | None = None,
    turns: Turns | None = None,
) -> WireSite:
    """The factory of the plain-http port: whatever host was asked for, *public_url* is given.

    No HSTS: a browser must ignore it on http (RFC 6797, section 7.2).
    """
    elsewhere = Redirect(public_url, keep=False)
    return WireSite(
        Redirect(public_url, keep=True),
        reactor=reactor,
        limits=limits,
        trust=trust,
        hosts=None,
        refuse=lambda _error: elsewhere,
        access_log=access_log,
        counters=counters,
        admission=admission,
        turns=turns,
    )
