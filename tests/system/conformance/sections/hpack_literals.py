"""Integers, strings and literal fields (RFC 7541, sections 5 and 6)."""

from tests.system.conformance.blocks import (
    ADDED,
    GET,
    NEVER,
    WITHOUT,
    added,
    huffman_string,
    indexed,
    integer,
    literal,
    pseudo,
    resized,
    string,
)
from tests.system.conformance.case import Case
from tests.system.conformance.sections.hpack_tables import fails, works

#: A literal field up to its value, which comes next.
NAMED = literal("x-field", "")[:-1]
#: Of the static table: GET, https, :authority, :path.
GET_INDEX, HTTPS_INDEX, AUTHORITY_INDEX, PATH_INDEX = 2, 7, 1, 4
STATIC = (
    indexed(GET_INDEX)
    + indexed(HTTPS_INDEX)
    + literal(AUTHORITY_INDEX, "localhost")
    + literal(PATH_INDEX, "/login")
)
#: All bytes that a value may have, but for space and tab.
PRINTABLE = bytes(octet for octet in range(0x21, 0x100) if octet != 0x7F)


def whole(kind: tuple[int, int], *, huffman: bool = False) -> bytes:
    """A GET of literal fields."""
    fields = (*pseudo(), ("x-field", "value"))
    return b"".join(literal(name, value, kind, huffman=huffman) for name, value in fields)


def value(octets: bytes) -> bytes:
    """A GET whose last field has as its value these *octets*, which say that they are Huffman's."""
    return GET + NAMED + huffman_string(octets)


CASES: tuple[Case, ...] = (
    works("5.1", "two-bytes", "A number may need more bytes.", GET + NAMED + string("x" * 300)),
    works(
        "5.1",
        "exactly-full",
        "So does one that just fills the first.",
        GET + NAMED + string("x" * 127),
    ),
    works(
        "5.1",
        "with-a-zero-too-many",
        "A number may be written longer than need be.",
        GET + NAMED + b"\x7f\x80\x00" + b"x" * 127,
    ),
    fails("5.1", "unended", "A number ends.", GET + b"\xff\x80"),
    fails(
        "5.1", "endless", "A number does not go on for ever.", GET + b"\xff" + b"\x80" * 99 + b"\0"
    ),
    fails("5.1", "of-64-bits", "No table is that large.", GET + integer(1 << 64, 7, 0x80)),
    fails(
        "5.1",
        "that-wraps-around",
        "A number beyond 32 bits is not the small one that is left of it.",
        GET + integer((1 << 32) + GET_INDEX, 7, 0x80),
    ),
    fails("5.1", "of-a-length", "Nor is any string.", GET + NAMED + integer(1 << 40, 7) + b"x"),
    fails("5.1", "of-a-size", "Nor any table.", resized((1 << 32) + 1) + GET),
    works("5.2", "huffman", "Names and values may be Huffman's.", whole(WITHOUT, huffman=True)),
    works("5.2", "huffman-of-nothing", "Also if they are empty.", value(b"")),
    works(
        "5.2",
        "huffman-of-all-bytes",
        "Every byte that a value may have can be written so.",
        GET + literal("x-field", PRINTABLE, huffman=True),
    ),
    works(
        "5.2",
        "huffman-padded-by-seven",
        "Its last byte is filled with ones.",
        value(b"\x00\x2e\x7f"),
    ),
    fails("5.2", "padded-by-eight", "Less than a byte of them.", value(b"\x00\x19\xff")),
    fails("5.2", "padded-by-a-byte", "Not a byte alone.", value(b"\xff")),
    fails("5.2", "padded-by-two-bytes", "Nor more of them.", value(b"\x07\xff\xff")),
    fails("5.2", "padded-with-zeros", "Not with zeros.", value(b"\x00")),
    fails("5.2", "padded-with-a-zero", "Not with one zero either.", value(b"\x06")),
    fails("5.2", "end-of-string", "EOS is no character.", value(b"\xff\xff\xff\xff")),
    fails("5.2", "end-of-string-inside", "Not within either.", value(b"\x07\xff\xff\xff\xe0")),
    fails(
        "5.2",
        "name-padded-too-long",
        "Names are read so too.",
        GET + b"\0" + huffman_string(b"\x07\xff") + string("x"),
    ),
    fails("5.2", "value-cut", "A value is as long as it says.", GET + NAMED + string("value")[:-1]),
    fails("5.2", "name-cut", "So is a name.", GET + b"\0" + string("x-field")[:-1]),
    fails("5.2", "huffman-cut", "And what is Huffman's.", value(b"\x00\x19")[:-1]),
    fails("5.2", "no-value", "A field has a value.", GET + NAMED),
    fails("5.2", "no-name", "It has a name.", GET + b"\0"),
    works("6.1", "static", "What everybody asks for is in the static table.", STATIC),
    works("6.2.1", "added", "Literal fields may be put into the table.", whole(ADDED)),
    works(
        "6.2.1",
        "added-with-an-index",
        "Under a name of it.",
        STATIC[:2] + added(AUTHORITY_INDEX, "localhost") + added(PATH_INDEX, "/login"),
    ),
    works("6.2.2", "not-added", "Literal fields need not be put into it.", whole(WITHOUT)),
    works("6.2.3", "never-added", "Some never are.", whole(NEVER)),
    works(
        "6.2.3",
        "never-added-with-an-index",
        "Under a name of it, too.",
        STATIC[:2]
        + literal(AUTHORITY_INDEX, "localhost", NEVER)
        + literal(PATH_INDEX, "/login", NEVER),
    ),
    fails(
        "6.2.2",
        "is-not-added",
        "What was not put into it is not there.",
        whole(WITHOUT),
        GET + indexed(62),
    ),
    fails(
        "6.2.3", "is-never-added", "Nor is what never shall be.", whole(NEVER), GET + indexed(62)
    ),
)
