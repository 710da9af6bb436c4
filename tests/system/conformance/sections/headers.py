"""DATA, HEADERS, PRIORITY and RST_STREAM (RFC 9113, sections 6.1 to 6.4)."""

from h2.errors import ErrorCodes

from tests.system.client import ALICE, PASSWORD
from tests.system.conformance.blocks import GET, sign_in
from tests.system.conformance.case import Case
from tests.system.conformance.frames import (
    DATA,
    END_HEADERS,
    END_STREAM,
    HEADERS,
    PADDED,
    PRIORITY,
    RST_STREAM,
    WITH_PRIORITY,
    continuation,
    data,
    headers,
    ping,
    priority,
    rst,
    weigh,
)
from tests.system.conformance.outcomes import GoAway, Reset, Status, Works, lives
from tests.system.conformance.steps import never_reset
from tests.system.rawhttp2 import raw

WRONG, SIZE = ErrorCodes.PROTOCOL_ERROR, ErrorCodes.FRAME_SIZE_ERROR
PROOF = f'{{"name": "{ALICE}", "password": "{PASSWORD}"}}'.encode()
#: The body has arrived as it was sent.
SIGNED_IN = Status(1, (201,))
#: What a GET needs, up to the frame in question.
OPEN = headers(1, ends=False)
BEGUN, REST = headers(1, GET[:9], whole=False), continuation(1, GET[9:])
ALL = END_HEADERS | END_STREAM

