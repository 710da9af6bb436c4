"""The graceful end of a listening socket's connections."""

from contextlib import suppress

from twisted.internet.defer import TimeoutError as DeferredTimeout
from twisted.logger import Logger

from authsrv.wire.site import WireSite

log = Logger()


async def drain(site: WireSite, seconds: float) -> None:
    """Let the requests on *site* finish, and close its connections; returns when none is open.

    Stop listening first.  For LINGER seconds requests are still accepted: on HTTP/1.1 their
    answers say ``Connection: close``, on HTTP/2 a GOAWAY has said that the end is near.  Then
    idle connections close, and those at work close behind their last answer.  What is left
    after *seconds* is cut.  0 seconds: everything at once.
    """
    site.draining = True
    if seconds > 0:
        for connection in list(site.connections):
            connection.drain()
        with suppress(DeferredTimeout):
            await site.when_quiet().addTimeout(seconds, site.reactor)
    left = list(site.connections)
    if left:
        site.counters.cut += len(left)
        log.warn("connections cut", count=len(left), why="not drained in time")
    for connection in left:
        connection.abort()
