"""A client's frames before h2 acts on them: read as RFC 9113 says, and few that are useless."""

import re
from collections.abc import Callable

from h2.errors import ErrorCodes
from h2.exceptions import ProtocolError
from h2.frame_buffer import FrameBuffer
from h2.settings import SettingCodes
from hpack.table import HeaderTable
from hyperframe.frame import (
    ContinuationFrame,
    DataFrame,
    ExtensionFrame,
    Frame,
    GoAwayFrame,
    HeadersFrame,
    PingFrame,
    PriorityFrame,
    RstStreamFrame,
    SettingsFrame,
    WindowUpdateFrame,
)

from authsrv.wire.buckets import Bucket
from authsrv.wire.limits import Limits

#: Of a frame, before its payload; a stream's number is what is left beside a reserved bit
#: (RFC 9113, section 4.1).
_HEAD, _STREAM = 9, 0x7FFFFFFF
_ALTSVC, _UNKNOWN = 0x0A, 0xFF
_ACK = 0x1
#: The flags of a HEADERS frame that ends its block, by their bits.
_OF_A_BLOCK = {
    0x4: frozenset({"END_HEADERS"}),
    0x5: frozenset({"END_HEADERS", "END_STREAM"}),
}
_USELESS = (PingFrame, SettingsFrame, PriorityFrame, GoAwayFrame, ExtensionFrame)
#: In bytes: of SETTINGS, so many are as useless as a frame.  There are a handful, of 6 bytes each.
_USELESS_SETTINGS = 48
_KNOWN = frozenset(SettingCodes)
# RFC 7541, section 4.2: a block may begin with two changes of the table's size.
_SIZE_CHANGES = re.compile(rb"(?:[\x20-\x3e]|\x3f[\x80-\xff]*[\x00-\x7f]){3}")
#: In bytes: so much sent, or a stream's end, entitles a client to two WINDOW_UPDATEs.
_EARNS = 1024
#: In bytes: who sends a body in smaller pieces than this keeps us busy for nothing.
_CRUMB = 64


class Block(HeadersFrame):
    """A HEADERS frame that is a whole block and nothing else: stands for hyperframe's.

    Nearly every frame of a client is one, and hyperframe's costs as much as its answer.
    """

    def __init__(self, stream_id: int, data: bytes, flags: frozenset[str]) -> None:
        self.stream_id = stream_id
        self.data = data
        self.flags = flags  # type: ignore[assignment]  # only asked whether one is in it

    def __repr__(self) -> str:
        # h2 asks for it each time, for a log that is off.
        return "Block"


