"""How a message is cut into frames (RFC 9113, section 8.1)."""

from tests.system.conformance.blocks import HEAD, block, get
from tests.system.conformance.case import Case
from tests.system.conformance.frames import (
    END_STREAM,
    continuation,
    data,
    headers,
)
from tests.system.conformance.outcomes import Malformed, Works, lives
from tests.system.conformance.steps import head_alone, interim, synced

OPEN = headers(1, ends=False)
BODY = data(1, b"body", ends=False)
TRAILERS = block(("x-checksum", "1234"))

CASES = (
    Case("8.1", "body", "A request may have a body.", (OPEN, BODY, data(1)), Works()),
    Case(
        "8.1",
        "head",
        "HEAD is answered with a head alone.",
        (headers(1, HEAD), head_alone(1)),
        lives(),
    ),
    Case(
        "8.1",
        "trailers",
        "Fields may follow the body.",
        (OPEN, BODY, headers(1, TRAILERS)),
        Works(),
    ),
    Case(
        "8.1",
        "trailers-without-body",
        "Fields may follow where a body was expected.",
        (OPEN, synced, headers(1, TRAILERS)),
        Works(),
    ),
    Case(
        "8.1",
        "trailers-continued",
        "They may be cut as all fields.",
        (
            OPEN,
            BODY,
            headers(1, TRAILERS[:5], whole=False),
            continuation(1, TRAILERS[5:]),
        ),
        Works(),
    ),
    Case(
        "8.1",
        "trailers-that-do-not-end",
        "Nothing follows them.",
        (OPEN, BODY, headers(1, TRAILERS, ends=False)),
        Malformed(),
    ),
    Case(
        "8.1",
        "trailers-before-the-body",
        "Fields that follow end the stream: a body behind them is too late.",
        (OPEN, headers(1, TRAILERS, ends=False), data(1, b"body")),
        Malformed(),
    ),
    Case(
        "8.1",
        "trailers-that-end-in-a-continuation",
        "END_STREAM is a flag of HEADERS; one on CONTINUATION is none.",
        (
            OPEN,
            BODY,
            headers(1, TRAILERS[:5], ends=False, whole=False),
            continuation(1, TRAILERS[5:], flags=END_STREAM),
        ),
        Malformed(),
    ),
    Case(
        "8.1",
        "trailers-with-pseudo-fields",
        "Pseudo-header fields are not for trailers.",
        (OPEN, BODY, headers(1, block((":path", "/account")))),
        Malformed(),
    ),
    Case(
        "8.1",
        "trailers-with-upper-case",
        "Trailers are checked as all fields are.",
        (OPEN, BODY, headers(1, block(("X-Checksum", "1234")))),
        Malformed(),
    ),
    Case(
        "8.1",
        "expectation",
        "Who waits for 100 gets it, and the answer behind it.",
        (
            headers(1, get(("expect", "100-continue"), ("content-length", "4")), ends=False),
            interim(1),
            data(1, b"body"),
        ),
        Works(),
    ),
)
