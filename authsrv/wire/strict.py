"""h2's connection where it is laxer than RFC 9113 or RFC 7541, or harsher than it need be."""

from collections.abc import Callable
from contextlib import suppress

from h2.config import H2Configuration
from h2.connection import H2Connection
from h2.errors import ErrorCodes
from h2.events import Event, RequestReceived, StreamReset, TrailersReceived
from h2.exceptions import (
    InvalidBodyLengthError,
    ProtocolError,
    StreamClosedError,
)
from h2.settings import SettingCodes, Settings
from h2.stream import H2Stream
from hyperframe.frame import DataFrame, Frame, HeadersFrame, RstStreamFrame

from authsrv.wire.blocks import StrictDecoder, ThriftyEncoder
from authsrv.wire.frames import Block, Frames
from authsrv.wire.limits import Limits
from authsrv.wire.sections import check_request, check_trailers, join_cookies

Outcome = tuple[list[Frame], list[Event]]


class StrictConnection(H2Connection):
    """A server's side of one connection, with *limits* and the clock *now*.

    A malformed request costs its stream and not the connection (section 8.1.1); but no client
    makes us send more resets than it may send itself (CVE-2025-8671).
    """

    def __init__(self, limits: Limits, now: Callable[[], float]) -> None:
        # Cookie fields are joined later: h2 would do that before it looks at them.
        # A request's fields are looked at below, and our own when they are written.
        config = H2Configuration(
            client_side=False,
            header_encoding=None,
            normalize_inbound_headers=False,
            validate_inbound_headers=False,
            normalize_outbound_headers=False,
            validate_outbound_headers=False,
        )
        super().__init__(config)
        self.decoder = StrictDecoder()
        self.encoder = ThriftyEncoder()
        self.decoder.max_header_list_size = limits.head_bytes
        self.local_settings = Settings(
            client=False,
            initial_values={
                SettingCodes.MAX_CONCURRENT_STREAMS: limits.streams,
                SettingCodes.MAX_HEADER_LIST_SIZE: limits.head_bytes,
            },
        )
        self.frames = Frames(limits, now, self._check_setting)
        self.incoming_buffer = self.frames
        self._frame_dispatch_table[Block] = self._receive_headers_frame
        self._limits = limits
        self._was_reset: set[int] = set()

    def initiate_connection(self) -> None:
        """Send our settings; then let in more streams than they say.

        h2 would end the connection with the first stream too many.  We refuse it alone, and the
        resets bound how many.
        """
        super().initiate_connection()
        most = self._limits.streams + self._limits.reset_burst
        self.local_settings[SettingCodes.MAX_CONCURRENT_STREAMS] = most
        self.local_settings.acknowledge()

    def _check_setting(self, setting: int, value: int) -> None:
        self.remote_settings.validate_received_setting(setting, value)

    def _prepare_for_sending(self, frames: list[Frame]) -> None:
        if not frames:
            return
        # What was on its way when a stream was reset is dropped (section 5.4.2), and counted.
        super()._prepare_for_sending([each for each in frames if not self._is_second_reset(each)])
        for each in frames:
            if isinstance(each, RstStreamFrame):
                self.frames.count_reset()

    def _is_second_reset(self, frame: Frame) -> bool:
        if not isinstance(frame, RstStreamFrame):
            return False
        was = frame.stream_id in self._was_reset
        self._was_reset.add(frame.stream_id)
        return was

    def _receive_rst_stream_frame(self, frame: RstStreamFrame) -> Outcome:
        with suppress(StreamClosedError):
            # An idle stream cannot be reset (section 6.4): NoSuchStreamError.
            self._get_stream_by_id(frame.stream_id)
        return super()._receive_rst_stream_frame(frame)

    def _receive_headers_frame(self, frame: HeadersFrame) -> Outcome:
        before = self.streams.get(frame.stream_id)
        try:
            return self._receive_request(frame) if before is None else self._trailers(frame, before)
        except ProtocolError as error:
            self._reset(frame.stream_id, error)
            return self._say_reset(frame.stream_id)

    def _receive_request(self, frame: HeadersFrame) -> Outcome:
        found = super()._receive_headers_frame(frame)
        event = found[1][0]
        if isinstance(event, RequestReceived):
            fields = list(event.headers)
            check_request(fields)
            event.headers = join_cookies(fields)
        self._check_length(frame, None)
        return found

    def _trailers(self, frame: HeadersFrame, stream: H2Stream) -> Outcome:
        length = stream._expected_content_length
        found = super()._receive_headers_frame(frame)
        event = found[1][0]
        if isinstance(event, TrailersReceived):
            event.headers = list(event.headers)
            check_trailers(event.headers)
        self._check_length(frame, length)
        return found

    def _check_length(self, frame: HeadersFrame, length: int | None) -> None:
        stream = self.streams[frame.stream_id]
        if length is not None:
            # Trailers have made h2 forget it.
            stream._expected_content_length = length
        if "END_STREAM" in frame.flags:
            stream._track_content_length(0, True)

    def _receive_data_frame(self, frame: DataFrame) -> Outcome:
        try:
            return super()._receive_data_frame(frame)
        except InvalidBodyLengthError as error:
            self._reset(frame.stream_id, error)
            closed = StreamClosedError(frame.stream_id)
            closed.error_code = ErrorCodes.PROTOCOL_ERROR
            _, closed._events = self._say_reset(frame.stream_id)
            # It gives the connection's window back.
            return self._handle_data_on_closed_stream([], closed, frame)

    def _reset(self, stream_id: int, error: ProtocolError) -> None:
        # h2 raises just that for what is malformed; a frame that the stream's state does not allow
        # has closed it.
        stream = self.streams.get(stream_id)
        is_malformed = type(error) in {ProtocolError, InvalidBodyLengthError}
        if not is_malformed or stream is None or stream.closed:
            raise error
        # It counts twice, here and when it is sent: no browser sends such a thing by accident.
        self.frames.count_reset()
        stream.reset_stream(ErrorCodes.PROTOCOL_ERROR)

    def _say_reset(self, stream_id: int) -> Outcome:
        code = ErrorCodes.PROTOCOL_ERROR
        event = StreamReset(stream_id=stream_id, error_code=code, remote_reset=False)
        return [RstStreamFrame(stream_id, code)], [event]