class BadSize(ProtocolError):
    """A frame whose length its type does not have."""

    error_code = ErrorCodes.FRAME_SIZE_ERROR


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

    *now* is the clock; *check_setting* raises ProtocolError for a setting with a wrong value.
    Costs about 1 µs a frame.
    """

    def __init__(
        self,
        limits: Limits,
        now: Callable[[], float],
        check_setting: Callable[[int, int], None],
    ) -> None:
        super().__init__(server=True)
        self._now = now
        self._limits = limits
        self._check_setting = check_setting
        self._useless = Bucket(limits.useless_burst, limits.useless_per_second, now())
        self._resets = Bucket(limits.reset_burst, limits.resets_per_second, now())
        self._earned = 0
        self._begun = False
        self._whole = 0
        #: Whether the client has sent GOAWAY, which h2 is not told: it would end what runs.
        self.client_leaves = False

    @property
    def unfinished(self) -> int | None:
        """Which frame or header block has begun and not ended: its number, or None."""
        begun = self._data or self._headers_buffer or self._preamble_len
        return self._whole if begun else None

    def count_reset(self) -> None:
        """Count a reset, theirs or ours.  Raises TooMany."""
        if not self._resets.take(self._now()):
            raise TooMany("resets")

    def note_sent(self, size: int, *, ends: bool) -> None:
        """So many bytes of an answer have left, its end perhaps."""
        if ends or size >= _EARNS:
            self._earned += 2

    def __next__(self) -> Frame:
        """The next frame."""
        data = self._data
        if len(data) >= _HEAD:
            # At once: h2 waits for the whole frame first, which may have 16 MiB.
            length = int.from_bytes(data[:3], "big")
            self._validate_frame_length(length)
            if len(data) >= _HEAD + length:
                if data[3] == HeadersFrame.type and (block := self._take_block(data, length)):
                    return block
                self._mend(data, length)
        return super().__next__()

    def _take_block(self, data: bytearray, length: int) -> Block | None:
        """The Block at the beginning of *data*, or None if it is something less usual."""
        flags = _OF_A_BLOCK.get(data[4])
        stream_id = int.from_bytes(data[5:_HEAD], "big") & _STREAM
        if flags is None or not stream_id or not self._begun or self._headers_buffer:
            return None
        block = Block(stream_id, bytes(data[_HEAD : _HEAD + length]), flags)
        del data[: _HEAD + length]
        self._whole += 1
        self._look_at_block(block.data)
        return block

    def _mend(self, data: bytearray, length: int) -> None:
        """Hide from hyperframe what it reads otherwise than the RFC."""
        kind, flags = data[3], data[4]
        if kind == WindowUpdateFrame.type and length == 4:
            # Section 6.9: the reserved bit is no part of the increment.
            data[_HEAD] &= 0x7F
        elif kind == SettingsFrame.type and flags & _ACK and length:
            raise BadSize("an acknowledgement that says something")
        elif kind == SettingsFrame.type and length % 6 == 0:
            # Section 6.5.3: each value in turn; hyperframe keeps the last one.
            for at in range(_HEAD, _HEAD + length, 6):
                setting, value = data[at : at + 2], data[at + 2 : at + 6]
                self._check_setting(int.from_bytes(setting, "big"), int.from_bytes(value, "big"))
        elif kind == _ALTSVC:
            # For clients to read (RFC 7838, section 4).
            data[3] = _UNKNOWN

    def _update_header_buffer(self, f: Frame | None) -> Frame | None:
        # Every frame passes here, those that h2 drops as well.
        self._check(f)
        self._begun = True
        self._count(f)
        if isinstance(f, SettingsFrame):
            self._look_at_settings(f)
        whole = super()._update_header_buffer(f)
        if len(self._headers_buffer) > self._limits.continuations:
            raise TooMany("continuations")
        if not self._headers_buffer:
            self._whole += 1
        if isinstance(whole, GoAwayFrame):
            self.client_leaves = True
            return None
        if isinstance(whole, HeadersFrame):
            self._look_at_block(whole.data)
        return whole

    def _check(self, frame: Frame | None) -> None:
        if not self._begun and (not isinstance(frame, SettingsFrame) or "ACK" in frame.flags):
            raise ProtocolError("the first frame is not SETTINGS")
        if isinstance(frame, ContinuationFrame) and not self._headers_buffer:
            # Section 6.10; h2 has another code for it if the stream is closed.
            raise ProtocolError("nothing is continued")
        if isinstance(frame, HeadersFrame) and _is_overpadded(frame):
            raise ProtocolError("padding is longer than what it pads")

    def _look_at_settings(self, frame: SettingsFrame) -> None:
        if not self._useless.take(self._now(), frame.body_len // _USELESS_SETTINGS):
            raise TooMany("useless_frames")
        # h2 keeps what it does not know, and fills whatever table it is offered.
        known = {code: value for code, value in frame.settings.items() if code in _KNOWN}
        table = known.get(SettingCodes.HEADER_TABLE_SIZE, 0)
        if table > HeaderTable.DEFAULT_SIZE:
            known[SettingCodes.HEADER_TABLE_SIZE] = HeaderTable.DEFAULT_SIZE
        frame.settings = known

    def _look_at_block(self, block: bytes) -> None:
        # Compressed it cannot be longer than the list may be.
        if len(block) > self._limits.head_bytes or _SIZE_CHANGES.match(block):
            raise TooMany("head_bytes")

    def _count(self, frame: Frame | None) -> None:
        is_useless = _is_useless(frame)
        if isinstance(frame, WindowUpdateFrame):
            is_useless = not self._earned
            self._earned = max(0, self._earned - 1)
        if is_useless and not self._useless.take(self._now()):
            raise TooMany("useless_frames")
        if isinstance(frame, RstStreamFrame):
            self.count_reset()


def _is_overpadded(frame: HeadersFrame) -> bool:
    rest = frame.body_len - 1 - 5 * ("PRIORITY" in frame.flags)
    return "PADDED" in frame.flags and frame.pad_length > rest


def _is_useless(frame: Frame | None) -> bool:
    if isinstance(frame, DataFrame):
        return len(frame.data) < _CRUMB and "END_STREAM" not in frame.flags
    return isinstance(frame, _USELESS)
