"""How long an HTTP/2 client may take for what it has begun to send."""

from collections.abc import Callable

from twisted.internet.interfaces import IReactorTime

from authsrv.wire.deadline import Deadline
from authsrv.wire.limits import Limits


class Overdue:
    """The deadlines of one connection's reading half.  No frame that comes meanwhile moves one.

    *strike* is told which of Limits has passed: "header_seconds" for a frame or header block that
    has not ended, "idle_seconds" for a connection without a stream.  A stream has a deadline of
    its own, with its own end.
    """

    def __init__(
        self, reactor: IReactorTime, limits: Limits, strike: Callable[[str], None]
    ) -> None:
        self._reactor = reactor
        self._limits = limits
        self._block = Deadline(reactor, lambda: strike("header_seconds"))
        self._idle = Deadline(reactor, lambda: strike("idle_seconds"))
        self._streams: dict[int, Deadline] = {}
        self._unit: int | None = None
        self._is_idle = False

    def watch_block(self, unit: int | None) -> None:
        """*unit* numbers what has begun and not ended; None: nothing."""
        if unit is None:
            self._block.clear()
        elif unit != self._unit:
            self._block.set(self._limits.header_seconds)
        self._unit = unit

    def watch_idle(self, is_idle: bool) -> None:
        """Whether no stream is open."""
        if is_idle and not self._is_idle:
            self._idle.set(self._limits.idle_seconds)
        elif not is_idle:
            self._idle.clear()
        self._is_idle = is_idle

    def watch_stream(self, stream_id: int, seconds: float, strike: Callable[[int], None]) -> None:
        """Call *strike* with the stream in *seconds*, instead of what was to come before."""
        self.forget_stream(stream_id)

        def end() -> None:
            del self._streams[stream_id]
            strike(stream_id)

        self._streams[stream_id] = Deadline(self._reactor, end)
        self._streams[stream_id].set(seconds)

    def forget_stream(self, stream_id: int) -> None:
        """Nothing is expected on that stream any more."""
        deadline = self._streams.pop(stream_id, None)
        if deadline is not None:
            deadline.end()

    def clear(self) -> None:
        """Nothing is expected at all, and never will be."""
        self._block.end()
        self._idle.end()
        for stream_id in list(self._streams):
            self.forget_stream(stream_id)
