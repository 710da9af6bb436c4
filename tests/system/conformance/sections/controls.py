"""PUSH_PROMISE, PING and GOAWAY (RFC 9113, sections 6.6 to 6.8)."""

from h2.errors import ErrorCodes

from tests.system.conformance.case import Case
from tests.system.conformance.frames import (
    ACK,
    GOAWAY,
    PING,
    data,
    goaway,
    headers,
    ping,
    push_promise,
)
from tests.system.conformance.outcomes import GoAway, Works, lives
from tests.system.conformance.steps import answered, echoed, synced
from tests.system.rawhttp2 import raw

WRONG, SIZE = ErrorCodes.PROTOCOL_ERROR, ErrorCodes.FRAME_SIZE_ERROR
PAYLOAD = b"\0conform"
OPEN = headers(1, ends=False)

CASES = (
    Case(
        "6.6",
        "from-a-client",
        "A client cannot push.",
        (OPEN, push_promise(1, 2)),
        GoAway(WRONG),
    ),
    Case(
        "6.6",
        "from-a-client-with-its-own-number",
        "It cannot promise a stream of its own either.",
        (OPEN, push_promise(1, 3)),
        GoAway(WRONG),
    ),
    Case("6.6", "stream-zero", "PUSH_PROMISE has a stream.", (push_promise(0, 2),), GoAway(WRONG)),
    Case("6.6", "idle", "It cannot open a stream.", (push_promise(1, 2),), GoAway(WRONG)),
    Case(
        "6.7",
        "answered",
        "PING is acknowledged with what it says.",
        (ping(PAYLOAD), echoed(PAYLOAD), ping(PAYLOAD), echoed(PAYLOAD, 2)),
        lives(),
    ),
    Case(
        "6.7",
        "within-a-request",
        "PING is acknowledged while a request is on its way.",
        (OPEN, ping(PAYLOAD), echoed(PAYLOAD), data(1)),
        Works(),
    ),
    Case(
        "6.7",
        "acknowledgement",
        "An acknowledgement is not acknowledged, asked for or not.",
        (ping(PAYLOAD, ACK), echoed(PAYLOAD, 0)),
        lives(),
    ),
    Case(
        "6.7",
        "on-a-stream",
        "PING has no stream.",
        (OPEN, raw(PING, 1, PAYLOAD)),
        GoAway(WRONG),
    ),
    Case(
        "6.7", "too-short", "PING has eight bytes, not seven.", (ping(PAYLOAD[:7]),), GoAway(SIZE)
    ),
    Case(
        "6.7", "too-long", "PING has eight bytes, not nine.", (ping(PAYLOAD + b"!"),), GoAway(SIZE)
    ),
    Case("6.7", "empty", "PING has eight bytes, not none.", (ping(b""),), GoAway(SIZE)),
    Case(
        "6.7",
        "acknowledgement-too-short",
        "So has its acknowledgement.",
        (ping(PAYLOAD[:7], ACK),),
        GoAway(SIZE),
    ),
    Case(
        "6.8",
        "on-a-stream",
        "GOAWAY has no stream.",
        (OPEN, raw(GOAWAY, 1, bytes(8))),
        GoAway(WRONG),
    ),
    Case(
        "6.8",
        "too-short",
        "GOAWAY has eight bytes at least.",
        (raw(GOAWAY, 0, bytes(7)),),
        GoAway(SIZE),
    ),
    Case(
        "6.8",
        "before-the-answer",
        "A client that wants no more streams still gets its answer.",
        (headers(1) + goaway(),),
        Works(more=False),
    ),
    Case(
        "6.8",
        "before-the-body",
        "It may even finish its upload.",
        (OPEN, synced, goaway(debug=b"enough"), data(1)),
        Works(more=False),
    ),
    Case(
        "6.8",
        "before-a-ping",
        "The connection goes on until it is closed.",
        (headers(1), answered(1), OPEN.replace(b"\0\0\0\1", b"\0\0\0\3", 1), goaway(), synced),
        Works(more=False),
    ),
)