CASES = (
    Case("6.1", "stream-zero", "DATA has a stream.", (data(0, b"body"),), GoAway(WRONG)),
    Case(
        "6.1",
        "byte-by-byte",
        "A body is what all DATA of a stream together have.",
        (
            headers(1, sign_in(), ends=False),
            b"".join(data(1, bytes((each,)), ends=False) for each in PROOF),
            data(1),
        ),
        SIGNED_IN,
    ),
    Case(
        "6.1",
        "padded",
        "Padding is no part of the body.",
        (
            headers(1, sign_in(), ends=False),
            data(1, PROOF[:9], ends=False, pad=255),
            data(1, PROOF[9:], pad=7),
        ),
        SIGNED_IN,
    ),
    Case(
        "6.1",
        "padded-with-nothing",
        "Padding of no bytes is none.",
        (headers(1, sign_in(), ends=False), data(1, PROOF, pad=0)),
        SIGNED_IN,
    ),
    Case(
        "6.1",
        "nothing-but-padding",
        "DATA may have no data, but padding.",
        (
            headers(1, sign_in(), ends=False),
            data(1, pad=99, ends=False) + data(1, PROOF, ends=False) + data(1, pad=255),
        ),
        SIGNED_IN,
    ),
    Case(
        "6.1",
        "padding-as-long-as-the-frame",
        "Padding as long as the payload is an error.",
        (OPEN, raw(DATA, 1, bytes((6,)) + bytes(5), PADDED)),
        GoAway(WRONG),
    ),
    Case(
        "6.1",
        "padding-longer-than-the-frame",
        "So is longer padding.",
        (OPEN, raw(DATA, 1, bytes((255,)) + bytes(5), PADDED)),
        GoAway(WRONG),
    ),
    Case(
        "6.1",
        "padding-without-its-length",
        "DATA that says it is padded and has no byte for the padding's length is too short.",
        (OPEN, raw(DATA, 1, b"", PADDED)),
        Reset(1, SIZE),
    ),
    Case("6.2", "stream-zero", "HEADERS have a stream.", (headers(0),), GoAway(WRONG)),
    Case("6.2", "padded", "HEADERS may be padded.", (headers(1, pad=255),), Works()),
    Case(
        "6.2",
        "padded-with-nothing",
        "Padding of no bytes is none.",
        (headers(1, pad=0),),
        Works(),
    ),
    Case(
        "6.2",
        "padding-as-long-as-the-frame",
        "Padding as long as the payload is an error.",
        (raw(HEADERS, 1, bytes((len(GET) + 1,)) + GET, ALL | PADDED),),
        GoAway(WRONG),
    ),
    Case(
        "6.2",
        "padding-longer-than-the-frame",
        "So is longer padding.",
        (raw(HEADERS, 1, bytes((255,)) + GET, ALL | PADDED),),
        GoAway(WRONG),
    ),
    Case(
        "6.2",
        "padding-in-the-priority",
        "Padding that is longer than what the other fields leave is an error.",
        (
            raw(HEADERS, 1, bytes((3,)) + weigh(0), END_STREAM | PADDED | WITH_PRIORITY),
            continuation(1, GET),
        ),
        # "the length of the frame payload" of 9113, "the size remaining" of 7540; or it is too
        # short for what must be in it (section 4.2).
        GoAway(WRONG, (SIZE,)),
    ),
    Case(
        "6.2",
        "padding-without-its-length",
        "HEADERS that say they are padded and have no byte for its length are too short.",
        (raw(HEADERS, 1, b"", ALL | PADDED),),
        GoAway(SIZE),
    ),
    Case("6.2", "priority", "HEADERS may have a priority.", (headers(1, depends_on=0),), Works()),
    Case(
        "6.2",
        "priority-exclusive",
        "The priority's highest bit is no part of a number.",
        (headers(1, depends_on=1 << 31),),
        Works(),
    ),
    Case(
        "6.2",
        "priority-and-padding",
        "HEADERS may have a priority and padding.",
        (
            raw(
                HEADERS,
                1,
                bytes((3,)) + weigh(0) + GET + bytes(3),
                ALL | PADDED | WITH_PRIORITY,
            ),
        ),
        Works(),
    ),
    Case(
        "6.2",
        "priority-too-short",
        "HEADERS that say they have a priority and have no room for it are too short.",
        (raw(HEADERS, 1, bytes(4), ALL | WITH_PRIORITY),),
        GoAway(SIZE),
    ),
    Case(
        "6.2",
        "data-in-a-block",
        "DATA cannot stand within a field block.",
        (BEGUN, data(1), REST),
        GoAway(WRONG),
    ),
    Case(
        "6.2",
        "headers-in-a-block",
        "HEADERS of another stream cannot stand within a field block.",
        (BEGUN, headers(3), REST),
        GoAway(WRONG),
    ),
    Case(
        "6.2",
        "ping-in-a-block",
        "PING cannot stand within a field block.",
        (BEGUN, ping(b"in it!!!"), REST),
        GoAway(WRONG),
    ),
    Case("6.3", "stream-zero", "PRIORITY has a stream.", (priority(0, 1),), GoAway(WRONG)),
    Case(
        "6.3",
        "too-short",
        "PRIORITY of four bytes is a stream error.",
        (OPEN, raw(PRIORITY, 1, bytes(4))),
        Reset(1, SIZE),
    ),
    Case(
        "6.3",
        "too-long",
        "PRIORITY of six bytes is a stream error.",
        (OPEN, raw(PRIORITY, 1, bytes(6))),
        Reset(1, SIZE),
    ),
    Case(
        "6.3",
        "on-an-open-stream",
        "PRIORITY may stand between the frames of a request.",
        (OPEN, priority(1), data(1)),
        Works(),
    ),
    Case(
        "6.3",
        "in-a-block",
        "PRIORITY cannot stand within a field block.",
        (BEGUN, priority(1), REST),
        GoAway(WRONG),
    ),
    Case("6.4", "stream-zero", "RST_STREAM has a stream.", (rst(0),), GoAway(WRONG)),
    Case("6.4", "idle", "RST_STREAM cannot open a stream.", (rst(1),), GoAway(WRONG)),
    Case(
        "6.4",
        "idle-later",
        "RST_STREAM cannot open a stream behind others either.",
        (headers(1), rst(3)),
        GoAway(WRONG),
    ),
    Case(
        "6.4",
        "idle-of-the-server",
        "A stream that the server has not opened is idle.",
        (headers(1), rst(2)),
        GoAway(WRONG),
    ),
    Case(
        "6.4",
        "too-short",
        "RST_STREAM of three bytes is a connection error.",
        (OPEN, raw(RST_STREAM, 1, bytes(3))),
        GoAway(SIZE),
    ),
    Case(
        "6.4",
        "too-long",
        "RST_STREAM of five bytes is a connection error.",
        (OPEN, raw(RST_STREAM, 1, bytes(5))),
        GoAway(SIZE),
    ),
    Case(
        "6.4",
        "in-an-upload",
        "A client may cancel what it uploads, and others go on.",
        (OPEN, headers(3), data(1, bytes(9999), ends=False), rst(1), never_reset),
        Works((3,)),
    ),
    Case("6.4", "cancel", "A client may cancel a request.", (OPEN, rst(1), never_reset), lives()),
)
