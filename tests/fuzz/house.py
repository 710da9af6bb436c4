"""A site in memory that tells when something in it breaks."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from twisted.internet.task import deferLater
from twisted.logger import LogEvent, LogLevel, globalLogPublisher

from authsrv.wire.reply import Reply
from authsrv.wire.request import Request
from tests.flows.samples import keep_in
from tests.wire.clients import House

#: Seconds: longer than any limit.
_LONG = 1000.0


@contextmanager
def unharmed() -> Iterator[None]:
    """Nothing may be logged as our fault meanwhile."""
    events: list[LogEvent] = []
    observer = keep_in(events)
    globalLogPublisher.addObserver(observer)
    try:
        yield
    finally:
        globalLogPublisher.removeObserver(observer)
    for event in events:
        if event["log_level"] >= LogLevel.error:
            failure = event.get("log_failure")
            raise AssertionError(failure.getTraceback() if failure else str(event))


class EchoHouse(House):
    """Says what it was asked; a POST is thought about for a turn."""

    def __init__(self, **settings: Any) -> None:
        super().__init__(self.handle, **settings)
        #: What arrived: method, path, query, body.
        self.asked: list[tuple[str, str, str, bytes]] = []

    def handle(self, request: Request) -> None:
        """Answer *request*."""
        self.asked.append((request.verb, request.text_path, request.text_query, request.body))
        if request.verb == "POST":
            request.drive(self._think(request), self.explain)
        else:
            request.send(self._echo(request))

    async def _think(self, request: Request) -> Reply:
        await deferLater(self.clock, 0, lambda: None)
        return self._echo(request)

    def _echo(self, request: Request) -> Reply:
        return Reply(200, (), repr(self.asked[-1]).encode() * 3)

    def close(self) -> None:
        """The client has left: after a while nothing is left of it."""
        for _ in range(8):
            self.clock.advance(_LONG)
        assert not self.site.connections
        assert self.site.running == 0
        assert not self.clock.getDelayedCalls()
