"""Driven coroutines: answers, deadlines, cancellation."""

import asyncio
from collections.abc import Awaitable, Callable

from twisted.internet.defer import CancelledError, Deferred
from twisted.trial.unittest import SynchronousTestCase

from authsrv.core.errors import StoreUnavailable
from authsrv.wire.limits import Limits
from authsrv.wire.reply import Reply
from authsrv.wire.request import Request
from tests.wire.clients import H1, H2, House


class WorkTests(SynchronousTestCase):
    """drive() answers exactly once."""

    def setUp(self) -> None:
        self.waiting: Deferred[Reply] = Deferred()
        self.work: Callable[[], Awaitable[Reply]] = lambda: self.waiting
        self.explain: Callable[[Exception], Reply] | None = None
        self.house = House(self._drive, limits=Limits(handler_seconds=15))
        self.client = H1(self.house)

    def _drive(self, request: Request) -> None:
        async def run() -> Reply:
            return await self.work()

        request.drive(run(), self.explain or self.house.explain)

    def _get(self) -> bytes:
        return self.client.get()

    def test_reply(self) -> None:
        """What the coroutine returns is the answer, when it returns."""
        self.assertEqual(self._get(), b"")
        self.assertEqual(self.house.site.running, 1)
        self.waiting.callback(Reply(201, (), b"made"))
        self.assertIn(b"HTTP/1.1 201 Created\r\n", self.client.received())
        self.assertTrue(self.client.received().endswith(b"\r\n\r\nmade"))
        self.assertEqual(self.house.site.running, 0)
        times = [call.getTime() for call in self.house.clock.getDelayedCalls()]
        self.assertNotIn(15.0, times)

    def test_exception(self) -> None:
        """An exception is explained."""
        self._get()
        self.waiting.errback(StoreUnavailable("away"))
        self.assertIn(b"503", self.client.received())
        self.assertIn(b"StoreUnavailable", self.client.received())

    def test_explain_fails(self) -> None:
        """When the explanation fails too, there is a bare 500, and the log has the failure."""

        def explain(error: Exception) -> Reply:
            raise KeyError("template")

        self.explain = explain
        self._get()
        self.waiting.errback(StoreUnavailable("away"))
        self.assertIn(b"HTTP/1.1 500 ", self.client.received())
        self.assertIn(b"Content-Length: 0\r\n", self.client.received())
        self.assertEqual(len(self.flushLoggedErrors(KeyError)), 1)

    def test_not_a_reply(self) -> None:
        """A coroutine that returns something else is answered with 500, not with silence."""
        self._get()
        self.waiting.callback(None)  # type: ignore[arg-type]
        self.assertIn(b"HTTP/1.1 500 ", self.client.received())
        self.assertEqual(len(self.flushLoggedErrors(AttributeError)), 1)

    def test_deadline(self) -> None:
        """At its deadline the work is cancelled and the client told that it was too slow."""
        cancelled: list[bool] = []
        self.waiting = Deferred(lambda _: cancelled.append(True))
        self._get()
        self.house.clock.advance(14.9)
        self.assertEqual((self.client.received(), cancelled), (b"", []))
        self.house.clock.advance(0.2)
        self.assertIn(b"TooSlow", self.client.received())
        self.assertEqual(cancelled, [True])
        self.assertEqual(self.house.site.counters.limits, {"handler_seconds": 1})
        self.assertEqual(self.house.site.running, 0)
        self.assertEqual(self.flushLoggedErrors(), [])

    def test_deadline_ignored(self) -> None:
        """Work that holds the cancellation up is answered for all the same, and only once."""
        stubborn: Deferred[None] = Deferred()

        async def work() -> Reply:
            try:
                return await self.waiting
            except CancelledError:
                await stubborn
                return Reply(200, (), b"late")

        self.work = work
        self._get()
        self.house.clock.advance(16)
        self.assertIn(b"TooSlow", self.client.received())
        self.assertEqual(self.house.site.running, 1)
        stubborn.callback(None)
        self.assertNotIn(b"late", self.client.received())
        self.assertEqual(self.house.site.running, 0)

    def test_failure_after_deadline(self) -> None:
        """What goes wrong behind the deadline is logged, for nobody else will hear of it."""

        async def work() -> Reply:
            try:
                return await self.waiting
            except CancelledError:
                raise ZeroDivisionError from None

        self.work = work
        self._get()
        self.house.clock.advance(16)
        self.assertIn(b"TooSlow", self.client.received())
        self.assertEqual(len(self.flushLoggedErrors(ZeroDivisionError)), 1)

    def test_cancelled_by_somebody_else(self) -> None:
        """A cancellation that is not ours, Twisted's or asyncio's, is something broken."""
        for error in (CancelledError(), asyncio.CancelledError()):
            self.setUp()
            self._get()
            self.waiting.errback(error)
            self.assertIn(b"503", self.client.received())
            self.assertIn(b"Broken", self.client.received())

    def test_client_gone(self) -> None:
        """Work goes on when its client leaves, and its end is not sent anywhere."""
        self._get()
        self.client.leave()
        self.assertEqual(self.house.site.running, 1)
        self.house.clock.advance(1)
        self.assertFalse(self.waiting.called)
        self.waiting.callback(Reply(200))
        self.assertEqual(self.house.site.running, 0)
        self.assertEqual(self.client.received(), b"")
        self.assertEqual(self.house.logged, [("/", 499)])
        self.assertEqual(self.flushLoggedErrors(), [])

    def test_gone_work_has_a_deadline_too(self) -> None:
        """Work without a client is cancelled at its deadline like any other."""
        self._get()
        self.client.leave()
        self.house.clock.advance(16)
        self.assertEqual(self.house.site.running, 0)
        self.assertEqual(self.client.received(), b"")

    def test_failure_without_client(self) -> None:
        """A bug in work whose client has left reaches the log; a refusal does not."""
        for error, logged in ((ZeroDivisionError(), 1), (StoreUnavailable("x"), 0)):
            self.setUp()
            self._get()
            self.client.leave()
            self.waiting.errback(error)
            self.assertEqual(len(self.flushLoggedErrors()), logged)

    def test_http2_reset_while_working(self) -> None:
        """On HTTP/2 a reset stream's work finishes, and the connection serves on."""
        client = H2(self.house)
        stream = client.request()
        client.flush()
        client.conn.reset_stream(stream)
        client.flush()
        self.waiting.callback(Reply(200, (), b"for nobody"))
        self.waiting = Deferred()
        second = client.request()
        client.flush()
        self.waiting.callback(Reply(200, (), b"hello"))
        client.flush()
        self.assertEqual(client.body(second), b"hello")
        self.assertIsNone(client.status(stream))
