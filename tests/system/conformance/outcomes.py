"""What may follow: each checks itself on a connection, and says which way it went.

Section 5.4.1 lets a server treat every stream error as a connection error.  So where RST_STREAM is
asked for GOAWAY with the same code will do; the report says how often that is what came.
"""

from collections.abc import Callable
from typing import Protocol

from attrs import field, frozen
from h2.errors import ErrorCodes
from hyperframe.frame import GoAwayFrame, RstStreamFrame

from tests.system.conformance.blocks import GET_NOTHING
from tests.system.conformance.frames import headers
from tests.system.rawhttp2 import Answer, RawHttp2, name

#: Of one more request, above all that a case has used.
_AFTER = (1 << 20) + 1
#: Seconds for what must happen, on a machine that has other things to do.
_WITHIN = 10.0
#: What has not happened by then is asked for with a PING.
_SOON = 1.0

ANSWER, STREAM_ERROR, CONNECTION_ERROR = "answer", "stream error", "connection error"


class Outcome(Protocol):
    """What must happen."""

    def check(self, connection: RawHttp2) -> str:
        """Fail, or say what happened: ANSWER, STREAM_ERROR or CONNECTION_ERROR."""


@frozen
class GoAway:
    """A connection error (section 5.4.1): GOAWAY with the code, and then TCP closed.

    *silent*: GOAWAY may be missing.  *last*: the stream that it must name.
    """

    code: ErrorCodes
    also: tuple[ErrorCodes, ...] = ()
    silent: bool = field(default=False, kw_only=True)
    last: int | None = field(default=None, kw_only=True)

    def check(self, connection: RawHttp2) -> str:
        """See above; and nothing has come on streams that GOAWAY does not count."""
        _settle(connection, lambda: False)
        assert connection.closed, f"the server goes on; GOAWAY {name(connection.goaway)}"
        code = connection.goaway
        if not (self.silent and code is None):
            assert code in (self.code, *self.also), f"GOAWAY {name(code)}, not {self.code.name}"
            self._check_last(connection)
        assert connection.hung_up(_WITHIN), "TCP is still open"
        return CONNECTION_ERROR

    def _check_last(self, connection: RawHttp2) -> None:
        last = connection.of(GoAwayFrame)[-1].last_stream_id
        assert self.last in (None, last), f"GOAWAY names stream {last}, not {self.last}"
        late = [number for number in connection.answers if number > last]
        assert not late, f"GOAWAY names stream {last}, but {late} were answered"


@frozen
class Works:
    """The *streams* are answered with 200 and whole, and so is one more request.

    *more*: False where no more may be opened.
    """

    streams: tuple[int, ...] = (1,)
    more: bool = field(default=True, kw_only=True)

    def check(self, connection: RawHttp2) -> str:
        """See above."""
        for number in self.streams:
            check_whole(connection, number, 200)
        if self.more:
            check_alive(connection)
        return ANSWER


@frozen
class Status:
    """*stream* is answered whole with one of these *statuses*; the connection lives on."""

    stream: int
    statuses: tuple[int, ...]

    def check(self, connection: RawHttp2) -> str:
        """See above."""
        check_whole(connection, self.stream, *self.statuses)
        check_alive(connection)
        return ANSWER


@frozen
class Reset:
    """A stream error (section 5.4.2): RST_STREAM with the code, and the connection lives on.

    The streams *beside* it are answered.
    """

    stream: int
    code: ErrorCodes
    also: tuple[ErrorCodes, ...] = ()
    beside: tuple[int, ...] = field(default=(), kw_only=True)

    def check(self, connection: RawHttp2) -> str:
        """See above."""

        def came() -> int | None:
            # The first one: "prevents any other errors on that stream" (section 5.4).
            resets = connection.of(RstStreamFrame)
            return next((it.error_code for it in resets if it.stream_id == self.stream), None)

        _settle(connection, lambda: came() is not None)
        code = came()
        if code is None and connection.closed:
            return GoAway(self.code, self.also).check(connection)
        assert code in (self.code, *self.also), f"RST_STREAM {name(code)}, not {self.code.name}"
        for number in self.beside:
            check_whole(connection, number, 200)
        check_alive(connection)
        return STREAM_ERROR


@frozen
class Malformed:
    """A malformed request (section 8.1.1): a stream error PROTOCOL_ERROR.

    A server may answer it before (and section 8.2.1 would like 400); then the client has what it
    needs, whether RST_STREAM follows or not, since both sides have ended the stream.  *statuses*
    are those that will do.
    """

    stream: int = 1
    statuses: tuple[int, ...] = (400,)

    def check(self, connection: RawHttp2) -> str:
        """See above."""
        answer = connection.answer(self.stream, _WITHIN)
        if connection.closed:
            assert not answer.status, f"answered with {answer.status}"
            return GoAway(ErrorCodes.PROTOCOL_ERROR).check(connection)
        if not answer.status:
            return Reset(self.stream, ErrorCodes.PROTOCOL_ERROR).check(connection)
        return Status(self.stream, self.statuses).check(connection)


@frozen
class Either:
    """One of several *outcomes*, where the RFC lets the server choose."""

    outcomes: tuple[Outcome, ...]

    def check(self, connection: RawHttp2) -> str:
        """See above."""
        found = []
        for outcome in self.outcomes:
            try:
                return outcome.check(connection)
            except AssertionError as error:
                found.append(str(error))
        raise AssertionError("; ".join(found))


def _settle(connection: RawHttp2, happened: Callable[[], bool]) -> None:
    """Wait until *happened*, the server has closed, or it cannot happen any more.

    Frames are acted upon in their order: who acknowledges a PING has done what stands before it.
    """
    connection.read_until(happened, _SOON)
    if not happened() and not connection.closed:
        connection.sync(_WITHIN)


def lives() -> Works:
    """Nothing of it shows: the connection answers the next request."""
    return Works(())


def check_whole(connection: RawHttp2, stream: int, *statuses: int) -> Answer:
    """Fail unless *stream* was answered with one of *statuses*, to the end."""
    answer = connection.answer(stream, _WITHIN)
    said = f"stream {stream}: {answer.status}, reset {name(answer.reset)}"
    if connection.closed:
        said += f", connection closed with GOAWAY {name(connection.goaway)}"
    assert answer.status in statuses, said
    assert answer.ended, f"{said}, not ended"
    assert len(answer.body) == int(answer.headers.get("content-length", len(answer.body))), said
    return answer


def check_alive(connection: RawHttp2) -> None:
    """Fail unless one more request is answered, one whose answer needs no window."""
    connection.send(headers(_AFTER, GET_NOTHING))
    check_whole(connection, _AFTER, 303)
