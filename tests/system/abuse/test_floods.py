"""Frames that ask for nothing, without end: counted together, and cut (RFC 9113, section 10.5)."""

from itertools import count, cycle

import pytest
from hyperframe.frame import (
    DataFrame,
    PingFrame,
    PriorityFrame,
    RstStreamFrame,
    SettingsFrame,
    WindowUpdateFrame,
)

from tests.system.abuse import flood
from tests.system.abuse.flood import Flood, Frames
from tests.system.abuse.target import Seen, Target, assert_cheap
from tests.system.rawhttp2 import RawHttp2, name, raw

INITIAL_WINDOW_SIZE = 4
#: Types that no RFC has given away, and PRIORITY_UPDATE (RFC 9218), which we do not know.
UNKNOWN, PRIORITY_UPDATE = 0xEE, 0x10
#: Bytes that a client still sends when it has been told that the connection is over.
_AFTERWARDS = 600 << 20


def ping(client: RawHttp2) -> Frames:
    """PING, each of which wants an answer; none is like one of RawHttp2.sync."""
    return (PingFrame(0, opaque_data=b"f" + number.to_bytes(7, "big")) for number in count())


def ping_ack(client: RawHttp2) -> Frames:
    """Answers to PINGs that nobody has sent."""
    return cycle([PingFrame(0, opaque_data=bytes(8), flags=["ACK"])])


def settings(client: RawHttp2) -> Frames:
    """SETTINGS that set nothing, each of which wants an answer."""
    return cycle([SettingsFrame(0)])


def settings_ack(client: RawHttp2) -> Frames:
    """Answers to SETTINGS that nobody has sent."""
    return cycle([SettingsFrame(0, flags=["ACK"])])


def settings_window(client: RawHttp2) -> Frames:
    """SETTINGS that move the windows of 100 open streams up and down."""
    yield from (client.head(2 * number + 1, flags=["END_HEADERS"]) for number in range(100))
    sizes = (0, 65535)
    yield from cycle(SettingsFrame(0, settings={INITIAL_WINDOW_SIZE: size}) for size in sizes)


def settings_unknown(client: RawHttp2) -> Frames:
    """SETTINGS of 2,700 settings each, which nobody knows: all are to be ignored."""
    for begin in cycle(range(1000, 60_000, 2_700)):
        entries = (number.to_bytes(2, "big") + bytes(4) for number in range(begin, begin + 2_700))
        yield raw(0x4, 0, b"".join(entries))


def settings_long(client: RawHttp2) -> Frames:
    """SETTINGS that say one thing 2,700 times each."""
    entry = INITIAL_WINDOW_SIZE.to_bytes(2, "big") + (65535).to_bytes(4, "big")
    return cycle([raw(0x4, 0, entry * 2_700)])


def data_empty(client: RawHttp2) -> Frames:
    """Empty DATA on a stream that is not ended."""
    yield client.head(1, client.fields("/login", "POST"), ["END_HEADERS"])
    yield from cycle([DataFrame(1)])


def data_padding(client: RawHttp2) -> Frames:
    """DATA of nothing but padding."""
    yield client.head(1, client.fields("/login", "POST"), ["END_HEADERS"])
    yield from cycle([raw(0x0, 1, b"\x07" + bytes(7), flags=0x8)])


def priority(client: RawHttp2) -> Frames:
    """PRIORITY for streams that are not there."""
    return (PriorityFrame(number, depends_on=0) for number in count(1, 2))


def priority_self(client: RawHttp2) -> Frames:
    """PRIORITY that makes a stream depend on itself."""
    return (PriorityFrame(number, depends_on=number) for number in count(1, 2))


def priority_update(client: RawHttp2) -> Frames:
    """PRIORITY_UPDATE."""
    return cycle([raw(PRIORITY_UPDATE, 0, bytes(3) + b"\1u=1")])


def unknown(client: RawHttp2) -> Frames:
    """Frames of a type that is not known, and empty."""
    return cycle([raw(UNKNOWN, 0)])


def unknown_full(client: RawHttp2) -> Frames:
    """The same, as long as a frame may be."""
    return cycle([raw(UNKNOWN, 0, bytes(16384))])


def window_connection(client: RawHttp2) -> Frames:
    """WINDOW_UPDATE of 1 on the connection, where nothing waits for it."""
    return cycle([WindowUpdateFrame(0, window_increment=1)])


def window_stream(client: RawHttp2) -> Frames:
    """WINDOW_UPDATE of 1 on a stream that is open."""
    yield client.head(1, client.fields("/login", "POST"), ["END_HEADERS"])
    yield from cycle([WindowUpdateFrame(1, window_increment=1)])


def window_closed(client: RawHttp2) -> Frames:
    """WINDOW_UPDATE of 1 on a stream that is closed."""
    yield client.head(1)
    yield RstStreamFrame(1)
    yield from cycle([WindowUpdateFrame(1, window_increment=1)])


FLOODS = {
    each.__name__: each
    for each in (
        ping,
        ping_ack,
        settings,
        settings_ack,
        settings_window,
        settings_unknown,
        settings_long,
        data_empty,
        data_padding,
        priority,
        priority_self,
        priority_update,
        unknown,
        unknown_full,
        window_connection,
        window_stream,
        window_closed,
    )
}


@pytest.mark.parametrize("kind", FLOODS)
def test_read(target: Target, kind: str) -> None:
    """A client that reads all that comes back is cut."""
    sent: Flood = FLOODS[kind]
    row = target.measure(f"flood {kind}", lambda: flood.read(target, sent))
    assert_cheap(row)


@pytest.mark.parametrize("kind", FLOODS)
def test_unread(target: Target, kind: str) -> None:
    """A client that reads nothing is cut as well."""
    sent: Flood = FLOODS[kind]
    row = target.measure(f"flood {kind}, unread", lambda: flood.unread(target, sent))
    assert_cheap(row, reads=False)


def test_after_the_cut(target: Target) -> None:
    """Who goes on sending when it was cut is not read on and on: that would be work as well."""
    more = raw(UNKNOWN, 0, bytes(16384)) * 16

    def attack() -> Seen:
        with target.connect() as client:
            client.send(raw(0x0, 0, b"x"))
            code = client.end()
            sent = 0
            while sent < _AFTERWARDS and client.send(more):
                sent += len(more)
            return Seen(f"GOAWAY {name(code)}", 1, f"{sent >> 20} MiB sent afterwards")

    assert_cheap(target.measure("flood after the cut", attack))
