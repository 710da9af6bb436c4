"""h2's connection with short ways for what comes most: a request without a body, an answer.

Each leaves everything as h2's own way would, which is a dozen calls and objects long.
"""

from attrs import define
from h2.connection import (
    AllowedStreamIDs,
    ConnectionInputs,
    ConnectionState,
    _decode_headers,
)
from h2.events import Event
from h2.exceptions import TooManyStreamsError
from h2.stream import H2Stream, StreamClosedBy, StreamInputs, StreamState
from hyperframe.frame import ContinuationFrame, DataFrame, HeadersFrame

from authsrv.wire.blocks import Fields, StrictDecoder, ThriftyEncoder
from authsrv.wire.frames import Block
from authsrv.wire.heads import Heads
from authsrv.wire.known import Head
from authsrv.wire.lines import ReplyHead
from authsrv.wire.strict import Outcome, StrictConnection

# RFC 9113, section 6.2.
_END_STREAM, _END_HEADERS = 0x1, 0x4


@define(eq=False)
class WholeRequest(Event):
    """A request with this *head*, and no body: h2's RequestReceived and StreamEnded."""

    stream_id: int
    head: Head


class QuickConnection(StrictConnection):
    """A server's side of one connection, with *limits* and the clock *now*."""

    decoder: StrictDecoder
    encoder: ThriftyEncoder
    outbound_flow_control_window: int
    max_outbound_frame_size: int
    _data_to_send: bytearray

    def initiate_connection(self) -> None:
        """Send our settings, which stay as they are."""
        super().initiate_connection()
        self._most = self.local_settings.max_concurrent_streams
        self._inbound_window = self.local_settings.initial_window_size
        self._heads = Heads()

    # Requests

    def _receive_request(self, frame: HeadersFrame) -> Outcome:
        if type(frame) is not Block or "END_STREAM" not in frame.flags:
            return super()._receive_request(frame)
        known = self.decoder.recall(frame.data)
        if known is None:
            known = self._read(frame.stream_id, frame.data)
        else:
            self._open(frame.stream_id)
        return [], [WholeRequest(frame.stream_id, known)]

    def _read(self, stream_id: int, block: bytes) -> Head:
        changes = self.decoder.changes
        fields = list(_decode_headers(self.decoder, block))
        # What is malformed costs its stream, which therefore must be there.
        self._open(stream_id)
        head = self._heads.read(fields)
        self.decoder.keep(block, changes, head)
        return head

    def _open(self, stream_id: int) -> None:
        """Open a stream on which the client has said everything."""
        # The second counts, and forgets who has ended.
        if len(self.streams) >= self._most and self.open_inbound_streams >= self._most:
            raise TooManyStreamsError("too many streams")
        if self.state_machine.state is not ConnectionState.SERVER_OPEN:
            self.state_machine.process_input(ConnectionInputs.RECV_HEADERS)
        if stream_id <= self.highest_inbound_stream_id or not stream_id % 2:
            # It knows what is wrong.
            self._begin_new_stream(stream_id, AllowedStreamIDs.ODD)
        window = self.remote_settings.initial_window_size
        stream = H2Stream(stream_id, self.config, self._inbound_window, window)
        stream.max_outbound_frame_size = self.max_outbound_frame_size
        self.streams[stream_id] = stream
        self.highest_inbound_stream_id = stream_id
        machine = stream.state_machine
        machine.client = False
        machine.headers_received = True
        machine.state = StreamState.HALF_CLOSED_REMOTE

    # Answers

    def answer(self, stream_id: int, head: Fields, *, ends: bool) -> None:
        """Send the *head* of an answer, which is one as it stands.

        h2's own looks through its fields six times.
        """
        stream = self._get_stream_by_id(stream_id)
        self._begin(stream)
        self._write_block(stream, self.encoder.encode(head), ends)

    def answer_whole(self, stream_id: int, head: ReplyHead, body: bytes) -> bool:
        """Send an answer, unless the client's windows are too small for it: then nothing."""
        stream, size = self._get_stream_by_id(stream_id), len(body)
        window = min(self.outbound_flow_control_window, stream.outbound_flow_control_window)
        if size and size > min(window, self.max_outbound_frame_size):
            return False
        self._begin(stream)
        self._write_block(stream, self.encoder.encode_head(head), not size)
        if size:
            self._data_to_send += _frame(DataFrame.type, _END_STREAM, stream_id, body)
            self.outbound_flow_control_window -= size
            stream.outbound_flow_control_window -= size
            self._end(stream)
        return True

    def _begin(self, stream: H2Stream) -> None:
        # Before anything is compressed: what has been is in the table, and must be sent.
        if self.state_machine.state is not ConnectionState.SERVER_OPEN:
            self.state_machine.process_input(ConnectionInputs.SEND_HEADERS)
        machine = stream.state_machine
        if machine.state is StreamState.HALF_CLOSED_REMOTE and not machine.headers_sent:
            machine.headers_sent = True
        else:
            machine.process_input(StreamInputs.SEND_HEADERS)

    def _write_block(self, stream: H2Stream, block: bytes, ends: bool) -> None:
        flags = _END_STREAM if ends else 0
        if len(block) <= self.max_outbound_frame_size:
            flags |= _END_HEADERS
            self._data_to_send += _frame(HeadersFrame.type, flags, stream.stream_id, block)
        else:
            self._data_to_send += self._pieces(stream.stream_id, block, flags)
        if ends:
            self._end(stream)

    def _pieces(self, stream_id: int, block: bytes, flags: int) -> bytes:
        most = self.max_outbound_frame_size
        pieces = [block[at : at + most] for at in range(0, len(block), most)]
        kinds = [HeadersFrame.type, *[ContinuationFrame.type] * (len(pieces) - 1)]
        every = [flags, *[0] * (len(pieces) - 1)]
        every[-1] |= _END_HEADERS
        return b"".join(
            _frame(kind, each, stream_id, piece)
            for kind, each, piece in zip(kinds, every, pieces, strict=True)
        )

    def _end(self, stream: H2Stream) -> None:
        machine = stream.state_machine
        if machine.state is StreamState.HALF_CLOSED_REMOTE:
            machine.state = StreamState.CLOSED
            machine.stream_closed_by = StreamClosedBy.SEND_END_STREAM
        else:
            machine.process_input(StreamInputs.SEND_END_STREAM)
        if stream.closed:
            # h2 does this with the next request, for which it looks at every stream.
            del self.streams[stream.stream_id]
            self._closed_streams[stream.stream_id] = stream.closed_by


def _frame(kind: int, flags: int, stream_id: int, payload: bytes) -> bytes:
    return b"%b%c%c%b%b" % (
        len(payload).to_bytes(3, "big"),
        kind,
        flags,
        stream_id.to_bytes(4, "big"),
        payload,
    )
