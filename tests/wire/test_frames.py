"""What one HTTP/2 client may send."""

from typing import Any

import h2.events
from hyperframe.frame import (
    ContinuationFrame,
    DataFrame,
    ExtensionFrame,
    Frame,
    HeadersFrame,
    PingFrame,
    PriorityFrame,
    RstStreamFrame,
    SettingsFrame,
    WindowUpdateFrame,
)
from twisted.trial.unittest import SynchronousTestCase

from authsrv.wire.limits import ABUSE_CLOSE, Limits
from tests.wire.clients import H2, House

FRAME_SIZE_ERROR = 6
REFUSED = 7
CALM = 11


class AbuseTests(SynchronousTestCase):
    """Some is normal, more is an attack."""

    def setUp(self) -> None:
        self.house = House(limits=Limits(idle_seconds=999, requests=9999))
        self.client = H2(self.house)

    def _send(self, frame: Frame | bytes, times: int) -> None:
        data = frame if isinstance(frame, bytes) else frame.serialize()
        self.client.protocol.dataReceived(data * times)
        self.house.turn()
        self.client.read()

    def _assert_calmed(self, limit: str) -> None:
        (end,) = self.client.of(h2.events.ConnectionTerminated)
        self.assertEqual(end.error_code, CALM)
        self.assertTrue(self.client.closed)
        self.assertEqual(self.house.site.counters.limits, {limit: 1})
        # What it sends meanwhile is not even read.
        self.assertEqual(self.client.transport.producerState, "paused")
        self.house.clock.advance(ABUSE_CLOSE)
        self.assertTrue(self.client.transport.disconnected)

    def test_useless(self) -> None:
        """About a thousand useless frames are served, another hundred not."""
        for frame in (
            PingFrame(0, b"12345678"),
            SettingsFrame(0),
            PriorityFrame(9, depends_on=0),
            ExtensionFrame(type=0xF0, stream_id=0, flag_byte=0),
        ):
            self.setUp()
            self._send(frame, 990)
            self.assertFalse(self.client.closed)
            self._send(frame, 100)
            self._assert_calmed("useless_frames")

    def test_empty_data(self) -> None:
        """Empty DATA that ends nothing is useless."""
        stream = self.client.request(method="POST", end=False)
        self.client.flush()
        self._send(DataFrame(stream), 1100)
        self._assert_calmed("useless_frames")

    def test_crumbs(self) -> None:
        """A body byte by byte is useless, too; in larger pieces it is a body."""
        stream = self.client.request(method="POST", end=False)
        self.client.flush()
        self._send(DataFrame(stream, b"x" * 64), 900)
        self.assertFalse(self.client.closed)
        self._send(DataFrame(stream, b"x"), 1100)
        self._assert_calmed("useless_frames")

    def test_long_settings(self) -> None:
        """SETTINGS count by their length: one that is full is fine, a row of them is not."""
        # hyperframe writes no number over 255.
        settings = b"".join((0x9000 + n).to_bytes(2, "big") + bytes(4) for n in range(2700))
        full = len(settings).to_bytes(3, "big") + b"\4\0\0\0\0\0" + settings
        self._send(full, 1)
        self.assertFalse(self.client.closed)
        # Those that nobody knows are not kept.
        known: Any = self.client.protocol
        self.assertLess(len(known._channel.conn.remote_settings), 20)
        self._send(full, 3)
        self._assert_calmed("useless_frames")

    def test_table_size(self) -> None:
        """However large a table a client offers, ours stays small."""
        self._send(SettingsFrame(0, settings={SettingsFrame.HEADER_TABLE_SIZE: 2**32 - 1}), 1)
        protocol: Any = self.client.protocol
        self.assertEqual(protocol._channel.conn.encoder.header_table_size, 4096)

    def test_size_changes(self) -> None:
        """A header block begins with two changes of the table's size at most."""
        for block in (b"\x20" * 3, b"\x3f\xe1\x1f\x20\x20", b"\x00" * 20_000):
            self.setUp()
            flags = ["END_HEADERS"]
            parts = [block[n : n + 16_000] for n in range(0, len(block), 16_000)]
            self._send(HeadersFrame(1, parts[0], flags=flags if len(parts) == 1 else []), 1)
            for part in parts[1:]:
                self._send(ContinuationFrame(1, part, flags=flags), 1)
            self._assert_calmed("head_bytes")

    def test_window_updates(self) -> None:
        """WINDOW_UPDATE is useless where nothing was sent, and welcome where something was."""
        self._send(WindowUpdateFrame(0, window_increment=1), 1100)
        self._assert_calmed("useless_frames")
        self.setUp()
        for _ in range(1100):
            self.client.request()
            self.client.flush()
            self._send(WindowUpdateFrame(0, window_increment=5), 2)
        self.assertFalse(self.client.closed)

    def test_slowly(self) -> None:
        """A hundred a second is fine for as long as the client likes."""
        for _ in range(30):
            self.house.clock.advance(1)
            self._send(PriorityFrame(9, depends_on=0), 100)
        self.assertFalse(self.client.closed)

    def test_rapid_reset(self) -> None:
        """Requests that are reset at once are tolerated 200 times; no page runs for them."""
        for n in range(201):
            stream = self.client.request()
            self.assertFalse(self.client.closed, n)
            data = self.client.conn.data_to_send() + RstStreamFrame(stream).serialize()
            self.client.conn.reset_stream(stream)
            self.client.conn.data_to_send()
            self.client.protocol.dataReceived(data)
        self.house.turn()
        self.client.read()
        self._assert_calmed("resets")
        self.assertEqual(self.house.page.seen, [])

    def test_continuations(self) -> None:
        """A header block has at most eight CONTINUATION frames."""
        head = HeadersFrame(1).serialize()
        self.client.protocol.dataReceived(head + ContinuationFrame(1).serialize() * 7)
        self.assertFalse(self.client.closed)
        self.client.protocol.dataReceived(ContinuationFrame(1).serialize() * 2)
        self.client.read()
        self._assert_calmed("continuations")

    def test_our_own_resets(self) -> None:
        """Resets that the client only provokes count like its own."""
        for n in range(201):
            stream = self.client.request(method="POST", end=False)
            self.assertFalse(self.client.closed, n)
            over = WindowUpdateFrame(stream, window_increment=2**31 - 1).serialize()
            data = self.client.conn.data_to_send() + over
            self.client.conn.reset_stream(stream)
            self.client.conn.data_to_send()
            self.client.protocol.dataReceived(data)
        self.client.read()
        self._assert_calmed("resets")

    def test_too_long_a_frame(self) -> None:
        """A frame that is too long is refused by its head: nobody waits for its 16 MiB."""
        self.client.protocol.dataReceived(b"\xff\xff\xff\0\0\0\0\0\1")
        self.client.read()
        (end,) = self.client.of(h2.events.ConnectionTerminated)
        self.assertEqual(end.error_code, FRAME_SIZE_ERROR)

    def test_other_limits(self) -> None:
        """What is too many can be set."""
        limits = Limits(useless_burst=5, useless_per_second=1, reset_burst=2, continuations=1)
        for frame, times in (
            (PingFrame(0, b"12345678"), 6),
            (HeadersFrame(1), 1),
        ):
            self.house = House(limits=limits)
            self.client = H2(self.house)
            self._send(frame, times)
            self.client.protocol.dataReceived(ContinuationFrame(1).serialize() * 2)
            self.client.read()
            self.assertTrue(self.client.closed)


class StreamsTests(SynchronousTestCase):
    """How many streams there may be."""

    def test_one_too_many(self) -> None:
        """A stream over the limit is refused; the others are answered."""
        house = House(limits=Limits(streams=3))
        client = H2(house)
        client.conn.remote_settings.acknowledge()
        client.conn.remote_settings[3] = 9
        client.conn.remote_settings.acknowledge()
        streams = [client.request() for _ in range(4)]
        client.flush()
        (reset,) = client.of(h2.events.StreamReset)
        self.assertEqual((reset.stream_id, reset.error_code), (streams[3], REFUSED))
        self.assertEqual([client.body(s) for s in streams[:3]], [b"hello"] * 3)
        self.assertEqual(house.site.counters.limits, {"streams": 1})
        again = client.request()
        client.flush()
        self.assertEqual(client.body(again), b"hello")

    def test_requests_of_a_connection(self) -> None:
        """After its last request a connection ends, and that one is answered."""
        client = H2(House(limits=Limits(requests=3)))
        for _ in range(3):
            client.request()
        client.protocol.dataReceived(client.conn.data_to_send())
        client.house.turn()
        data = client.transport.value()
        self.assertEqual(data.count(b"hello"), 3)
        self.assertTrue(client.closed)
