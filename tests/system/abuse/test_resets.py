"""Streams that end in a reset, by the client or because it makes us: counted together, and cut."""

from itertools import count

import pytest
from hyperframe.frame import DataFrame, PriorityFrame, RstStreamFrame, WindowUpdateFrame

from tests.system.abuse import flood
from tests.system.abuse.flood import Flood, Frames
from tests.system.abuse.target import CPU, Target, assert_cheap
from tests.system.rawhttp2 import RawHttp2, raw

CANCEL = 8
#: 200 at once and 20 a second, of two frames each, are allowed: this leaves a busy machine 10 s.
MOST = 800


def _streams() -> "count[int]":
    return count(1, 2)


def rapid(client: RawHttp2) -> Frames:
    """GET and RST_STREAM (CVE-2023-44487)."""
    for stream in _streams():
        yield from (client.head(stream), RstStreamFrame(stream, error_code=CANCEL))


def rapid_open(client: RawHttp2) -> Frames:
    """The head of a POST, and RST_STREAM."""
    for stream in _streams():
        yield client.head(stream, client.fields("/login", "POST"), ["END_HEADERS"])
        yield RstStreamFrame(stream, error_code=CANCEL)


def finished(client: RawHttp2) -> Frames:
    """RST_STREAM for a GET that has been answered."""
    for stream in _streams():
        client.get(stream, "/")
        yield RstStreamFrame(stream, error_code=CANCEL)


def repeated(client: RawHttp2) -> Frames:
    """One stream reset again and again."""
    yield client.head(1)
    while True:
        yield RstStreamFrame(1, error_code=CANCEL)


def overflow(client: RawHttp2) -> Frames:
    """WINDOW_UPDATE beyond 2^31-1: we must reset the stream (section 6.9.1)."""
    for stream in _streams():
        yield client.head(stream, flags=["END_HEADERS"])
        yield WindowUpdateFrame(stream, window_increment=2**31 - 1)


def half_closed(client: RawHttp2) -> Frames:
    """DATA behind END_STREAM: we must reset the stream (section 5.1)."""
    for stream in _streams():
        yield from (client.head(stream), DataFrame(stream, data=b"x"))


def after_reset(client: RawHttp2) -> Frames:
    """DATA for ever on a stream that was reset: each is answered by a reset, or ignored."""
    yield client.head(1, client.fields("/login", "POST"), ["END_HEADERS"])
    yield RstStreamFrame(1, error_code=CANCEL)
    while True:
        yield DataFrame(1, data=b"x")


def head_after_reset(client: RawHttp2) -> Frames:
    """HEADERS for ever on a stream that was reset."""
    yield client.head(1)
    yield RstStreamFrame(1, error_code=CANCEL)
    while True:
        yield client.head(1)


def zero_window(client: RawHttp2) -> Frames:
    """WINDOW_UPDATE of 0: we must reset the stream (section 6.9)."""
    for stream in _streams():
        yield client.head(stream, flags=["END_HEADERS"])
        yield raw(0x8, stream, bytes(4))


def self_dependent(client: RawHttp2) -> Frames:
    """HEADERS that make the stream depend on itself: a reset by RFC 7540, nothing by RFC 9113."""
    for stream in _streams():
        head = client.head(stream, flags=["END_HEADERS", "PRIORITY"])
        head.depends_on = stream
        yield head


def self_dependent_later(client: RawHttp2) -> Frames:
    """The same by PRIORITY on an open stream."""
    for stream in _streams():
        yield client.head(stream, flags=["END_HEADERS"])
        yield PriorityFrame(stream, depends_on=stream)


def malformed(client: RawHttp2) -> Frames:
    """A request without a path: we must reset the stream (section 8.1.1)."""
    for stream in _streams():
        yield client.head(stream, [(":method", "GET"), (":scheme", "https")])


def upper_case(client: RawHttp2) -> Frames:
    """A field name in upper case: the same."""
    for stream in _streams():
        yield client.head(stream, [*client.fields(), ("X-Name", "value")])


def length(client: RawHttp2) -> Frames:
    """A body longer than content-length: the same."""
    for stream in _streams():
        fields = client.fields("/login", "POST", ("content-length", "1"))
        yield client.head(stream, fields, ["END_HEADERS"])
        yield DataFrame(stream, data=b"four", flags=["END_STREAM"])


def unended(client: RawHttp2) -> Frames:
    """POST without an end: the 101st and all behind it are refused, which is a reset too."""
    for stream in _streams():
        yield client.head(stream, client.fields("/login", "POST"), ["END_HEADERS"])


FLOODS = {
    each.__name__: each
    for each in (
        rapid,
        rapid_open,
        finished,
        repeated,
        overflow,
        half_closed,
        after_reset,
        head_after_reset,
        zero_window,
        self_dependent,
        self_dependent_later,
        malformed,
        upper_case,
        length,
        unended,
    )
}


@pytest.mark.parametrize("kind", FLOODS)
def test_resets(target: Target, kind: str) -> None:
    """Who resets streams, or makes us reset them, is cut, and what was begun costs little."""
    sent: Flood = FLOODS[kind]
    row = target.measure(f"resets {kind}", lambda: flood.read(target, sent))
    # 250 answers that were asked for cost what answers cost.
    assert_cheap(row, MOST, cpu=2 * CPU if sent is finished else CPU)
