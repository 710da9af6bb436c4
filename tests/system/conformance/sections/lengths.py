"""Content-Length, which DATA must keep (RFC 9113, section 8.1.1)."""

from tests.system.conformance.blocks import block, get, sign_in
from tests.system.conformance.case import Case
from tests.system.conformance.frames import data, headers
from tests.system.conformance.outcomes import Malformed, Works
from tests.system.conformance.sections.headers import PROOF, SIGNED_IN


def claims(*lengths: str) -> bytes:
    """HEADERS whose fields claim these *lengths* of the body that follows."""
    return headers(1, get(*(("content-length", length) for length in lengths)), ends=False)


BODY = data(1, b"body")
TRAILERS = headers(1, block(("x-checksum", "1234")))

CASES = (
    Case(
        "8.1.1",
        "true",
        "A body may say how long it is.",
        (
            headers(1, sign_in(("content-length", str(len(PROOF)))), ends=False),
            data(1, PROOF[:20], ends=False, pad=9),
            data(1, PROOF[20:]),
        ),
        SIGNED_IN,
    ),
    Case(
        "8.1.1",
        "nothing",
        "A body of no bytes may say so.",
        (headers(1, get(("content-length", "0"))),),
        Works(),
    ),
    Case(
        "8.1.1",
        "with-trailers",
        "Trailers are no part of the body.",
        (claims("4"), data(1, b"body", ends=False), TRAILERS),
        Works(),
    ),
    Case("8.1.1", "too-short", "A body ends before its length.", (claims("5"), BODY), Malformed()),
    Case(
        "8.1.1", "too-long", "A body goes on behind its length.", (claims("3"), BODY), Malformed()
    ),
    Case(
        "8.1.1",
        "too-long-unended",
        "It need not have ended to be too long.",
        (claims("3"), data(1, b"body", ends=False)),
        Malformed(),
    ),
    Case(
        "8.1.1",
        "padding-does-not-count",
        "Padding does not make a body longer.",
        (claims("9"), data(1, b"body", pad=4)),
        Malformed(),
    ),
    Case(
        "8.1.1",
        "without-a-body",
        "A request that ends with its head has no body, whatever length it claims.",
        (headers(1, get(("content-length", "4"))),),
        Malformed(),
    ),
    Case(
        "8.1.1",
        "too-short-with-trailers",
        "A body that trailers end may be too short too.",
        (claims("5"), data(1, b"body", ends=False), TRAILERS),
        Malformed(),
    ),
    Case(
        "8.1.1",
        "without-a-body-but-trailers",
        "Trailers are no body.",
        (claims("5"), TRAILERS),
        Malformed(),
    ),
    Case("8.1.1", "negative", "A length is not negative.", (claims("-4"), BODY), Malformed()),
    Case("8.1.1", "signed", "A length has no sign.", (claims("+4"), BODY), Malformed()),
    Case("8.1.1", "word", "A length is a number.", (claims("four"), BODY), Malformed()),
    Case("8.1.1", "empty", "A length is not empty.", (claims(""), BODY), Malformed()),
    Case("8.1.1", "two", "Two lengths are none.", (claims("4", "5"), BODY), Malformed()),
    Case("8.1.1", "list", "A list of two is none.", (claims("4, 5"), BODY), Malformed()),
    Case(
        "8.1.1",
        "endless",
        "A number of 5,000 digits is no length that a body could have.",
        (claims("4" * 5000), BODY),
        Malformed(),
    ),
)
