"""How answers leave on HTTP/2: in turn, in one piece, and only as fast as the client allows."""

from typing import Any

import h2.events
from h2.settings import SettingCodes
from hyperframe.frame import DataFrame, HeadersFrame
from twisted.trial.unittest import SynchronousTestCase

from authsrv.wire.limits import Limits
from authsrv.wire.reply import Reply
from tests.wire.clients import H2, House, frames_in


def _producer(client: H2) -> Any:
    return client.transport.producer


def _pages_of(size: int) -> House:
    return House(lambda r: r.send(Reply(200, (), b"x" * size)))


WRITE_STALL = Limits().write_seconds


class _Writes:
    """Counts what *client*'s server writes."""

    def __init__(self, client: H2) -> None:
        self.pieces: list[bytes] = []
        self._write = client.transport.write
        client.transport.write = self.write  # type: ignore[method-assign]

    def write(self, data: bytes) -> None:
        self.pieces.append(data)
        self._write(data)


class InOnePieceTests(SynchronousTestCase):
    """What is caused together is written together."""

    def test_small_answer(self) -> None:
        """An answer is one write: HEADERS, and DATA that ends the stream."""
        client = H2(House())
        client.request()
        writes = _Writes(client)
        client.flush()
        self.assertEqual(len(writes.pieces), 1)
        head, body = frames_in(writes.pieces[0])
        self.assertIsInstance(head, HeadersFrame)
        self.assertIsInstance(body, DataFrame)
        self.assertIn("END_STREAM", body.flags)

    def test_empty_answer(self) -> None:
        """An answer without a body ends with its head."""
        client = H2(House(lambda r: r.send(Reply(204))))
        stream = client.request()
        writes = _Writes(client)
        client.flush()
        (head,) = frames_in(b"".join(writes.pieces))
        self.assertIn("END_STREAM", head.flags)
        self.assertTrue(client.ended(stream))

    def test_many_answers(self) -> None:
        """Answers of one reactor turn are one write."""
        client = H2(House())
        streams = [client.request() for _ in range(20)]
        writes = _Writes(client)
        client.flush()
        self.assertEqual(len(writes.pieces), 1)
        self.assertEqual([client.body(stream) for stream in streams], [b"hello"] * 20)

    def test_replies_to_one_read(self) -> None:
        """What h2 itself says to the frames of one read is one write."""
        client = H2(House())
        for n in range(10):
            client.conn.ping(b"%08d" % n)
        writes = _Writes(client)
        client.flush()
        self.assertEqual(len(writes.pieces), 1)
        self.assertEqual(len(client.of(h2.events.PingAckReceived)), 10)

    def test_in_turn(self) -> None:
        """Long answers take turns, frame by frame."""
        client = H2(_pages_of(40_000))
        client.conn.update_settings({SettingCodes.INITIAL_WINDOW_SIZE: 1 << 20})
        client.conn.increment_flow_control_window(1 << 20)
        client.flush()
        one, two = client.request(), client.request()
        client.flush()
        order = [e.stream_id for e in client.of(h2.events.DataReceived)]
        self.assertEqual(order, [one, two] * 3)
        self.assertEqual(len(client.body(two)), 40_000)


class WindowTests(SynchronousTestCase):
    """A client says how much it takes."""

    def setUp(self) -> None:
        self.house = _pages_of(5_000)
        self.client = H2(self.house)

    def _window(self, size: int) -> None:
        self.client.conn.update_settings({SettingCodes.INITIAL_WINDOW_SIZE: size})
        self.client.flush()

    def test_closed(self) -> None:
        """A closed window costs nothing: no turn of the reactor is asked for."""
        self._window(0)
        stream = self.client.request()
        self.client.flush()
        self.assertEqual(self.client.status(stream), "200")
        self.assertEqual(self.client.body(stream), b"")
        soon = [c for c in self.house.clock.getDelayedCalls() if c.getTime() < 1]
        self.assertEqual(soon, [])

    def test_opened_by_window_update(self) -> None:
        """A stream's WINDOW_UPDATE lets as much through as it says."""
        self._window(1)
        stream = self.client.request()
        self.client.flush()
        self.client.conn.increment_flow_control_window(99, stream)
        self.client.flush()
        self.assertEqual(len(self.client.body(stream)), 100)
        self.client.conn.increment_flow_control_window(9_000, stream)
        self.client.flush()
        self.assertEqual(len(self.client.body(stream)), 5_000)
        self.assertTrue(self.client.ended(stream))

    def test_opened_by_settings(self) -> None:
        """A larger INITIAL_WINDOW_SIZE opens the windows of the streams that wait."""
        self._window(0)
        stream = self.client.request()
        self.client.flush()
        self._window(6_000)
        self.assertTrue(self.client.ended(stream))

    def test_negative(self) -> None:
        """SETTINGS can make a window negative; it must be positive again before data leaves."""
        self._window(1_000)
        stream = self.client.request()
        self.client.flush()
        self._window(0)
        self.client.conn.increment_flow_control_window(1_000, stream)
        self.client.flush()
        self.assertEqual(len(self.client.body(stream)), 1_000)
        self.client.conn.increment_flow_control_window(1, stream)
        self.client.flush()
        self.assertEqual(len(self.client.body(stream)), 1_001)

    def test_connection(self) -> None:
        """The connection's window blocks all streams, and wakes all."""
        streams = [self.client.request() for _ in range(14)]
        self.client.flush()
        self.assertEqual(sum(len(self.client.body(s)) for s in streams), 65_535)
        self.client.conn.increment_flow_control_window(65_535)
        self.client.flush()
        self.assertTrue(all(self.client.ended(s) for s in streams))

    def test_empty_answer_needs_no_window(self) -> None:
        """An answer without a body ends although the window is closed."""
        self.house.page.handle = lambda r: r.send(Reply(204))
        self._window(0)
        stream = self.client.request()
        self.client.flush()
        self.assertTrue(self.client.ended(stream))


