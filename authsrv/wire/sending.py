"""HTTP/2's sending half: answers leave in turn, as fast as the client's windows let them.

Instead of Twisted's loop over a tree of priorities, which RFC 9113 has dropped.  Every TLS record
and every send(2) costs more than a small answer, so what one read or one reactor turn has caused
leaves in one piece.
"""

from collections import OrderedDict, deque
from collections.abc import Callable
from contextlib import suppress
from typing import Any

from h2.errors import ErrorCodes
from h2.events import RemoteSettingsChanged, WindowUpdated
from h2.exceptions import ProtocolError, StreamClosedError
from h2.settings import SettingCodes
from twisted.internet.error import ConnectionLost
from twisted.internet.protocol import connectionDone
from twisted.logger import Logger
from twisted.python.failure import Failure
from twisted.web._http2 import _END_STREAM_SENTINEL, H2Connection

from authsrv.wire.lines import ReplyHead
from authsrv.wire.progress import Progress
from authsrv.wire.quick import QuickConnection

log = Logger()

#: In bytes: so much is handed to the transport before it is asked whether it is full.
_BATCH = 1 << 16
#: Of a frame (RFC 9113, section 4.1).
_FRAME_HEAD = 9


class NoPriorities:
    """Stands where Twisted has its tree of priorities: streams take turns."""

    def insert_stream(self, stream_id: int) -> None:
        """A stream is here."""

    def remove_stream(self, stream_id: int) -> None:
        """A stream is no more."""

    def block(self, stream_id: int) -> None:
        """A stream has nothing to send."""


