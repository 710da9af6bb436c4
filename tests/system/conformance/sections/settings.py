"""SETTINGS (RFC 9113, section 6.5)."""

from h2.errors import ErrorCodes

from tests.system.conformance.case import Case
from tests.system.conformance.frames import (
    ACK,
    ENABLE_PUSH,
    FIRST_WINDOW,
    HEADER_TABLE_SIZE,
    INITIAL_WINDOW_SIZE,
    LARGEST_WINDOW,
    MAX_CONCURRENT_STREAMS,
    MAX_FRAME_SIZE,
    MAX_HEADER_LIST_SIZE,
    SETTINGS,
    headers,
    settings,
)
from tests.system.conformance.outcomes import GoAway, Works, lives
from tests.system.conformance.steps import acknowledged, answered, table_limited
from tests.system.rawhttp2 import raw

WRONG, SIZE = ErrorCodes.PROTOCOL_ERROR, ErrorCodes.FRAME_SIZE_ERROR
FLOW = ErrorCodes.FLOW_CONTROL_ERROR
HIGHEST = (1 << 32) - 1

CASES = (
    Case(
        "6.5",
        "acknowledged",
        "Each SETTINGS is acknowledged once.",
        (settings(), settings((MAX_CONCURRENT_STREAMS, 7)), acknowledged(3)),
        lives(),
    ),
    Case(
        "6.5",
        "acknowledgement",
        "An acknowledgement is not acknowledged.",
        (raw(SETTINGS, 0, flags=ACK), acknowledged(1)),
        lives(),
    ),
    Case(
        "6.5",
        "acknowledgement-with-payload",
        "An acknowledgement says nothing.",
        (raw(SETTINGS, 0, bytes(6), ACK),),
        GoAway(SIZE),
    ),
    Case(
        "6.5",
        "acknowledgement-of-one-byte",
        "It says nothing, not even less than a setting.",
        (raw(SETTINGS, 0, bytes(1), ACK),),
        GoAway(SIZE),
    ),
    Case(
        "6.5",
        "on-a-stream",
        "SETTINGS have no stream.",
        (headers(1, ends=False), raw(SETTINGS, 1)),
        GoAway(WRONG),
    ),
    Case(
        "6.5",
        "acknowledgement-on-a-stream",
        "An acknowledgement has no stream.",
        (headers(1, ends=False), raw(SETTINGS, 1, flags=ACK)),
        GoAway(WRONG),
    ),
    Case(
        "6.5",
        "five-bytes",
        "A setting has six bytes.",
        (raw(SETTINGS, 0, bytes(5)),),
        GoAway(SIZE),
    ),
    Case(
        "6.5",
        "seven-bytes",
        "A setting that is whole does not make up for one that is not.",
        (raw(SETTINGS, 0, b"\0\3\0\0\0\7\0"),),
        GoAway(SIZE),
    ),
    Case(
        "6.5.2",
        "unknown",
        "A setting that nobody knows is ignored.",
        (settings((0xBABA, HIGHEST), (0, 0), (7, 1), (0xFFFF, 1)), acknowledged(2), headers(1)),
        Works(),
    ),
    Case(
        "6.5.2",
        "table-of-nothing",
        "A client that keeps no table is sent no field from it.",
        (
            headers(1),
            answered(1),
            settings((HEADER_TABLE_SIZE, 0)),
            acknowledged(2),
            table_limited(0),
            headers(3),
            answered(3),
            headers(5),
        ),
        Works((5,)),
    ),
    Case(
        "6.5.2",
        "table-as-large-as-can-be",
        "A client may offer a table that no server fills.",
        (settings((HEADER_TABLE_SIZE, HIGHEST)), table_limited(HIGHEST), headers(1)),
        Works(),
    ),
    Case(
        "6.5.2",
        "push-on-and-off",
        "A client may want to be pushed to, or not.",
        (settings((ENABLE_PUSH, 1)), settings((ENABLE_PUSH, 0)), acknowledged(3), headers(1)),
        Works(),
    ),
    Case(
        "6.5.2",
        "push-two",
        "It cannot want anything else.",
        (settings((ENABLE_PUSH, 2)),),
        GoAway(WRONG),
    ),
    Case(
        "6.5.2",
        "no-streams",
        "A client that allows the server no streams may open its own.",
        (settings((MAX_CONCURRENT_STREAMS, 0)), headers(1)),
        Works(),
    ),
    Case(
        "6.5.2",
        "largest-initial-window",
        "A window has at most 2^31 - 1 bytes.",
        (settings((INITIAL_WINDOW_SIZE, LARGEST_WINDOW)), headers(1)),
        Works(),
    ),
    Case(
        "6.5.2",
        "initial-window-too-large",
        "A window of one byte more is an error.",
        (settings((INITIAL_WINDOW_SIZE, LARGEST_WINDOW + 1)),),
        GoAway(FLOW),
    ),
    Case(
        "6.5.2",
        "initial-window-much-too-large",
        "So is one of all that fits into the setting.",
        (settings((INITIAL_WINDOW_SIZE, HIGHEST)),),
        GoAway(FLOW),
    ),
    Case(
        "6.5.2",
        "largest-frame-size",
        "A client may read frames of up to 2^24 - 1 bytes.",
        (settings((MAX_FRAME_SIZE, (1 << 24) - 1)), headers(1)),
        Works(),
    ),
    Case(
        "6.5.2",
        "frame-size-too-small",
        "It cannot refuse those of 16,384.",
        (settings((MAX_FRAME_SIZE, (1 << 14) - 1)),),
        GoAway(WRONG),
    ),
    Case(
        "6.5.2",
        "frame-size-too-large",
        "It cannot read those whose length cannot be written.",
        (settings((MAX_FRAME_SIZE, 1 << 24)),),
        GoAway(WRONG),
    ),
    Case(
        "6.5.2",
        "header-list-unbounded",
        "A client may read as many fields as there are.",
        (settings((MAX_HEADER_LIST_SIZE, HIGHEST)), headers(1)),
        Works(),
    ),
    Case(
        "6.5.3",
        "last-one-counts",
        "Of one setting's values in a frame the last one counts.",
        (
            settings(
                (INITIAL_WINDOW_SIZE, 0),
                (MAX_CONCURRENT_STREAMS, 1),
                (INITIAL_WINDOW_SIZE, FIRST_WINDOW),
            ),
            headers(1),
        ),
        Works(),
    ),
    Case(
        "6.5.3",
        "each-one-is-checked",
        "A wrong value is an error also if a right one stands behind it.",
        (settings((INITIAL_WINDOW_SIZE, HIGHEST), (INITIAL_WINDOW_SIZE, FIRST_WINDOW)),),
        GoAway(FLOW),
    ),
    Case(
        "6.5.3",
        "before-what-follows",
        "Settings hold for what stands behind them in the same write.",
        (settings((INITIAL_WINDOW_SIZE, 0)) + headers(1) + settings((INITIAL_WINDOW_SIZE, 9999)),),
        Works(),
    ),
)
