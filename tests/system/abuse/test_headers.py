"""Header blocks that cost more than they should: long, many, compressed to nothing, or wrong."""

from itertools import count, cycle

import pytest
from hyperframe.frame import ContinuationFrame, Frame, HeadersFrame

from tests.system.abuse import flood
from tests.system.abuse.flood import Flood, Frames
from tests.system.abuse.target import CPU, Seen, Target, assert_cheap
from tests.system.rawhttp2 import RawHttp2

HEADER_TABLE_SIZE = 1
_FULL = 16384
#: Of 2 MiB altogether; half of it, in KiB, is more than they may leave.
_REQUESTS, _LEFT = 250, 1_024


def continuations(client: RawHttp2) -> Frames:
    """A head that is continued for ever by nothing (CVE-2024-27316)."""
    yield client.head(1, flags=[])
    yield from cycle([ContinuationFrame(1)])


def continuations_full(client: RawHttp2) -> Frames:
    """A head that is continued for ever by frames of full length."""
    yield client.head(1, flags=[])
    yield from cycle([ContinuationFrame(1, data=_literal(b"x", bytes(_FULL - 8))[:_FULL])])


def size_updates(client: RawHttp2) -> Frames:
    """Good heads of five frames, most of it changes of the compression table's size."""
    fields = ((str(field).encode(), str(value).encode()) for field, value in client.fields("/"))
    # No chunk of frames may end within a head.
    block = b"\x20" * (5 * _FULL - 200) + b"".join(_literal(*field) for field in fields)
    for stream in count(1, 2):
        yield from _block(stream, block)


def bomb(client: RawHttp2) -> Frames:
    """4,000 bytes, kept in the compression table, and then named 4,000 times."""
    yield from _block(1, _literal(b"bomb", bytes(4000), b"\x40") + b"\xbe" * 4_000)


def bombs(client: RawHttp2) -> Frames:
    """The same three times a head: as much as the limit lets through, on each stream."""
    for stream in count(1, 2):
        block = client.encoder.encode(client.fields("/login", "POST"))
        if stream == 1:
            client.encoder.encode([("bomb", "x" * 3_900)])
            block += _literal(b"bomb", b"x" * 3_900, b"\x40")
        yield HeadersFrame(stream, data=block + b"\xbe" * 3, flags=["END_HEADERS"])


def many(client: RawHttp2) -> Frames:
    """2,000 fields."""
    fields = [*client.fields(), *((f"x-{number}", "y") for number in range(2_000))]
    yield from _block(1, client.encoder.encode(fields))


def nameless(client: RawHttp2) -> Frames:
    """Fields without a name (CVE-2019-9516), again and again: each costs its stream."""
    for stream in range(1, 1000, 2):
        block = client.encoder.encode(client.fields()) + _literal(b"", b"") * 400
        yield from _block(stream, block)


def _block(stream: int, block: bytes) -> Frames:
    """HEADERS, and the CONTINUATIONs that a block needs."""
    parts = [block[begin : begin + _FULL] for begin in range(0, len(block), _FULL)]
    frames: list[Frame] = [HeadersFrame(stream, data=parts[0], flags=["END_STREAM"])]
    frames += [ContinuationFrame(stream, data=part) for part in parts[1:]]
    frames[-1].flags.add("END_HEADERS")
    yield from frames


def _literal(field: bytes, value: bytes, kind: bytes = b"\0") -> bytes:
    """A field as it is, by default one that is not kept in the table (RFC 7541, section 6.2)."""
    return kind + _text(field) + _text(value)


def _text(text: bytes) -> bytes:
    if len(text) < 127:
        return bytes([len(text)]) + text
    rest, head = len(text) - 127, b"\x7f"
    while rest >= 128:
        head += bytes([rest % 128 + 128])
        rest //= 128
    return head + bytes([rest]) + text


#: Each with the most frames that it may take: a block of eight CONTINUATIONs, or few of them.
BLOCKS: dict[str, tuple[Flood, int]] = {
    "continuations": (continuations, 50),
    "continuations_full": (continuations_full, 50),
    "size_updates": (size_updates, 50),
    "bomb": (bomb, 50),
    "many": (many, 50),
    "nameless": (nameless, 500),
    # These the limit lets through: 100 of them are kept, 200 refused, 10 s added.
    "bombs": (bombs, 500),
}


@pytest.mark.parametrize("kind", BLOCKS)
def test_blocks(target: Target, kind: str) -> None:
    """A head that is an attack ends the connection before it has cost anything."""
    sent, most = BLOCKS[kind]
    row = target.measure(f"heads {kind}", lambda: flood.read(target, sent))
    # What the limit lets through is read as any head is.
    assert_cheap(row, most, cpu=2 * CPU if sent in {bombs, nameless} else CPU)


def test_table(target: Target) -> None:
    """A client that offers a table of 4 GiB for our heads does not make us fill it."""

    def attack() -> Seen:
        with target.connect({HEADER_TABLE_SIZE: 2**32 - 1}) as client:
            for number in range(_REQUESTS):
                # Each redirection has a location of its own.
                fields = client.fields(f"/account?{number}{'x' * 8_000}")
                block = client.encoder.encode(fields, huffman=False)
                client.send(
                    HeadersFrame(2 * number + 1, data=block, flags=["END_HEADERS", "END_STREAM"])
                )
                assert client.answer(2 * number + 1).status == 303
        return Seen("alive", note=f"{_REQUESTS} locations of 8 kB")

    row = target.measure("heads table", attack, warm=False)
    assert row.peak < _LEFT, row
