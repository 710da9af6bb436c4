"""The factory behind a listening socket: what its connections and requests need to know."""

from collections.abc import Callable, Iterator
from secrets import token_hex
from typing import Any

from twisted.internet.defer import Deferred
from twisted.internet.interfaces import IAddress, IReactorTime
from twisted.web import server
from twisted.web.resource import IResource

from authsrv.core.peers import Trust
from authsrv.wire.admission import Admission
from authsrv.wire.alpn import ByAlpn
from authsrv.wire.counters import Counters
from authsrv.wire.limits import Limits
from authsrv.wire.request import Request, address_of
from authsrv.wire.strikes import Strikes
from authsrv.wire.target import without_port
from authsrv.wire.turns import Turns


def _random_ids() -> Iterator[str]:
    """Sixteen hexadecimal digits each; the kernel is asked for many at once."""
    while True:
        digits = token_hex(8 * 64)
        for at in range(0, len(digits), 16):
            yield digits[at : at + 16]


_random_id = _random_ids().__next__


def _by_default_port(hosts: frozenset[str]) -> dict[int, frozenset[str]]:
    return {port: frozenset(without_port(host, port) for host in hosts) for port in (80, 443)}


def _pages(path: str, resource: Any) -> Iterator[tuple[str, IResource]]:
    """All that lies below *resource* by a name of its own."""
    for name, child in getattr(resource, "children", {}).items():
        below = f"{path}/{name.decode()}"
        yield below, child
        if not child.isLeaf:
            yield from _pages(below, child)


class WireSite(server.Site):
    """Serves *resource* on HTTP/1.1, and on HTTP/2 where ALPN chooses it.

    *hosts* are the hosts we answer to, written as in an origin ("host" or "host:port"), or None
    for every host that can be read: a proxy on this machine passes its own.  *refuse* gives the
    page that says an error.  *access_log* is called once for each request that was answered, or
    left by its client.  *counters* and *admission* are shared by the sites of one worker; without
    *admission* everybody is let in.  *bare* are the fields of an answer that no page has made.
    *turns* too are shared by all of a worker.
    """

    displayTracebacks = False
    #: Set by :func:`authsrv.wire.drain.drain`: no answer keeps its connection any more.
    draining = False

    def __init__(
        self,
        resource: IResource,
        *,
        reactor: IReactorTime,
        limits: Limits,
        trust: Trust,
        hosts: frozenset[str] | None,
        refuse: Callable[[Exception], IResource],
        access_log: Callable[[Request], None],
        counters: Counters | None = None,
        admission: Admission | None = None,
        new_id: Callable[[], str] = _random_id,
        bare: tuple[tuple[str, str], ...] = (),
        turns: Turns | None = None,
    ) -> None:
        super().__init__(
            resource, requestFactory=Request, parsePOSTFormSubmission=False, reactor=reactor
        )
        self.limits = limits
        self.trust = trust
        self.refuse = refuse
        self.new_id = new_id
        self.bare = bare
        self.counters = Counters() if counters is None else counters
        self.connections: set[ByAlpn] = set()
        #: Requests whose work has not ended, their clients there or not.
        self.running = 0
        self.turns = Turns(reactor) if turns is None else turns
        self._pages = dict(_pages("", resource))
        self._access_log = access_log
        self._admission = admission
        self._waiting: list[Deferred[None]] = []
        self._strikes = Strikes(reactor.seconds, self.counters)
        self._hosts = None if hosts is None else _by_default_port(hosts)

    def page_at(self, request: Request) -> IResource:
        """What answers *request*: found in one step where its path stands in the URL table."""
        page = self._pages.get(request.text_path)
        if page is not None:
            return page
        request.prepath = []
        request.postpath = [part.encode() for part in request.text_path[1:].split("/")]
        found: IResource = self.getResourceFor(request)
        return found

    def serves(self, host: str, *, secure: bool) -> bool:
        """Whether *host* (lower case) is one of ours, with or without the default port."""
        port = 443 if secure else 80
        return self._hosts is None or without_port(host, port) in self._hosts[port]

    def when_quiet(self) -> Deferred[None]:
        """Fires when no connection is open and no work runs."""
        quiet: Deferred[None] = Deferred(self._waiting.remove)
        self._waiting.append(quiet)
        self._check_quiet()
        return quiet

    # What connections and requests report

    def opened(self, connection: ByAlpn) -> None:
        """A connection was accepted."""
        self.connections.add(connection)
        self.counters.connections += 1

    def closed(self, connection: ByAlpn) -> None:
        """A connection is no more."""
        self.connections.discard(connection)
        self.counters.connections -= 1
        if self._admission is not None:
            self._admission.leave(connection.address)
        self._check_quiet()

    def struck(self, limit: str, address: str) -> None:
        """A client at *address* has exceeded *limit*, and been refused for it."""
        self._strikes.note(limit, address)

    def work_began(self) -> None:
        """A coroutine works on a request."""
        self.running += 1
        self.counters.running += 1

    def work_ended(self) -> None:
        """It has ended."""
        self.running -= 1
        self.counters.running -= 1
        self._check_quiet()

    def _check_quiet(self) -> None:
        if self.connections or self.running:
            return
        waiting, self._waiting = self._waiting, []
        for quiet in waiting:
            quiet.callback(None)

    # What Twisted calls

    def buildProtocol(self, addr: IAddress | None) -> Any:
        """A connection, or None: then Twisted closes it before it has cost a handshake.

        Twisted's own would choose the protocol from module globals.
        """
        address = "" if addr is None else address_of(addr)
        if self._admission is not None:
            exceeded = self._admission.enter(address)
            if exceeded is not None:
                self.struck(exceeded, address)
                return None
        return ByAlpn(self, address)

    def log(self, request: Any) -> None:
        """A request is over: count it, note it, once."""
        if request.logged:
            return
        request.logged = True
        request.seconds = self.reactor.seconds() - request.began_at
        self.counters.answered(request.protocol_name, request.code, request.seconds)
        self._access_log(request)

    def startFactory(self) -> None:
        """No log file, and no timer each second for its date."""

    def stopFactory(self) -> None:
        """Nothing was started."""
