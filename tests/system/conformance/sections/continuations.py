"""CONTINUATION (RFC 9113, section 6.10), and how much of it there may be (section 10.5.1)."""

from h2.errors import ErrorCodes

from tests.system.conformance.blocks import GET, get
from tests.system.conformance.case import Case
from tests.system.conformance.frames import END_STREAM, continuation, data, headers
from tests.system.conformance.outcomes import Either, GoAway, Status, Works
from tests.system.conformance.steps import answered

WRONG, CALM = ErrorCodes.PROTOCOL_ERROR, ErrorCodes.ENHANCE_YOUR_CALM
BEGUN, REST = headers(1, GET[:9], whole=False), continuation(1, GET[9:])


def pieces(count: int) -> bytes:
    """A request in HEADERS and *count* CONTINUATIONs of a byte each, the last one with the rest."""
    middle = b"".join(continuation(1, GET[at : at + 1], whole=False) for at in range(9, 8 + count))
    return BEGUN + middle + continuation(1, GET[8 + count :])


CASES = (
    Case(
        "6.10",
        "split-at-every-byte",
        "A field block may be cut anywhere, and before and behind it too.",
        tuple(
            headers(2 * at + 1, GET[:at], whole=False) + continuation(2 * at + 1, GET[at:])
            for at in range(len(GET) + 1)
        ),
        Works(tuple(range(1, 2 * len(GET) + 2, 2))),
    ),
    Case("6.10", "eight", "A block may have eight CONTINUATIONs.", (pieces(8),), Works()),
    Case(
        "6.10",
        "empty-ones",
        "CONTINUATION may be empty.",
        (BEGUN, continuation(1, b"", whole=False) * 3, REST),
        Works(),
    ),
    Case(
        "6.10",
        "padded-before-it",
        "Padding of HEADERS ends where HEADERS end.",
        (headers(1, GET[:9], whole=False, pad=99), REST),
        Works(),
    ),
    Case(
        "6.10",
        "does-not-end-a-stream",
        "CONTINUATION has no END_STREAM: the body follows.",
        (
            headers(1, GET[:9], ends=False, whole=False),
            continuation(1, GET[9:], flags=END_STREAM),
            data(1, b"body"),
        ),
        Works(),
    ),
    Case(
        "6.10",
        "stream-zero",
        "CONTINUATION has a stream.",
        (BEGUN, continuation(0, GET[9:]), REST),
        GoAway(WRONG),
    ),
    Case(
        "6.10",
        "of-another-stream",
        "It has that of the block it continues.",
        (BEGUN, continuation(3, GET[9:]), REST),
        GoAway(WRONG),
    ),
    Case(
        "6.10",
        "behind-a-whole-block",
        "A whole block is not continued.",
        (headers(1, ends=False), continuation(1, GET)),
        GoAway(WRONG),
    ),
    Case(
        "6.10",
        "behind-a-whole-request",
        "Nor is one that has ended its stream.",
        (headers(1), continuation(1, GET)),
        # Also the stream's error STREAM_CLOSED; but "if a frame causes a connection error, that
        # error MUST be reported" (section 5.4).
        GoAway(WRONG),
    ),
    Case(
        "6.10",
        "behind-the-last-continuation",
        "Nor is one that was continued to its end.",
        (headers(1, GET[:9], ends=False, whole=False), REST, continuation(1, b"")),
        GoAway(WRONG),
    ),
    Case(
        "6.10",
        "behind-data",
        "DATA is not continued.",
        (headers(1, ends=False), data(1, b"body", ends=False), continuation(1, b"")),
        GoAway(WRONG),
    ),
    Case(
        "6.10",
        "behind-the-answer",
        "A stream that was answered is not continued.",
        (headers(1), answered(1), continuation(1, b"")),
        GoAway(WRONG),
    ),
    Case(
        "10.5.1",
        "nine",
        "A block with more CONTINUATIONs than the server allows ends the connection.",
        (pieces(9),),
        GoAway(CALM),
    ),
    Case(
        "10.5.1",
        "large-fields",
        "Fields of nearly 16 KiB together are read.",
        (headers(1, get(("x-large", "x" * 15_900))),),
        Works(),
    ),
    Case(
        "10.5.1",
        "fields-too-large",
        "Fields of 20 KiB are answered with 431, or end the connection.",
        (
            headers(1, get(("x-large", "x" * 10_000)), whole=False),
            continuation(1, get(("x-more", "x" * 10_000))[len(GET) :]),
        ),
        Either((GoAway(CALM), Status(1, (431,)))),
    ),
)
