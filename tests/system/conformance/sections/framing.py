"""The frame's own fields, and how long it may be (RFC 9113, sections 4.1 to 4.3)."""

from h2.errors import ErrorCodes

from tests.system.conformance.blocks import GET, NEWEST, added, indexed
from tests.system.conformance.case import Case
from tests.system.conformance.frames import (
    DATA,
    END_STREAM,
    LARGEST_FRAME,
    PING,
    RESERVED,
    SETTINGS,
    UNKNOWN,
    data,
    headers,
    ping,
    rst,
)
from tests.system.conformance.outcomes import GoAway, Reset, Works, lives
from tests.system.conformance.steps import acknowledged, echoed, synced
from tests.system.rawhttp2 import raw

TOO_LONG = ErrorCodes.FRAME_SIZE_ERROR
UNREADABLE = ErrorCodes.COMPRESSION_ERROR
PAYLOAD = b"conforms"

CASES = (
    Case(
        "4.1",
        "reserved-bit-of-a-stream",
        "The bit before a stream's number is ignored.",
        (headers(RESERVED | 1),),
        Works(),
    ),
    Case(
        "4.1",
        "reserved-bit-of-stream-zero",
        "The bit before stream zero does not make it another one.",
        (raw(PING, RESERVED, PAYLOAD), echoed(PAYLOAD)),
        lives(),
    ),
    Case(
        "4.1",
        "undefined-flags-of-headers",
        "Flags that HEADERS does not have are ignored.",
        (headers(1, flags=0x2 | 0x10 | 0x40 | 0x80),),
        Works(),
    ),
    Case(
        "4.1",
        "undefined-flags-of-data",
        "Flags that DATA does not have are ignored.",
        (headers(1, ends=False), raw(DATA, 1, b"body", 0xF6), raw(DATA, 1, b"", 0xF6 | END_STREAM)),
        Works(),
    ),
    Case(
        "4.1",
        "undefined-flags-of-settings",
        "Flags that SETTINGS does not have are ignored.",
        (raw(SETTINGS, 0, b"", 0xFE), acknowledged(2)),
        lives(),
    ),
    Case(
        "4.1",
        "undefined-flags-of-ping",
        "Flags that PING does not have are ignored.",
        (ping(PAYLOAD, 0xFE), echoed(PAYLOAD)),
        lives(),
    ),
    Case(
        "4.2",
        "largest-data",
        "DATA of 16,384 bytes is read.",
        (headers(1, ends=False), data(1, bytes(LARGEST_FRAME))),
        Works(),
    ),
    Case(
        "4.2",
        "largest-settings",
        "SETTINGS of 16,380 bytes, the most that six divides, are read.",
        (raw(SETTINGS, 0, b"\xba\xba\0\0\0\0" * 2730), acknowledged(2)),
        lives(),
    ),
    Case(
        "4.2",
        "largest-unknown",
        "A frame of a type nobody knows may have 16,384 bytes.",
        (raw(UNKNOWN, 0, bytes(LARGEST_FRAME)), headers(1)),
        Works(),
    ),
    Case(
        "4.2",
        "data-too-long",
        "One byte more is a stream error in DATA.",
        (headers(1, ends=False), data(1, bytes(LARGEST_FRAME + 1))),
        Reset(1, TOO_LONG),
    ),
    Case(
        "4.2",
        "headers-too-long",
        "One byte more is a connection error in HEADERS, which changes the connection's state.",
        (headers(1, GET + bytes(LARGEST_FRAME + 1 - len(GET))),),
        GoAway(TOO_LONG),
    ),
    Case(
        "4.2",
        "settings-too-long",
        "Too many SETTINGS are a connection error.",
        (raw(SETTINGS, 0, b"\xba\xba\0\0\0\0" * 2731),),
        GoAway(TOO_LONG),
    ),
    Case(
        "4.2",
        "unknown-too-long",
        "One byte more is a connection error on stream zero, whatever the type.",
        (raw(UNKNOWN, 0, bytes(LARGEST_FRAME + 1)),),
        GoAway(TOO_LONG),
    ),
    Case(
        "4.2",
        "too-long-announced",
        "A frame that says it has 16 MiB is refused for that, not kept until it is whole.",
        (raw(UNKNOWN, 0, bytes((1 << 24) - 1))[: 9 + LARGEST_FRAME],),
        GoAway(TOO_LONG),
    ),
    Case(
        "4.3",
        "unreadable",
        "A field block that cannot be decompressed ends the connection: the tables differ now.",
        (headers(1, GET + indexed(0)),),
        GoAway(UNREADABLE),
    ),
    Case(
        "4.3",
        "unreadable-trailers",
        "So does one of trailers.",
        (headers(1, ends=False), data(1, b"body", ends=False), headers(1, indexed(NEWEST))),
        GoAway(UNREADABLE),
    ),
    Case(
        "4.3",
        "unreadable-in-the-midst",
        "So does one that comes while another stream waits for its body.",
        (headers(1, ends=False), synced, headers(3, GET + indexed(NEWEST))),
        GoAway(UNREADABLE),
    ),
    Case(
        "4.3",
        "block-of-a-cancelled-stream",
        "The table keeps what a stream has added that its client has cancelled at once.",
        (
            headers(1, GET + added("x-kept", "yes"), ends=False),
            rst(1),
            headers(3, GET + indexed(NEWEST)),
        ),
        Works((3,)),
    ),
)
