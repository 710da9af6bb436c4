"""Priorities that are no more, errors, and what is not known (RFC 9113, sections 5.3 to 5.5, 7)."""

from h2.errors import ErrorCodes

from tests.system.conformance.blocks import GET
from tests.system.conformance.case import Case
from tests.system.conformance.frames import (
    LARGEST_WINDOW,
    PING,
    UNKNOWN,
    continuation,
    data,
    headers,
    priority,
    rst,
    window,
)
from tests.system.conformance.outcomes import Either, GoAway, Reset, Works, lives
from tests.system.conformance.steps import answered, never_reset, reset_once, synced
from tests.system.rawhttp2 import raw

WRONG = ErrorCodes.PROTOCOL_ERROR
#: RFC 7540 made it a stream error.  RFC 9113 has dropped that with all of its section 5.3, and
#: keeps "some of the mandatory handling" for old clients' sake, so both will do.
ON_ITSELF = Either((Works(), Reset(1, WRONG)))
#: Of RFC 7838; ALTSVC is for clients to read, and servers ignore it.
ALTSVC = 0xA

CASES = (
    Case(
        "5.3.2",
        "priority-on-itself",
        "PRIORITY that makes a stream wait for itself is ignored, or refused as it once was.",
        (priority(1, 1), headers(1)),
        ON_ITSELF,
    ),
    Case(
        "5.3.2",
        "headers-on-itself",
        "HEADERS that make a stream wait for itself are answered, or refused as they once were.",
        (headers(1, depends_on=1),),
        ON_ITSELF,
    ),
    Case(
        "5.3.2",
        "waits-for-a-later-one",
        "Priorities hold nobody up, also not a stream that shall wait for one that never comes.",
        (priority(1, 9), headers(1, depends_on=1 << 31 | 7), headers(3, depends_on=1)),
        Works((1, 3)),
    ),
    Case(
        "5.4.1",
        "last-stream",
        "GOAWAY names the last stream that was acted upon, then TCP is closed.",
        (headers(1), answered(1), headers(7), answered(7), raw(PING, 0, b"short")),
        GoAway(ErrorCodes.FRAME_SIZE_ERROR, last=7),
    ),
    Case(
        "5.4.1",
        "no-stream",
        "GOAWAY names stream zero if there was none.",
        (raw(PING, 0, b"short"),),
        GoAway(ErrorCodes.FRAME_SIZE_ERROR, last=0),
    ),
    Case(
        "5.4.1",
        "nothing-behind-it",
        "What stands behind a connection error is not acted upon.",
        (headers(1), answered(1), raw(PING, 0, b"short"), headers(3)),
        GoAway(ErrorCodes.FRAME_SIZE_ERROR, last=1),
    ),
    Case(
        "5.4.1",
        "while-streams-are-open",
        "Open streams do not keep TCP open behind a connection error.",
        (headers(1, ends=False), headers(3), synced, raw(PING, 0, b"short")),
        GoAway(ErrorCodes.FRAME_SIZE_ERROR, last=3),
    ),
    Case(
        "5.4.2",
        "others-go-on",
        "A stream error leaves the other streams alone.",
        (
            headers(1, ends=False),
            headers(3, ends=False),
            window(1, LARGEST_WINDOW),
            data(3, b"body"),
        ),
        Reset(1, ErrorCodes.FLOW_CONTROL_ERROR, beside=(3,)),
    ),
    Case(
        "5.4.2",
        "no-reset-for-a-reset",
        "RST_STREAM is never answered with RST_STREAM.",
        (headers(1, ends=False), rst(1), rst(1), synced, rst(1), never_reset),
        lives(),
    ),
    Case(
        "5.4.2",
        "reset-once",
        "What was on its way to a stream that the server resets is dropped, not reset again.",
        (
            headers(1, ends=False),
            window(1, LARGEST_WINDOW),
            data(1, b"on its", ends=False) + data(1, b"way"),
            reset_once,
        ),
        lives(),
    ),
    Case(
        "5.5",
        "unknown-on-stream-zero",
        "Frames of every type that is not defined are dropped, whatever their flags.",
        (b"".join(raw(kind, 0, b"what?", 0xFF) for kind in range(0xB, 0x100)), headers(1)),
        Works(),
    ),
    Case(
        "5.5",
        "unknown-on-an-idle-stream",
        "An unknown frame does not open a stream.",
        (raw(UNKNOWN, 7, b"what?"), headers(1)),
        Works(),
    ),
    Case(
        "5.5",
        "unknown-before-data",
        "An unknown frame may stand between the frames of a request.",
        (headers(1, ends=False), raw(UNKNOWN, 1, b"what?", 0xFF), data(1)),
        Works(),
    ),
    Case(
        "5.5",
        "unknown-on-a-closed-stream",
        "An unknown frame on a closed stream cannot be an error.",
        (headers(1), answered(1), raw(UNKNOWN, 1, b"what?"), never_reset),
        lives(),
    ),
    Case(
        "5.5",
        "unknown-in-a-block",
        "An unknown frame within a field block is an error.",
        (headers(1, GET[:9], whole=False), raw(UNKNOWN, 1), continuation(1, GET[9:])),
        GoAway(WRONG),
    ),
    Case(
        "5.5",
        "unknown-in-a-block-on-stream-zero",
        "So it is if it belongs to no stream.",
        (headers(1, GET[:9], whole=False), raw(UNKNOWN, 0), continuation(1, GET[9:])),
        GoAway(WRONG),
    ),
    Case(
        "5.5",
        "altsvc",
        "A server ignores ALTSVC.",
        (raw(ALTSVC, 0, b'\0\x11https://localhosth2=":1"'), headers(1)),
        Works(),
    ),
    Case(
        "5.5",
        "altsvc-on-a-stream",
        "So it does on a stream.",
        (headers(1, ends=False), raw(ALTSVC, 1, b'\0\0h2=":1"'), data(1)),
        Works(),
    ),
    Case(
        "5.5",
        "altsvc-too-short",
        "What it does not support it must not read: ALTSVC without its fields is ignored too.",
        (raw(ALTSVC, 0, b"\0"), headers(1)),
        Works(),
    ),
    Case(
        "7",
        "unknown-code-in-a-reset",
        "An error code that nobody knows is as good as any.",
        (headers(1, ends=False), rst(1, 0xBADC0DE), never_reset),
        lives(),
    ),
)
