"""Twisted's own test cases of HTTP/2, made to ask our connection.

Nothing of theirs is copied: each of their classes is run with one of ours in front of it.  What is
patched, while a test runs, is what Twisted's tests name, never a name of authsrv.
"""

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import ModuleType
from typing import Any, ClassVar

from hyperframe.frame import DataFrame, Frame
from twisted.internet import _producer_helpers, task
from twisted.internet.defer import Deferred
from twisted.internet.interfaces import IProducer
from twisted.internet.task import Clock, Cooperator
from twisted.internet.testing import StringTransport
from twisted.python.failure import Failure
from twisted.trial.unittest import TestCase
from twisted.web._http2 import H2Stream
from twisted.web.resource import Resource

from authsrv.core.peers import Trust
from authsrv.wire.http2 import Connection
from authsrv.wire.known import Head
from authsrv.wire.limits import Limits
from authsrv.wire.site import WireSite
from tests.wire.clients import Refusals


@contextmanager
def _standing_in(*names: str) -> Iterator[None]:
    """Let the modules *names*, unless they are here already, be imported without being there."""
    absent = [name for name in names if name not in sys.modules]
    sys.modules.update({name: ModuleType(name) for name in absent})
    try:
        yield
    finally:
        for name in absent:
            del sys.modules[name]


# What is asked here uses neither: httpx is for the one test with a socket, hamcrest for HTTP/1.
with _standing_in("httpx", "hamcrest"):
    from twisted.web.test import test_http2 as test_http2  # the other file's way to it
    from twisted.web.test.test_http import DummyHTTPHandler

_frames_of = test_http2.framesFromBytes


class Ours(Connection):
    """Made and read as Twisted's tests make and read a H2Connection."""

    #: Of those that are made without a reactor; each test has its own.
    clock: ClassVar = Clock()
    # Their names for our numbers.
    _resetTokenBurst = Limits().reset_burst
    _resetTokenRate = Limits().resets_per_second

    def __init__(self, reactor: Any = None) -> None:
        super().__init__(
            WireSite(
                Resource(),
                reactor=self.clock if reactor is None else reactor,
                # Their idle time.
                limits=Limits(idle_seconds=100),
                trust=Trust(),
                hosts=None,
                refuse=Refusals(),
                access_log=lambda request: None,
            )
        )
        # Their requests are none of ours, so no access log can read them.
        self.factory = None
        # Their clients begin without SETTINGS, which ours are not let.
        self._frames._begun = True

    def new_stream(self, number: int, head: Head) -> H2Stream:
        """Their requests want Twisted's, which is given the fields as they were sent."""
        fields = [
            (b":authority" if name == b"host" else name, value)
            for name, values in head.section.raw_fields.items()
            for value in values
        ]
        fields += [(b":method", head.method), (b":path", head.target or b"")]
        self._streamCleanupCallbacks[number] = Deferred()
        return H2Stream(number, self, fields, self.requestFactory, self.site, self.factory)

    def writeHeaders(
        self,
        version: bytes,
        code: bytes,
        reason: bytes,
        headers: list[tuple[bytes, bytes]],
        streamID: int,
    ) -> None:
        """Their requests begin an answer before they have its body."""
        head = [(name.lower(), value) for name, value in headers]
        if streamID in self.streams:
            self.conn.answer(streamID, [(b":status", code), *head], ends=False)

    def send_later(self, send: Callable[[], None]) -> None:
        """In the next turn of the reactor, for their requests have no turn of their own."""
        self._reactor.callLater(0, send)

    def _requestDone(self, stream_id: int) -> None:
        super()._requestDone(stream_id)
        self._streamCleanupCallbacks.pop(stream_id).callback(stream_id)

    def setTimeout(self, period: float | None) -> None:
        """Twisted's own timer, which their tests set, is not used."""


class _Transport(StringTransport):
    """Ours has registered itself when their tests do it, which for Twisted's its maker does."""

    def registerProducer(self, producer: IProducer, streaming: bool) -> None:
        if producer is not self.producer:
            super().registerProducer(producer, streaming)


class _Punctual(Clock):
    """Runs what is due before its time goes on, as a reactor does."""

    def advance(self, amount: float) -> None:
        super().advance(0)
        super().advance(amount)


def _frames_as_twisted_ends_them(data: bytes) -> list[Frame]:
    """The frames in *data*; an end that stands on the last of them is one of its own.

    Ours spares that frame.  Twisted's bare 400 is the one head that ends its stream there, too.
    """
    frames: list[Frame] = []
    for frame in _frames_of(data):
        frames.append(frame)
        if "END_STREAM" in frame.flags and frame.data not in (b"", [(b":status", b"400")]):
            frame.flags.discard("END_STREAM")
            frames.append(DataFrame(frame.stream_id, flags=["END_STREAM"]))
    return frames


class AsksOurs(TestCase):
    """Stands in front of one of their classes."""

    #: Of each test that cannot pass: what its failure must say.
    fails: ClassVar[dict[str, str]] = {}

    def setUp(self) -> None:
        super().setUp()
        self.clock = _Punctual()
        self.patch(task, "Clock", _Punctual)
        self.patch(Ours, "clock", self.clock)
        # Their tests find these in their module: no argument could bring them in.
        self.patch(test_http2, "H2Connection", Ours)
        self.patch(test_http2, "StringTransport", _Transport)
        self.patch(test_http2, "framesFromBytes", _frames_as_twisted_ends_them)
        self.patch(test_http2, "reactor", self.clock)
        turns = Cooperator(scheduler=lambda step: self.clock.callLater(0.001, step))
        self.patch(_producer_helpers, "cooperate", turns.cooperate)
        for kind in (DummyHTTPHandler, test_http2.ChunkedHTTPHandler):
            self.patch(kind, "process", self._a_turn_later(kind.process))
        name = self._testMethodName
        run = self._run_expecting if name in self.fails else self._run_now
        method = getattr(self, name)
        setattr(self, name, lambda: run(method))

    def _a_turn_later(self, process: Callable[[Any], None]) -> Callable[[Any], None]:
        """Answer as our own requests do: in the next turn, and no client that has gone."""

        def answer(request: Any) -> None:
            if not request._disconnected:
                process(request)

        return lambda request: request.channel._conn._reactor.callLater(0, answer, request)

    def _run_now(self, method: Callable[[], Any]) -> None:
        """Run *method* to its end on the clock."""
        result = method()
        if not isinstance(result, Deferred):
            return
        results: list[Any] = []
        result.addBoth(results.append)
        for _ in range(100):
            self.clock.advance(0.01)
        self.assertEqual(len(results), 1, "the test has not ended")
        # A DeferredList says in pairs what has failed.
        pairs = results[0] if isinstance(results[0], list) else [(True, results[0])]
        for value in (pair[1] for pair in pairs if isinstance(pair, tuple)):
            if isinstance(value, Failure):
                value.raiseException()

    def _run_expecting(self, method: Callable[[], Any]) -> None:
        said = self.fails[self._testMethodName]
        try:
            self._run_now(method)
        except Exception as error:
            self.assertIn(said, str(error))
        else:
            self.fail("passes after all: take it off the list")

    def assertAllStreamsBlocked(self, connection: Ours) -> None:
        """Theirs asks a tree of priorities, ours is a line."""
        self.assertFalse(connection._line)
