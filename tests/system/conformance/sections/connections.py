"""How a connection begins (RFC 9113, section 3.4)."""

from h2.errors import ErrorCodes

from tests.system.conformance.case import Case
from tests.system.conformance.frames import ACK, SETTINGS, headers, opening, ping, settings
from tests.system.conformance.outcomes import GoAway, Works
from tests.system.conformance.steps import byte_by_byte
from tests.system.rawhttp2 import PREFACE, raw

#: "A GOAWAY frame MAY be omitted in this case, since an invalid preface indicates that the peer is
#: not using HTTP/2."
NO_PREFACE = GoAway(ErrorCodes.PROTOCOL_ERROR, silent=True)

CASES = (
    Case(
        "3.4",
        "byte-by-byte",
        "Preface and SETTINGS may come in as many pieces as they have bytes.",
        (byte_by_byte(opening() + headers(1)),),
        Works(),
        begins=b"",
    ),
    Case(
        "3.4",
        "request-in-the-same-write",
        "A client need not wait for the server's SETTINGS before it asks.",
        (),
        Works(),
        begins=opening() + headers(1),
    ),
    Case(
        "3.4",
        "wrong-preface",
        "Something like the preface is none.",
        (),
        NO_PREFACE,
        begins=PREFACE.replace(b"SM", b"XX") + settings(),
    ),
    Case(
        "3.4",
        "http1-request",
        "A request of HTTP/1.1 is no preface, when HTTP/2 was agreed on.",
        (),
        NO_PREFACE,
        begins=b"GET /login HTTP/1.1\r\nHost: localhost\r\n\r\n",
    ),
    Case(
        "3.4",
        "no-preface",
        "SETTINGS without the 24 bytes before it are no preface.",
        (),
        NO_PREFACE,
        begins=settings() + headers(1),
    ),
    Case(
        "3.4",
        "ping-before-settings",
        "The first frame of a client is SETTINGS, not PING.",
        (),
        NO_PREFACE,
        begins=PREFACE + ping(b"too soon") + settings(),
    ),
    Case(
        "3.4",
        "request-before-settings",
        "The first frame of a client is SETTINGS, not HEADERS.",
        (),
        NO_PREFACE,
        begins=PREFACE + headers(1) + settings(),
    ),
    Case(
        "3.4",
        "settings-with-payload-first",
        "SETTINGS of a preface may say something.",
        (raw(SETTINGS, 0, flags=ACK) + headers(1),),
        Works(),
        begins=opening((0x4, 70_000), (0x6, 1 << 16)),
    ),
)