class Sender(H2Connection):
    """The half of a connection that sends.

    What a stream has to send waits in its queue; a stream that may send stands in line.  One
    whose window is used up leaves the line until WINDOW_UPDATE or SETTINGS open it again, so a
    client that opens none costs its memory and no time, and that for *write_seconds*.
    """

    transport: Any
    conn: QuickConnection

    def __init__(self, reactor: Any, write_seconds: float) -> None:
        super().__init__(reactor)
        self._progress = Progress(reactor, write_seconds, self._expire)
        self.priority = NoPriorities()
        #: The streams that may send, in turn.
        self._line: OrderedDict[int, None] = OrderedDict()
        #: The answers that have not begun to leave.
        self._answers: dict[int, tuple[ReplyHead, bytes]] = {}
        self._corked = False
        self._sending = False
        self._soon = False

    def quit(self, error: ErrorCodes, why: str) -> None:
        """Say *error* and close; a subclass knows how."""
        raise NotImplementedError

    def struck(self, limit: str) -> None:
        """The client has exceeded *limit*; a subclass knows whom to tell."""
        raise NotImplementedError

    def send_later(self, send: Callable[[], None]) -> None:
        """Call *send* soon; a subclass knows when."""
        raise NotImplementedError

    def note_sent(self, size: int, *, ends: bool) -> None:
        """So many bytes of an answer leave, its end perhaps; a subclass may want to know."""

    # What an answer calls

    def answer(self, stream_id: int, head: ReplyHead, body: bytes) -> None:
        """A whole answer.  A client that has left is told nothing."""
        if stream_id in self.streams:
            self._answers[stream_id] = head, body
            self._enqueue(stream_id)

    def writeDataToStream(self, streamID: int, data: bytes) -> None:
        """An answer goes on."""
        if data and streamID in self.streams:
            self._outboundStreamQueues[streamID].append(data)
            self._enqueue(streamID)
            if self.remainingOutboundWindow(streamID) <= 0:
                self.streams[streamID].flowControlBlocked()

    def endRequest(self, streamID: int) -> None:
        """It ends."""
        if streamID in self.streams:
            self._outboundStreamQueues[streamID].append(_END_STREAM_SENTINEL)
            self._enqueue(streamID)

    def remainingOutboundWindow(self, streamID: int) -> int:
        """What more *streamID* may be given to send, in bytes; 0 for one that is closed."""
        with suppress(ProtocolError):
            return int(super().remainingOutboundWindow(streamID))
        return 0

    def _enqueue(self, stream_id: int) -> None:
        self._line[stream_id] = None
        if not (self._soon or self._corked):
            self._soon = True
            self.send_later(self._send_soon)

    def _send_soon(self) -> None:
        self._soon = False
        self._send()

    # What wakes streams

    def resumeProducing(self) -> None:
        """The transport has room again."""
        super().resumeProducing()
        self._send()

    def _handleWindowUpdate(self, event: WindowUpdated) -> None:
        if event.stream_id:
            self._wake(event.stream_id)
        else:
            self._wake(*self.streams)

    def _settings_changed(self, event: RemoteSettingsChanged) -> None:
        # It moves the windows of all streams, and may make them negative (section 6.9.2).
        if SettingCodes.INITIAL_WINDOW_SIZE in event.changed_settings:
            self._wake(*self.streams)

    def _wake(self, *stream_ids: int) -> None:
        for stream_id in stream_ids:
            if self._outboundStreamQueues.get(stream_id) or stream_id in self._answers:
                self._line[stream_id] = None
            if stream_id in self.streams:
                self.streams[stream_id].windowUpdated()

    # Sending

    def _sendPrioritisedData(self, *args: object) -> None:
        """Twisted's own loop, which it starts with the connection, does not run."""

    def _send(self) -> None:
        """Send all that may be sent."""
        if self._sending or not self._stillProducing:
            # The transport may answer a write by calling resumeProducing.
            return
        self._sending = True
        taken = 0
        try:
            while sent := self._send_batch():
                taken += sent
        finally:
            self._sending = False
        if self._stillProducing:
            self._progress.note(taken, waits=self._waits())

    def _send_batch(self) -> int:
        """Hand about one batch to the transport; its size in bytes."""
        size = 0
        ended: list[int] = []
        while self._line and size < _BATCH and self._may_send():
            stream_id, _ = self._line.popitem(last=False)
            try:
                size += self._send_frames(stream_id, ended)
            except StreamClosedError:
                self._drop(stream_id)
            except ProtocolError:
                # A field that is not for HTTP/2.  h2 has compressed some of its head by then, and
                # the client could read no later one.
                log.failure("answer could not be sent", stream=stream_id)
                self.quit(ErrorCodes.INTERNAL_ERROR, "answer could not be sent")
        if self._tryToWriteControlData():
            for stream_id in ended:
                if stream_id in self.streams:
                    self._requestDone(stream_id)
        return size

    def _may_send(self) -> bool:
        return self._consumerBlocked is None and not self._bufferedControlFrames

    def _send_frames(self, stream_id: int, ended: list[int]) -> int:
        """Send an answer that waits, or its head, or one frame more of it; the bytes, about."""
        queue = self._outboundStreamQueues[stream_id]
        answer = self._answers.pop(stream_id, None)
        if answer is None:
            return self._send_data(stream_id, queue, ended)
        head, body = answer
        if self.conn.answer_whole(stream_id, head, body):
            self.note_sent(len(body), ends=True)
            ended.append(stream_id)
            return 2 * _FRAME_HEAD + len(body)
        self.conn.answer(stream_id, head.pairs(), ends=False)
        queue.extend((body, _END_STREAM_SENTINEL))
        return _FRAME_HEAD + self._send_data(stream_id, queue, ended)

    def _send_data(self, stream_id: int, queue: deque[Any], ended: list[int]) -> int:
        data: bytes | memoryview = b""
        if queue and queue[0] is not _END_STREAM_SENTINEL:
            data = self._take(stream_id, queue)
            if not data:
                # No window: out of the line until the client opens one.
                return 0
        ends = _pop_end(queue)
        if not data and not ends:
            return 0
        self.conn.send_data(stream_id, bytes(data), end_stream=ends)
        self.note_sent(len(data), ends=ends)
        if ends:
            ended.append(stream_id)
        elif queue:
            self._line[stream_id] = None
        return _FRAME_HEAD + len(data)

    def _take(self, stream_id: int, queue: deque[Any]) -> memoryview:
        """From *queue* as much as one frame may hold."""
        window = self.conn.local_flow_control_window(stream_id)
        most = max(0, min(window, self.conn.max_outbound_frame_size))
        # Views: cutting a byte at a time off a body must not copy it each time.
        data = memoryview(queue.popleft())
        if len(data) > most:
            queue.appendleft(data[most:])
        return data[:most]

    def _drop(self, stream_id: int) -> None:
        """The client has closed the stream of an answer."""
        is_whole = stream_id in self._answers
        if not (is_whole or _END_STREAM_SENTINEL in self._outboundStreamQueues[stream_id]):
            self.streams[stream_id].connectionLost(Failure(ConnectionLost("stream closed")))
        self._requestDone(stream_id)

    def _tryToWriteControlData(self) -> bool:
        # While a read is handled h2 keeps it.
        return self._corked or bool(super()._tryToWriteControlData())

    def _waits(self) -> bool:
        if self._consumerBlocked is not None or self._answers:
            return True
        return any(self._outboundStreamQueues.values())

    def _expire(self) -> None:
        self.struck("write_seconds")
        self.quit(ErrorCodes.ENHANCE_YOUR_CALM, "nothing could be written")

    # The end

    def _requestDone(self, stream_id: int) -> None:
        self._line.pop(stream_id, None)
        self._answers.pop(stream_id, None)
        # Not Twisted's, which has a Deferred and a place in a tree for each.
        del self._outboundStreamQueues[stream_id]
        del self.streams[stream_id]

    def connectionLost(
        self, reason: Failure = connectionDone, _cancelTimeouts: bool = True
    ) -> None:
        """Nothing is sent any more."""
        super().connectionLost(reason, _cancelTimeouts)
        self._progress.end()


def _pop_end(queue: deque[Any]) -> bool:
    """Whether the end is next in *queue*; it is taken out."""
    ends = bool(queue) and queue[0] is _END_STREAM_SENTINEL
    if ends:
        queue.popleft()
    return ends