class StallTests(SynchronousTestCase):
    """A client that takes nothing does not keep what waits for it."""

    def setUp(self) -> None:
        self.house = _pages_of(5_000)
        self.client = H2(self.house)

    def _ask(self, window: int) -> int:
        self.client.conn.update_settings({SettingCodes.INITIAL_WINDOW_SIZE: window})
        stream = self.client.request()
        self.client.flush()
        return stream

    def test_window_stays_closed(self) -> None:
        """PING does not prolong the deadline; the client is told why it ends."""
        self._ask(0)
        for _ in range(4):
            self.house.clock.advance(WRITE_STALL / 4)
            self.client.conn.ping(b"12345678")
            data = self.client.conn.data_to_send()
            self.client.protocol.dataReceived(data)
        self.client.read()
        self.assertEqual(self.client.of(h2.events.ConnectionTerminated)[0].error_code, 11)
        self.assertTrue(self.client.closed)

    def test_progress(self) -> None:
        """A client that takes a kilobyte in time has its time anew."""
        stream = self._ask(1)
        for _ in range(4):
            self.house.clock.advance(WRITE_STALL - 1)
            self.client.conn.increment_flow_control_window(1200, stream)
            self.client.flush()
        self.assertFalse(self.client.closed)

    def test_next_to_nothing(self) -> None:
        """One that takes a byte now and then has not."""
        stream = self._ask(1)
        for _ in range(2):
            self.house.clock.advance(WRITE_STALL / 3)
            self.client.conn.increment_flow_control_window(1, stream)
            self.client.flush()
        self.house.clock.advance(WRITE_STALL / 3)
        self.assertTrue(self.client.closed)
        self.assertEqual(self.house.site.counters.limits, {"write_seconds": 1})

    def test_all_sent(self) -> None:
        """When nothing waits no deadline runs."""
        stream = self._ask(1)
        self.client.conn.increment_flow_control_window(9_000, stream)
        self.client.flush()
        self.house.clock.advance(WRITE_STALL + 1)
        self.assertFalse(self.client.closed)

    def test_transport_stays_full(self) -> None:
        """Nor does a client keep an answer by not reading."""
        _producer(self.client).pauseProducing()
        self._ask(65_535)
        self.assertEqual(self.client.of(h2.events.ResponseReceived), [])
        self.house.clock.advance(WRITE_STALL + 1)
        self.assertTrue(self.client.closed)

    def test_nothing_left_behind(self) -> None:
        """A client that leaves in the middle leaves no timer."""
        self._ask(0)
        self.client.leave()
        self.assertEqual(self.house.clock.getDelayedCalls(), [])


class FullTransportTests(SynchronousTestCase):
    """A transport that is full is left alone."""

    def test_answers_wait(self) -> None:
        """A hundred answers wait for a slow client, who gets them all."""
        client = H2(House())
        _producer(client).pauseProducing()
        streams = [client.request() for _ in range(100)]
        client.flush()
        self.assertEqual(client.of(h2.events.ResponseReceived), [])
        _producer(client).resumeProducing()
        client.read()
        self.assertTrue(all(client.body(s) == b"hello" for s in streams))

    def test_full_in_the_middle(self) -> None:
        """A transport that fills up while it is written to gets one batch at a time."""
        client = H2(_pages_of(400_000))
        client.conn.update_settings({SettingCodes.INITIAL_WINDOW_SIZE: 1 << 20})
        client.conn.increment_flow_control_window(1 << 20)
        client.flush()
        writes = _Writes(client)
        stream = client.request()
        paused = client.transport.write

        def write(data: bytes) -> None:
            _producer(client).pauseProducing()
            paused(data)

        client.transport.write = write  # type: ignore[method-assign]
        client.flush()
        self.assertEqual(len(writes.pieces), 1)
        self.assertLess(len(writes.pieces[0]), 100_000)
        for _ in range(6):
            _producer(client).resumeProducing()
            client.read()
        self.assertEqual(len(client.body(stream)), 400_000)


class BrokenAnswerTests(SynchronousTestCase):
    """What cannot be sent is logged."""

    def test_field_not_for_http2(self) -> None:
        """A page that sets a field which HTTP/2 forbids is an error of ours: 500, logged, and the
        connection goes on."""
        client = H2(House(lambda r: r.answer(Reply(200, (("TE", "gzip"),)))))
        client.request()
        client.flush()
        self.assertEqual(dict(client.of(h2.events.ResponseReceived)[0].headers)[":status"], "500")
        self.assertFalse(client.closed)
        self.assertEqual(len(self.flushLoggedErrors(ValueError)), 1)
