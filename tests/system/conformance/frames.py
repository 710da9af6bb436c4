"""Frames as bytes, right and wrong ones (RFC 9113, sections 4.1 and 6)."""

from h2.errors import ErrorCodes

from tests.system.conformance.blocks import GET
from tests.system.rawhttp2 import PREFACE, raw

DATA, HEADERS, PRIORITY, RST_STREAM, SETTINGS, PUSH_PROMISE = range(6)
PING, GOAWAY, WINDOW_UPDATE, CONTINUATION = range(6, 10)
#: A type that nobody has defined.
UNKNOWN = 0xBA

ACK = END_STREAM = 0x1
END_HEADERS = 0x4
PADDED = 0x8
WITH_PRIORITY = 0x20

HEADER_TABLE_SIZE, ENABLE_PUSH, MAX_CONCURRENT_STREAMS = 1, 2, 3
INITIAL_WINDOW_SIZE, MAX_FRAME_SIZE, MAX_HEADER_LIST_SIZE = 4, 5, 6

#: Of a frame, in bytes, as long as SETTINGS say nothing else (section 4.2).
LARGEST_FRAME = 1 << 14
LARGEST_WINDOW = (1 << 31) - 1
#: What each window holds at first (section 6.9.2).
FIRST_WINDOW = (1 << 16) - 1
#: The bit before every stream's number, which a receiver must ignore.
RESERVED = 1 << 31


def data(stream: int, body: bytes = b"", *, ends: bool = True, pad: int | None = None) -> bytes:
    """DATA, the last one unless told otherwise."""
    return raw(DATA, stream, *_padded(body, END_STREAM * ends, pad))


def headers(
    stream: int,
    block: bytes = GET,
    *,
    ends: bool = True,
    whole: bool = True,
    pad: int | None = None,
    depends_on: int | None = None,
    flags: int = 0,
) -> bytes:
    """HEADERS: a good GET by default, for which nothing more is needed."""
    flags |= END_STREAM * ends | END_HEADERS * whole
    if depends_on is not None:
        block, flags = weigh(depends_on) + block, flags | WITH_PRIORITY
    return raw(HEADERS, stream, *_padded(block, flags, pad))


def continuation(stream: int, fragment: bytes, *, whole: bool = True, flags: int = 0) -> bytes:
    """CONTINUATION, the last one unless told otherwise."""
    return raw(CONTINUATION, stream, fragment, flags | END_HEADERS * whole)


def weigh(depends_on: int, weight: int = 15) -> bytes:
    """The priority fields of PRIORITY and HEADERS."""
    return depends_on.to_bytes(4, "big") + bytes((weight,))


def priority(stream: int, depends_on: int = 0) -> bytes:
    """PRIORITY."""
    return raw(PRIORITY, stream, weigh(depends_on))


def rst(stream: int, code: int = ErrorCodes.CANCEL) -> bytes:
    """RST_STREAM."""
    return raw(RST_STREAM, stream, code.to_bytes(4, "big"))


def settings(*pairs: tuple[int, int]) -> bytes:
    """SETTINGS with *pairs*, in that order, of a setting and its value."""
    payload = b"".join(name.to_bytes(2, "big") + value.to_bytes(4, "big") for name, value in pairs)
    return raw(SETTINGS, 0, payload)


def push_promise(stream: int, promised: int) -> bytes:
    """PUSH_PROMISE."""
    return raw(PUSH_PROMISE, stream, promised.to_bytes(4, "big") + GET, END_HEADERS)


def ping(payload: bytes, flags: int = 0) -> bytes:
    """PING."""
    return raw(PING, 0, payload, flags)


def goaway(code: int = ErrorCodes.NO_ERROR, debug: bytes = b"") -> bytes:
    """GOAWAY of a client, to which no stream was ever pushed."""
    return raw(GOAWAY, 0, bytes(4) + code.to_bytes(4, "big") + debug)


def window(stream: int, increment: int) -> bytes:
    """WINDOW_UPDATE."""
    return raw(WINDOW_UPDATE, stream, increment.to_bytes(4, "big"))


def opening(*pairs: tuple[int, int]) -> bytes:
    """What a connection begins with, the connection's window left as it is."""
    return PREFACE + settings(*pairs)


def _padded(payload: bytes, flags: int, pad: int | None) -> tuple[bytes, int]:
    if pad is None:
        return payload, flags
    return bytes((pad,)) + payload + bytes(pad), flags | PADDED
