"""What a case waits for, or looks at, between two writes."""

from collections.abc import Callable, Mapping

from hyperframe.frame import PingFrame, RstStreamFrame, SettingsFrame, WindowUpdateFrame

from tests.system.conformance.frames import FIRST_WINDOW, LARGEST_FRAME, data
from tests.system.conformance.outcomes import check_whole
from tests.system.rawhttp2 import RawHttp2, name

Look = Callable[[RawHttp2], None]


def synced(connection: RawHttp2) -> None:
    """The server has seen all that was sent, and has answered a PING behind it."""
    assert connection.sync(), f"closed with GOAWAY {name(connection.goaway)}, or silent"


def answered(*streams: int) -> Look:
    """The *streams* were answered whole."""

    def look(connection: RawHttp2) -> None:
        for number in streams:
            check_whole(connection, number, 200)

    return look


def byte_by_byte(octets: bytes) -> Look:
    """*octets*, each in a write of its own."""

    def send(connection: RawHttp2) -> None:
        for number in range(len(octets)):
            connection.send(octets[number : number + 1])

    return send


def holds(stream: int, count: int) -> Look:
    """The head and exactly *count* bytes of the body have come on *stream*, and no more do."""

    def look(connection: RawHttp2) -> None:
        def came() -> int:
            answer = connection.answers.get(stream)
            return len(answer.body) if answer is not None and answer.status else -1

        connection.read_until(lambda: came() >= count)
        synced(connection)
        assert came() == count, f"{came()} bytes have come, not {count}"

    return look


def holds_in_all(count: int) -> Look:
    """Exactly *count* bytes of bodies have come on all streams together, and no more do."""

    def look(connection: RawHttp2) -> None:
        def came() -> int:
            return sum(len(answer.body) for answer in connection.answers.values())

        connection.read_until(lambda: came() >= count)
        synced(connection)
        assert came() == count, f"{came()} bytes have come, not {count}"

    return look


def acknowledged(count: int) -> Look:
    """The server has acknowledged *count* SETTINGS, and no more."""

    def look(connection: RawHttp2) -> None:
        def came() -> int:
            return sum("ACK" in it.flags for it in connection.of(SettingsFrame))

        connection.read_until(lambda: came() >= count)
        synced(connection)
        assert came() == count, f"{came()} acknowledged, not {count}"

    return look


def echoed(payload: bytes, times: int = 1) -> Look:
    """PING has been acknowledged with *payload* so many times."""

    def look(connection: RawHttp2) -> None:
        synced(connection)
        came = [it for it in connection.of(PingFrame) if it.opaque_data == payload]
        assert len(came) == times, f"{len(came)} came, not {times}"
        assert all("ACK" in it.flags for it in came)

    return look


def never_reset(connection: RawHttp2) -> None:
    """The server has sent no RST_STREAM."""
    synced(connection)
    assert not connection.of(RstStreamFrame)


def reset_once(connection: RawHttp2) -> None:
    """The server has sent one RST_STREAM, and no other."""
    synced(connection)
    assert len(connection.of(RstStreamFrame)) == 1, connection.of(RstStreamFrame)


def uploads(sizes: Mapping[int, int], pad: int | None = None) -> Look:
    """Bodies of so many bytes on each stream, sent as the connection's window allows.

    With *pad* each byte has so much padding, and a frame for itself.
    """
    most, cost = (LARGEST_FRAME, 0) if pad is None else (1, pad + 1)

    def send(connection: RawHttp2) -> None:
        sent = 0
        for stream, size in sizes.items():
            for left in range(size, 0, -most):
                part = min(left, most)
                sent += part + cost
                assert _has_room(connection, sent), f"{sent} bytes would pass the window"
                connection.send(data(stream, bytes(part), ends=left == part, pad=pad))

    return send


def _has_room(connection: RawHttp2, size: int) -> bool:
    def is_there() -> bool:
        updates = [it for it in connection.of(WindowUpdateFrame) if not it.stream_id]
        return size <= FIRST_WINDOW + sum(it.window_increment for it in updates)

    return connection.read_until(is_there)


def table_limited(*sizes: int) -> Look:
    """The client's table of the server's fields becomes of each of these *sizes* in turn."""

    def resize(connection: RawHttp2) -> None:
        connection.resize_table(*sizes)

    return resize


def reads(stream: int, text: bytes) -> Look:
    """The answer on *stream* has *text* in it."""

    def look(connection: RawHttp2) -> None:
        assert text in check_whole(connection, stream, 200).body

    return look


def interim(stream: int) -> Look:
    """100 has come on *stream*, which it did not end."""

    def look(connection: RawHttp2) -> None:
        def came() -> int:
            return connection.answers[stream].status if stream in connection.answers else 0

        connection.read_until(lambda: came() > 0)
        assert came() == 100, f"{came()} came"
        assert not connection.answers[stream].over

    return look


def head_alone(stream: int) -> Look:
    """The answer on *stream* has a head that speaks of a body, and has none."""

    def look(connection: RawHttp2) -> None:
        answer = connection.answer(stream)
        assert (answer.status, answer.ended, answer.body) == (200, True, b"")
        assert int(answer.headers["content-length"]) > 0

    return look
