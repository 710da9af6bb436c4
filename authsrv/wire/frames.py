"""A client's frames before h2 acts on them: few CONTINUATIONs, little that is useless."""

from collections.abc import Callable

from h2.errors import ErrorCodes
from h2.exceptions import ProtocolError
from h2.frame_buffer import FrameBuffer
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

#: Frames of one header block behind its HEADERS (RFC 9113, section 10.5.1).
MOST_CONTINUATIONS = 8
#: At once, and a second: of frames that ask for nothing, and of resets by either side.
USELESS = (1000, 100)
RESETS = (200, 20)

_USELESS = (PingFrame, SettingsFrame, PriorityFrame, ExtensionFrame, AltSvcFrame)


class TooMany(ProtocolError):
    """A client sends more of something than a client needs; h2 says GOAWAY with this code."""

    error_code = ErrorCodes.ENHANCE_YOUR_CALM


class Frames(FrameBuffer):
    """h2's buffer of what has come, which stops in the middle of a read that is an attack.

    *now* is the clock.  Costs about 1 µs a frame.
    """

    def __init__(self, now: Callable[[], float]) -> None:
        super().__init__(server=True)
        self._now = now
        self._useless = Bucket(*USELESS, now())
        self._resets = Bucket(*RESETS, now())

    def count_reset(self) -> bool:
        """Count a reset, theirs or ours; whether that was not one too many."""
        return self._resets.take(self._now())

    def _update_header_buffer(self, f: Frame | None) -> Frame | None:
        # Every frame passes here, those that h2 drops as well.
        if _is_useless(f) and not self._useless.take(self._now()):
            raise TooMany("useless frames")
        if isinstance(f, RstStreamFrame) and not self.count_reset():
            raise TooMany("resets")
        whole = super()._update_header_buffer(f)
        if len(self._headers_buffer) > MOST_CONTINUATIONS:
            raise TooMany("CONTINUATION frames")
        return whole


def _is_useless(frame: Frame | None) -> bool:
    if isinstance(frame, DataFrame):
        return not frame.data and "END_STREAM" not in frame.flags
    return isinstance(frame, _USELESS)
