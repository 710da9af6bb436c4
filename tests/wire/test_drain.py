"""The graceful end, on both protocols."""

import h2.events
from h2.errors import ErrorCodes
from twisted.internet.defer import Deferred
from twisted.logger import capturedLogs
from twisted.trial.unittest import SynchronousTestCase

from authsrv.wire.alpn import LINGER
from authsrv.wire.drain import drain
from authsrv.wire.limits import IDLE_CLOSE, SILENCE
from authsrv.wire.reply import Reply
from authsrv.wire.request import Request
from tests.wire.clients import H1, H2, House, TlsTransport


class DrainTests(SynchronousTestCase):
    """drain() loses no request, and ends."""

    def setUp(self) -> None:
        self.waiting: Deferred[Reply] = Deferred()
        self.house = House(self._drive)
        self.clock = self.house.clock

    def _drive(self, request: Request) -> None:
        async def work() -> Reply:
            return await self.waiting

        request.drive(work(), self.house.explain)

    def drain(self, seconds: float = 30) -> "Deferred[None]":
        return Deferred.fromCoroutine(drain(self.house.site, seconds))

    def test_nothing_open(self) -> None:
        """Without connections it returns at once."""
        self.successResultOf(self.drain())
        self.assertEqual(self.clock.getDelayedCalls(), [])

    def test_idle(self) -> None:
        """Idle connections close after the pause, and then it returns."""
        clients = [H1(self.house), H2(self.house)]
        drained = self.drain()
        self.clock.advance(LINGER)
        self.clock.advance(SILENCE)
        self.assertEqual([client.closed for client in clients], [True, True])
        self.assertNoResult(drained)
        for client in clients:
            client.leave()
        self.successResultOf(drained)
        self.assertEqual(self.clock.getDelayedCalls(), [])

    def test_between_two_requests(self) -> None:
        """A client that has just been answered may be asking again: it is given a moment."""
        self.waiting.callback(Reply(200))
        busy, silent = H1(self.house), H1(self.house)
        for client in (busy, silent):
            client.get()
        drained = self.drain()
        self.clock.advance(LINGER + 1)
        self.assertEqual([client.closed for client in (busy, silent)], [False, False])
        self.waiting = Deferred()
        self.waiting.callback(Reply(200, (), b"done"))
        self.assertIn(b"Connection: close\r\n", busy.get())
        self.assertTrue(busy.closed)
        self.clock.advance(SILENCE)
        self.assertTrue(silent.closed)
        for client in (busy, silent):
            client.leave()
        self.successResultOf(drained)
        self.assertEqual(self.clock.getDelayedCalls(), [])

    def test_between_two_requests_and_gone(self) -> None:
        """One that leaves instead leaves no timer."""
        self.waiting.callback(Reply(200))
        client = H1(self.house)
        client.get()
        self.drain()
        self.clock.advance(LINGER)
        client.leave()
        self.assertEqual(self.clock.getDelayedCalls(), [])

    def test_idle_and_deaf(self) -> None:
        """An idle connection whose peer does not close its side is cut a second later."""
        clients = [H1(self.house), H2(self.house)]
        self.clock.advance(SILENCE)
        self.drain()
        self.clock.advance(LINGER)
        cut = [client.transport.disconnected for client in clients]
        self.clock.advance(IDLE_CLOSE)
        self.assertEqual(cut, [False, False])
        self.assertEqual([client.transport.disconnected for client in clients], [True, True])

    def test_running_http1(self) -> None:
        """A running HTTP/1.1 request is answered, with Connection: close, and then closed."""
        client = H1(self.house)
        client.get()
        drained = self.drain()
        self.clock.advance(5)
        self.assertFalse(client.closed)
        self.waiting.callback(Reply(200, (), b"done"))
        self.assertIn(b"Connection: close\r\n", client.received())
        self.assertTrue(client.received().endswith(b"done"))
        self.assertTrue(client.closed)
        client.leave()
        self.successResultOf(drained)

    def test_on_its_way_http1(self) -> None:
        """A request that arrives in the pause, even on a new connection, is answered."""
        self.waiting.callback(Reply(200))
        old = H1(self.house)
        old.get()
        self.waiting = Deferred()
        self.drain()
        self.waiting.callback(Reply(200, (), b"done"))
        for client in (old, H1(self.house)):
            self.assertIn(b"Connection: close\r\n", client.get())
            self.assertTrue(client.closed)
            self.waiting = Deferred()
            self.waiting.callback(Reply(200, (), b"done"))

    def test_slow_upload_http1(self) -> None:
        """A request whose body is still coming when the pause ends is answered."""
        client = H1(self.house)
        client.get("/", "Content-Length: 2", method="POST")
        self.drain()
        self.clock.advance(LINGER + 1)
        self.assertFalse(client.closed)
        self.waiting.callback(Reply(200, (), b"done"))
        self.assertIn(b"done", client.send(b"ab"))
        self.assertTrue(client.closed)

    def test_running_http2(self) -> None:
        """HTTP/2: GOAWAY, running streams end whole, then the connection closes."""
        client = H2(self.house)
        stream = client.request()
        client.flush()
        drained = self.drain()
        self.clock.advance(LINGER)
        frames = _goaways(client)
        self.assertEqual(frames, [2**31 - 1, stream])
        self.assertFalse(client.closed)
        self.waiting.callback(Reply(200, (), b"done"))
        self.house.turn()
        self.assertIn(b"done", client.received())
        self.assertTrue(client.closed)
        self.assertIsNone(client.transport.producer)
        client.leave()
        self.successResultOf(drained)
        self.assertEqual(self.clock.getDelayedCalls(), [])

    def test_on_its_way_http2(self) -> None:
        """A stream that arrives in the pause is served; a later one is refused, not lost."""
        client = H2(self.house)
        self.drain()
        client.transport.clear()
        early = client.request()
        client.flush()
        self.clock.advance(LINGER)
        client.transport.clear()
        late = client.request()
        dead = client.request()
        client.conn.reset_stream(dead)
        client.flush()
        resets = [(e.stream_id, e.error_code) for e in client.of(h2.events.StreamReset)]
        self.assertEqual(resets, [(late, ErrorCodes.REFUSED_STREAM)])
        self.assertFalse(client.closed)
        self.waiting.callback(Reply(200, (), b"done"))
        client.flush()
        self.assertEqual(client.body(early), b"done")
        self.assertEqual(len(self.house.page.seen), 1)
        self.assertTrue(client.closed)

    def test_handshake_on_its_way(self) -> None:
        """A connection whose handshake ends in the pause may still send its request."""
        transport = TlsTransport(b"http/1.1")
        client = H1(self.house, transport)
        self.drain()
        self.clock.advance(0.5)
        client.protocol.handshakeCompleted()
        self.clock.advance(0.6)
        self.waiting.callback(Reply(200, (), b"done"))
        self.assertIn(b"done", client.get())
        self.assertTrue(client.closed)

    def test_deadline(self) -> None:
        """What is left at the deadline is cut."""
        clients = [H1(self.house), H2(self.house)]
        clients[0].get()
        drained = self.drain(3)
        self.clock.advance(2.9)
        self.assertNoResult(drained)
        with capturedLogs() as said:
            self.clock.advance(0.2)
        self.assertTrue(all(client.transport.disconnected for client in clients))
        self.successResultOf(drained)
        told = [(it["log_format"], it["count"], it["why"]) for it in said if "why" in it]
        self.assertEqual(told, [("connections cut", 2, "not drained in time")])
        self.assertEqual(self.house.site.counters.cut, 2)

    def test_nobody_cut(self) -> None:
        """Where nothing is left at the deadline nothing is said."""
        with capturedLogs() as said:
            self.successResultOf(self.drain(3))
        self.assertEqual((said, self.house.site.counters.cut), ([], 0))

    def test_at_once(self) -> None:
        """With no time everything is cut at once, even while an earlier drain waits."""
        client = H1(self.house)
        client.get()
        earlier = self.drain(30)
        self.successResultOf(self.drain(0))
        self.assertTrue(client.transport.disconnected)
        client.leave()
        self.waiting.callback(Reply(200))
        self.successResultOf(earlier)

    def test_work_without_client(self) -> None:
        """It waits for work whose client has left: a password change must finish."""
        client = H1(self.house)
        client.get()
        client.leave()
        drained = self.drain()
        self.clock.advance(2)
        self.assertNoResult(drained)
        self.waiting.callback(Reply(200))
        self.successResultOf(drained)

    def test_leaving_in_the_pause(self) -> None:
        """A client that leaves in the pause leaves no timer behind."""
        client = H2(self.house)
        drained = self.drain()
        client.leave()
        self.successResultOf(drained)
        self.assertEqual(self.clock.getDelayedCalls(), [])


def _goaways(client: H2) -> list[int]:
    """The last streams that the GOAWAY frames among the received bytes name."""
    data, found = client.received(), []
    while data:
        size = int.from_bytes(data[:3], "big")
        if data[3] == 7:
            found.append(int.from_bytes(data[9:13], "big"))
        data = data[9 + size :]
    return found
