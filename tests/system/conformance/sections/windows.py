"""WINDOW_UPDATE and flow control (RFC 9113, section 6.9)."""

from h2.errors import ErrorCodes

from tests.system.conformance.blocks import GET_LARGE
from tests.system.conformance.case import Case
from tests.system.conformance.frames import (
    FIRST_WINDOW,
    INITIAL_WINDOW_SIZE,
    LARGEST_WINDOW,
    RESERVED,
    WINDOW_UPDATE,
    headers,
    opening,
    settings,
    window,
)
from tests.system.conformance.outcomes import GoAway, Reset, Works
from tests.system.conformance.steps import Look, holds, holds_in_all, synced, uploads
from tests.system.rawhttp2 import raw

WRONG, SIZE = ErrorCodes.PROTOCOL_ERROR, ErrorCodes.FRAME_SIZE_ERROR
FLOW = ErrorCodes.FLOW_CONTROL_ERROR
OPEN = headers(1, ends=False)
#: More than the connection's first window holds.
SEVEN = range(1, 14, 2)


def initial(size: int) -> bytes:
    """SETTINGS that make the streams' windows so large."""
    return settings((INITIAL_WINDOW_SIZE, size))


def in_steps(stream: int, size: int, count: int) -> tuple[bytes | Look, ...]:
    """The window opened *count* times, and what has come each time."""
    steps: list[bytes | Look] = []
    for number in range(1, count + 1):
        steps += [window(stream, size), holds(stream, size * number)]
    return tuple(steps)


CASES = (
    Case(
        "6.9",
        "nothing-for-the-connection",
        "A window cannot be opened by nothing.",
        (window(0, 0),),
        GoAway(WRONG),
    ),
    Case(
        "6.9",
        "nothing-for-a-stream",
        "Nor can a stream's; that is the stream's error.",
        (OPEN, window(1, 0)),
        Reset(1, WRONG),
    ),
    Case(
        "6.9",
        "too-short",
        "WINDOW_UPDATE of three bytes is a connection error.",
        (raw(WINDOW_UPDATE, 0, b"\0\0\1"),),
        GoAway(SIZE),
    ),
    Case(
        "6.9",
        "too-long",
        "WINDOW_UPDATE of five bytes is a connection error.",
        (raw(WINDOW_UPDATE, 0, b"\0\0\0\1\0"),),
        GoAway(SIZE),
    ),
    Case(
        "6.9",
        "too-short-on-a-stream",
        "So it is on a stream.",
        (OPEN, raw(WINDOW_UPDATE, 1, b"\0\0\1")),
        GoAway(SIZE),
    ),
    Case(
        "6.9",
        "reserved-bit",
        "The bit before the increment is ignored.",
        (initial(0), headers(1), holds(1, 0), window(1, RESERVED | 7), holds(1, 7), initial(9999)),
        Works(),
    ),
    Case(
        "6.9.1",
        "connection-too-large",
        "A connection's window that grows beyond 2^31 - 1 is an error.",
        (window(0, LARGEST_WINDOW),),
        GoAway(FLOW),
    ),
    Case(
        "6.9.1",
        "stream-too-large",
        "A stream's window that grows beyond 2^31 - 1 is the stream's error.",
        (OPEN, window(1, LARGEST_WINDOW)),
        Reset(1, FLOW),
    ),
    Case(
        "6.9.1",
        "stream-too-large-in-steps",
        "So it is if it grows little by little.",
        (OPEN, window(1, LARGEST_WINDOW - FIRST_WINDOW), synced, window(1, 1)),
        Reset(1, FLOW),
    ),
    Case(
        "6.9.1",
        "connection-used-up",
        "All streams together send what the connection's window holds, and go on when it opens.",
        (
            b"".join(headers(number, GET_LARGE) for number in SEVEN),
            holds_in_all(FIRST_WINDOW),
            window(0, 1),
            holds_in_all(FIRST_WINDOW + 1),
            window(0, 1 << 20),
        ),
        Works(tuple(SEVEN)),
        begins=opening(),
    ),
    Case(
        "6.9.1",
        "window-of-nothing",
        "A window of nothing lets the head of an answer pass, and nothing else.",
        (initial(0), headers(1), holds(1, 0), window(1, 1 << 16)),
        Works(),
    ),
    Case(
        "6.9.1",
        "window-of-one",
        "A window of one byte lets one byte pass.",
        (initial(1), headers(1), holds(1, 1), window(1, 1), holds(1, 2), window(1, 1 << 16)),
        Works(),
    ),
    Case(
        "6.9.1",
        "in-small-steps",
        "An answer comes as the window is opened, neither more nor less.",
        (initial(0), headers(1), *in_steps(1, 97, 9), window(1, 1 << 16)),
        Works(),
    ),
    Case(
        "6.9.1",
        "one-stream-holds-up-no-other",
        "A stream without a window does not hold up the others.",
        (initial(0), headers(1), headers(3), window(3, 1 << 16), holds(1, 0)),
        Works((3,)),
    ),
    Case(
        "6.9.1",
        "given-back",
        "What a client has uploaded it may upload again: the connection's window is opened.",
        (
            headers(1, ends=False) + headers(3, ends=False) + headers(5, ends=False),
            uploads({1: 60_000, 3: 60_000, 5: 60_000}),
        ),
        Works((1, 3, 5)),
        begins=opening((INITIAL_WINDOW_SIZE, 1 << 20)),
    ),
    Case(
        "6.9.1",
        "padding-given-back",
        "Padding uses windows up, and they are opened for it too.",
        (
            headers(1, ends=False) + headers(3, ends=False) + headers(5, ends=False),
            uploads({1: 120, 3: 120, 5: 120}, pad=255),
        ),
        Works((1, 3, 5)),
    ),
    Case(
        "6.9.2",
        "for-streams-that-are-open",
        "A new initial size opens the windows of the streams that are there.",
        (initial(0), headers(1), headers(3), holds(1, 0), holds(3, 0), initial(1 << 16)),
        Works((1, 3)),
    ),
    Case(
        "6.9.2",
        "negative",
        "It may make a window negative: that much must be made up for before a byte is sent.",
        (
            initial(100),
            headers(1),
            holds(1, 100),
            initial(10),
            window(1, 89),
            holds(1, 100),
            window(1, 1),
            holds(1, 100),
            window(1, 1),
            holds(1, 101),
            window(1, 1 << 16),
        ),
        Works(),
    ),
    Case(
        "6.9.2",
        "negative-and-back",
        "What SETTINGS have closed they can open again.",
        (initial(100), headers(1), holds(1, 100), initial(0), holds(1, 100), initial(9999)),
        Works(),
    ),
    Case(
        "6.9.2",
        "too-large-for-an-open-stream",
        "SETTINGS that make an open stream's window larger than 2^31 - 1 are an error.",
        (OPEN, window(1, 1), initial(LARGEST_WINDOW)),
        GoAway(FLOW),
    ),
    Case(
        "6.9.2",
        "not-for-the-connection",
        "SETTINGS do not change the connection's window.",
        (
            b"".join(headers(number, GET_LARGE) for number in SEVEN),
            holds_in_all(FIRST_WINDOW),
            initial(LARGEST_WINDOW // 2),
            holds_in_all(FIRST_WINDOW),
            window(0, 1 << 20),
        ),
        Works(tuple(SEVEN)),
        begins=opening((INITIAL_WINDOW_SIZE, 1 << 20)),
    ),
)
