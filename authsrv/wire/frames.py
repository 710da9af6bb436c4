"""A client's frames before h2 acts on them, and h2's answers: few of what attacks are made of."""

from collections.abc import Callable

from h2.config import H2Configuration
from h2.connection import H2Connection
from h2.errors import ErrorCodes
from h2.exceptions import ProtocolError
from h2.frame_buffer import FrameBuffer
from h2.settings import SettingCodes, Settings
from hyperframe.frame import (
    AltSvcFrame,
    DataFrame,
    ExtensionFrame,
    Frame,
    PingFrame,
    PriorityFrame,
    RstStreamFrame,
    SettingsFrame,
)

from authsrv.wire.buckets import Bucket
from authsrv.wire.limits import Limits

# RFC 9113, section 4.1.
_HEAD = 9
_USELESS = (PingFrame, SettingsFrame, PriorityFrame, ExtensionFrame, AltSvcFrame)


class TooMany(ProtocolError):
    """A client sends more of something than a client needs; h2 says GOAWAY with this code.

    *limit* names what was exceeded.
    """

    error_code = ErrorCodes.ENHANCE_YOUR_CALM

    def __init__(self, limit: str) -> None:
        super().__init__(limit)
        self.limit = limit


class Frames(FrameBuffer):
    """h2's buffer of what has come, which stops in the middle of a read that is an attack.

    *now* is the clock.  Costs about 1 µs a frame.
    """

    def __init__(self, limits: Limits, now: Callable[[], float]) -> None:
        super().__init__(server=True)
        self._now = now
        self._limits = limits
        self._useless = Bucket(limits.useless_burst, limits.useless_per_second, now())
        self._resets = Bucket(limits.reset_burst, limits.resets_per_second, now())
        self._whole = 0

    @property
    def unfinished(self) -> int | None:
        """Which frame or header block has begun and not ended: its number, or None."""
        begun = self._data or self._headers_buffer or self._preamble_len
        return self._whole if begun else None

    def count_reset(self) -> None:
        """Count a reset, theirs or ours.  Raises TooMany."""
        if not self._resets.take(self._now()):
            raise TooMany("resets")

    def __next__(self) -> Frame:
        """The next frame.  h2 would wait for the end of one that is too long."""
        if len(self._data) >= _HEAD:
            self._validate_frame_length(int.from_bytes(self._data[:3], "big"))
        return super().__next__()

    def _update_header_buffer(self, f: Frame | None) -> Frame | None:
        # Every frame passes here, those that h2 drops as well.
        if _is_useless(f) and not self._useless.take(self._now()):
            raise TooMany("useless_frames")
        if isinstance(f, RstStreamFrame):
            self.count_reset()
        whole = super()._update_header_buffer(f)
        if len(self._headers_buffer) > self._limits.continuations:
            raise TooMany("continuations")
        if not self._headers_buffer:
            self._whole += 1
        return whole


class Protocol(H2Connection):
    """h2's state of one connection, which sends no more resets than a client may provoke."""

    incoming_buffer: Frames

    def __init__(self, limits: Limits, now: Callable[[], float]) -> None:
        super().__init__(H2Configuration(client_side=False, header_encoding=None))
        self.incoming_buffer = Frames(limits, now)
        self.local_settings = Settings(
            client=False,
            initial_values={
                SettingCodes.MAX_CONCURRENT_STREAMS: limits.streams,
                SettingCodes.MAX_HEADER_LIST_SIZE: limits.head_bytes,
            },
        )
        self.decoder.max_header_list_size = limits.head_bytes
        self._limits = limits

    def initiate_connection(self) -> None:
        """Send our settings; then let in more streams than they say.

        h2 would end the connection with the first stream too many.  We refuse it alone, and the
        resets bound how many.
        """
        super().initiate_connection()
        most = self._limits.streams + self._limits.reset_burst
        self.local_settings[SettingCodes.MAX_CONCURRENT_STREAMS] = most
        self.local_settings.acknowledge()

    def _prepare_for_sending(self, frames: list[Frame]) -> None:
        super()._prepare_for_sending(frames)
        if any(isinstance(frame, RstStreamFrame) for frame in frames):
            self.incoming_buffer.count_reset()


def _is_useless(frame: Frame | None) -> bool:
    if isinstance(frame, DataFrame):
        return not frame.data and "END_STREAM" not in frame.flags
    return isinstance(frame, _USELESS)
