"""Field blocks of HTTP/2, compressed (RFC 7541): what comes again and again is worked out once.

A block that changes no table means the same until the table changes, and most blocks are like
that: a client's second request, and every answer of one kind within a second.
"""

from collections.abc import Iterable
from typing import Any

from h2.errors import ErrorCodes
from h2.exceptions import ProtocolError
from hpack import Decoder, Encoder, NeverIndexedHeaderTuple
from hpack.exceptions import HPACKDecodingError, HPACKError, OversizedHeaderListError
from hpack.table import HeaderTable

from authsrv.wire.lines import ReplyHead

Fields = list[tuple[bytes, bytes]]
#: Blocks remembered on one connection, in each direction; and of what length at most.
MOST, LONGEST = 16, 1024
# RFC 7541, section 6: how a field begins that is in the table, one that is added to it, and a
# change of the table's size; an index from _LONG on goes on in the next byte.
_INDEXED, _ADDED, _RESIZED, _KIND, _LONG = 0x80, 0x40, 0x20, 0xE0, 0xFF
# Section 4.1: what a field takes besides its name and value.
_ENTRY = 32
# Differ from answer to answer, and would push out of the table what does not; or are secret, and
# must not be guessed by what they compress to (RFC 7541, section 7.1).
_NOT_KEPT = frozenset({b"content-length", b"set-cookie", b"location", b"etag"})


class Unreadable(ProtocolError):
    """A field block that cannot be decompressed (RFC 9113, section 4.3)."""

    error_code = ErrorCodes.COMPRESSION_ERROR


class _Table(HeaderTable):
    """Counts its changes."""

    def __init__(self) -> None:
        super().__init__()
        self.changes = 0

    def add(self, name: bytes, value: bytes) -> None:
        self.changes += 1
        super().add(name, value)

    def _shrink(self) -> None:
        self.changes += 1
        super()._shrink()


class StrictDecoder(Decoder):
    """hpack's, whose errors h2 would call PROTOCOL_ERROR."""

    def __init__(self) -> None:
        super().__init__()
        self.header_table = self._table = _Table()
        self._known: dict[bytes, Any] = {}
        self._at = 0

    def decode(self, data: bytes, raw: bool = True) -> Any:
        """The fields of a block, in bytes.  Raises Unreadable, or OversizedHeaderListError."""
        try:
            return self._fields(data)
        except OversizedHeaderListError:
            # h2 knows that one.
            raise
        except HPACKError as error:
            raise Unreadable(str(error)) from error

    def _fields(self, block: bytes) -> Fields:
        # hpack's own loop, which takes a dozen calls for a field that is in the table.
        fields: Fields = []
        at, size = self._resize(block), 0
        while at < len(block):
            first = block[at]
            if _INDEXED < first < _LONG:
                name, value = self._table.get_by_index(first - _INDEXED)
                at += 1
            else:
                (name, value), used = self._field(first, block[at:])
                at += used
            fields.append((name, value))
            size += _ENTRY + len(name) + len(value)
            if size > self.max_header_list_size:
                raise OversizedHeaderListError("the fields are too long")
        self._assert_valid_table_size()
        return fields

    def _resize(self, block: bytes) -> int:
        """Follow the changes of the table's size at the beginning of *block*; how long they are."""
        at = 0
        while at < len(block) and block[at] & _KIND == _RESIZED:
            at += self._update_encoding_context(block[at:])
            self._table.changes += 1
        return at

    def _field(self, first: int, rest: bytes) -> tuple[tuple[bytes, bytes], int]:
        """A field that is not in the table, or far down, and its length in *rest*."""
        if first & _INDEXED:
            return self._decode_indexed(rest)
        if first & _ADDED:
            return self._decode_literal_index(rest)
        if first & _RESIZED:
            raise HPACKDecodingError("the table's size is changed behind a field")
        return self._decode_literal_no_index(rest)

    def recall(self, block: bytes) -> Any:
        """What was kept for *block*, if it still means the same, or None."""
        if self._at != self._table.changes:
            self._known.clear()
            self._at = self._table.changes
        return self._known.get(block)

    def keep(self, block: bytes, changes_before: int, meaning: Any) -> None:
        """Recall *meaning* for *block*, if decoding it has changed nothing."""
        if changes_before == self._table.changes == self._at and len(block) <= LONGEST:
            if len(self._known) >= MOST:
                self._known.clear()
            self._known[block] = meaning

    @property
    def changes(self) -> int:
        """How often the table has changed."""
        return self._table.changes


class ThriftyEncoder(Encoder):
    """hpack's, which keeps out of its table what is never said twice."""

    def __init__(self) -> None:
        super().__init__()
        self.header_table = self._table = _Table()
        self._known: dict[ReplyHead, bytes] = {}
        self._at = 0

    def encode(self, headers: Iterable[Any], huffman: bool = True) -> bytes:
        """The block for *headers*, which are pairs of bytes."""
        kept = [
            NeverIndexedHeaderTuple(*field) if field[0] in _NOT_KEPT else field for field in headers
        ]
        return super().encode(kept, huffman)

    def encode_head(self, head: ReplyHead) -> bytes:
        """The block for *head*."""
        if self._at == self._table.changes and not self._table.resized:
            known = self._known.get(head)
            if known is not None:
                return known
        else:
            self._known.clear()
        self._at = before = self._table.changes
        block = self.encode(head.pairs())
        if before == self._table.changes and len(block) <= LONGEST:
            if len(self._known) >= MOST:
                self._known.clear()
            self._known[head] = block
        return block
