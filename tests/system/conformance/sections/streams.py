"""Streams: their states, their numbers, how many there may be (RFC 9113, section 5.1)."""

from h2.errors import ErrorCodes

from tests.system.conformance.blocks import GET, NEWEST, added, indexed
from tests.system.conformance.case import Case
from tests.system.conformance.frames import (
    LARGEST_WINDOW,
    continuation,
    data,
    headers,
    priority,
    rst,
    window,
)
from tests.system.conformance.outcomes import Either, GoAway, Reset, Works, lives
from tests.system.conformance.steps import answered, never_reset, synced

WRONG, CLOSED = ErrorCodes.PROTOCOL_ERROR, ErrorCodes.STREAM_CLOSED
REFUSED = ErrorCodes.REFUSED_STREAM
#: HEADERS on a closed stream break two rules: of the state (section 5.1), and of the number, which
#: must be new (section 5.1.1).  Section 5.4 lets the server name either.
USED = Either((Reset(1, CLOSED), GoAway(WRONG)))
#: As many as the server allows at once by default.
HUNDRED = range(1, 200, 2)

CASES = (
    Case("5.1", "idle-data", "DATA cannot open a stream.", (data(1),), GoAway(WRONG)),
    Case(
        "5.1",
        "idle-data-later",
        "DATA cannot open a stream behind others either.",
        (headers(1), answered(1), data(3)),
        GoAway(WRONG, last=1),
    ),
    Case(
        "5.1",
        "idle-window-update",
        "WINDOW_UPDATE cannot open a stream.",
        (window(1, 1),),
        GoAway(WRONG),
    ),
    Case(
        "5.1",
        "idle-window-update-later",
        "WINDOW_UPDATE cannot open a stream behind others either.",
        (headers(1), answered(1), window(3, 1)),
        GoAway(WRONG),
    ),
    Case(
        "5.1",
        "idle-continuation",
        "CONTINUATION cannot open a stream.",
        (continuation(1, GET),),
        GoAway(WRONG),
    ),
    Case("5.1", "idle-priority", "PRIORITY may come before the request.", (priority(1),), lives()),
    Case(
        "5.1",
        "idle-priority-opens-nothing",
        "PRIORITY on a stream that is not open does not use its number up.",
        (priority(7), headers(1)),
        Works(),
    ),
    Case(
        "5.1",
        "half-closed-data",
        "DATA behind the end of a request is a stream error.",
        (headers(1), data(1)),
        Reset(1, CLOSED),
    ),
    Case(
        "5.1",
        "half-closed-data-behind-data",
        "So is DATA behind DATA that has ended the stream.",
        (headers(1, ends=False), data(1), data(1)),
        Reset(1, CLOSED),
    ),
    Case(
        "5.1",
        "half-closed-headers",
        "HEADERS behind the end of a request are a stream error.",
        (headers(1), headers(1)),
        Reset(1, CLOSED),
    ),
    Case(
        "5.1",
        "half-closed-window-update",
        "A client opens windows although it has nothing more to say.",
        (headers(1), window(1, 1)),
        Works(),
    ),
    Case(
        "5.1",
        "half-closed-priority",
        "A client may send PRIORITY although it has nothing more to say.",
        (headers(1), priority(1)),
        Works(),
    ),
    Case(
        "5.1",
        "half-closed-reset",
        "A client cancels what it has asked for.",
        (headers(1), rst(1), never_reset),
        lives(),
    ),
    Case(
        "5.1",
        "closed-data",
        "DATA on a stream that was answered is an error.",
        (headers(1), answered(1), data(1)),
        Reset(1, CLOSED),
    ),
    Case(
        "5.1",
        "closed-headers",
        "HEADERS on a stream that was answered are an error.",
        (headers(1), answered(1), headers(1)),
        USED,
    ),
    Case(
        "5.1",
        "closed-window-update",
        "WINDOW_UPDATE may cross the end of the answer on its way.",
        (headers(1), answered(1), window(1, 1), never_reset),
        lives(),
    ),
    Case(
        "5.1",
        "closed-reset",
        "RST_STREAM may cross the end of the answer on its way.",
        (headers(1), answered(1), rst(1), never_reset),
        lives(),
    ),
    Case(
        "5.1",
        "closed-priority",
        "PRIORITY may name a stream that was answered.",
        (headers(1), answered(1), priority(1), never_reset),
        lives(),
    ),
    Case(
        "5.1",
        "cancelled-data",
        "DATA on a stream that the client itself has reset is an error.",
        (headers(1, ends=False), rst(1), data(1)),
        Reset(1, CLOSED),
    ),
    Case(
        "5.1",
        "cancelled-headers",
        "HEADERS on a stream that the client itself has reset are an error.",
        (headers(1, ends=False), rst(1), headers(1)),
        USED,
    ),
    Case(
        "5.1",
        "reset-by-the-server",
        "What comes on a stream that the server has reset is dropped; its fields are in the table.",
        (
            headers(1, ends=False),
            window(1, LARGEST_WINDOW),
            data(1, b"on its way", ends=False),
            headers(1, added("x-kept", "yes")),
            headers(3, GET + indexed(NEWEST)),
        ),
        Works((3,)),
    ),
    Case("5.1.1", "even", "A client's streams have odd numbers.", (headers(2),), GoAway(WRONG)),
    Case(
        "5.1.1",
        "lower",
        "A new stream has a higher number than all before it.",
        (headers(5), answered(5), headers(3)),
        GoAway(WRONG, last=5),
    ),
    Case(
        "5.1.1",
        "lower-while-open",
        "So it is while the higher one is open.",
        (headers(5, ends=False), headers(3)),
        GoAway(WRONG),
    ),
    Case(
        "5.1.1",
        "numbers-left-out",
        "Numbers may be left out.",
        (headers(1), headers(101), headers(10_001)),
        Works((1, 101, 10_001)),
    ),
    Case(
        "5.1.1",
        "left-out-data",
        "A number that was left out is of a closed stream.",
        (headers(5), answered(5), data(3)),
        Either((Reset(3, CLOSED), GoAway(WRONG))),
    ),
    Case(
        "5.1.1",
        "left-out-window-update",
        "WINDOW_UPDATE for a closed stream is dropped, also if it never was open.",
        (headers(5), answered(5), window(3, 1)),
        lives(),
    ),
    Case(
        "5.1.1",
        "highest",
        "The highest number there is can be used.",
        (headers(1), headers((1 << 31) - 1)),
        Works((1, (1 << 31) - 1), more=False),
    ),
    Case(
        "5.1.2",
        "a-hundred-at-once",
        "As many streams as allowed are open at once, and all are answered.",
        (
            b"".join(headers(number, ends=False) for number in HUNDRED),
            synced,
            b"".join(data(number) for number in HUNDRED),
        ),
        Works(tuple(HUNDRED)),
    ),
    Case(
        "5.1.2",
        "one-too-many",
        "One more is a stream error, and those before it are answered.",
        (
            b"".join(headers(number, ends=False) for number in [*HUNDRED, 201]),
            synced,
            b"".join(data(number) for number in HUNDRED),
        ),
        Reset(201, REFUSED, (WRONG,), beside=tuple(HUNDRED)),
    ),
    Case(
        "5.1.2",
        "closed-ones-do-not-count",
        "Streams that were answered or cancelled make room for others.",
        (
            b"".join(headers(number) for number in HUNDRED),
            answered(*HUNDRED),
            b"".join(headers(number, ends=False) + rst(number) for number in range(201, 401, 2)),
            b"".join(headers(number) for number in range(401, 601, 2)),
        ),
        Works(tuple(range(401, 601, 2))),
    ),
)
