"""Field blocks as bytes (RFC 7541).  But for what `added` adds they do not touch the table."""

from hpack.huffman import HuffmanEncoder
from hpack.huffman_constants import REQUEST_CODES, REQUEST_CODES_LENGTH

Text = str | bytes
Field = tuple[Text, Text]

#: How a literal field begins (section 6.2), and how many bits of that byte are an index.
ADDED, WITHOUT, NEVER = (0x40, 6), (0x00, 4), (0x10, 4)
#: Of the table's first entry that is not static (section 2.3.3).
NEWEST = 62
#: The table, in bytes, as long as SETTINGS say nothing else.
TABLE = 4096

_huffman = HuffmanEncoder(REQUEST_CODES, REQUEST_CODES_LENGTH)


def _octets(text: Text) -> bytes:
    return text if isinstance(text, bytes) else text.encode("ascii")


def integer(value: int, bits: int, first: int = 0) -> bytes:
    """*value* behind the high bits *first* of a byte that has *bits* for it (section 5.1)."""
    most = (1 << bits) - 1
    if value < most:
        return bytes((first | value,))
    value -= most
    rest = bytearray()
    while value >= 128:
        rest.append(value & 127 | 128)
        value >>= 7
    return bytes((first | most, *rest, value))


def string(text: Text, *, huffman: bool = False) -> bytes:
    """A string (section 5.2)."""
    octets = _octets(text)
    if huffman:
        return huffman_string(_huffman.encode(octets))
    return integer(len(octets), 7) + octets


def huffman_string(octets: bytes) -> bytes:
    """A string that says it is Huffman's, whatever it is."""
    return integer(len(octets), 7, 0x80) + octets


def indexed(index: int) -> bytes:
    """A field that is in the table (section 6.1)."""
    return integer(index, 7, 0x80)


def literal(
    name: Text | int, value: Text, kind: tuple[int, int] = WITHOUT, *, huffman: bool = False
) -> bytes:
    """A literal field; *name* may be an index (section 6.2)."""
    first, bits = kind
    index = name if isinstance(name, int) else 0
    named = b"" if isinstance(name, int) else string(name, huffman=huffman)
    return integer(index, bits, first) + named + string(value, huffman=huffman)


def added(name: Text | int, value: Text) -> bytes:
    """A literal field that is put into the table."""
    return literal(name, value, ADDED)


def resized(size: int) -> bytes:
    """A dynamic table size update (section 6.3)."""
    return integer(size, 5, 0x20)


def block(*fields: Field) -> bytes:
    """The *fields* as they stand."""
    return b"".join(literal(name, value) for name, value in fields)


def pseudo(
    method: Text | None = "GET",
    path: Text | None = "/login",
    scheme: Text | None = "https",
    authority: Text | None = "localhost",
) -> tuple[Field, ...]:
    """The pseudo-header fields of a request; None: it has none."""
    named = {":method": method, ":scheme": scheme, ":authority": authority, ":path": path}
    return tuple((name, value) for name, value in named.items() if value is not None)


def get(*fields: Field) -> bytes:
    """A GET with more *fields*."""
    return block(*pseudo(), *fields)


#: A page for everybody, in about 1,700 bytes.
GET = get()
HEAD = block(*pseudo("HEAD"))
#: 303 for a stranger with a browser, without a body.
GET_NOTHING = block(*pseudo(path="/account"), ("accept", "text/html"))
#: An answer of about 11 KiB.
GET_LARGE = block(*pseudo(path="/api/openapi.json"))


def sign_in(*fields: Field) -> bytes:
    """A POST whose body is JSON; 201 if it arrives as it was sent, and never without it."""
    return block(*pseudo("POST", "/api/session"), ("content-type", "application/json"), *fields)
