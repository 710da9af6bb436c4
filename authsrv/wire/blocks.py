"""Field blocks of HTTP/2, compressed (RFC 7541): what comes again and again is worked out once.

A block that changes no table means the same until the table changes, and most blocks are like
that: a client's second request, and every answer of one kind within a second.
"""

from collections.abc import Iterable
from typing import Any

from h2.errors import ErrorCodes
from h2.exceptions import ProtocolError
from hpack import Decoder, Encoder, NeverIndexedHeaderTuple
from hpack.exceptions import HPACKError, OversizedHeaderListError
from hpack.table import HeaderTable

from authsrv.wire.lines import ReplyHead

Fields = list[tuple[bytes, bytes]]
#: Blocks remembered on one connection, in each direction; and of what length at most.
MOST, LONGEST = 16, 1024
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

    def decode(self, data: bytes, raw: bool = False) -> Any:
        """The fields of a block.  Raises Unreadable."""
        try:
            return super().decode(data, raw)
        except OversizedHeaderListError:
            # h2 knows that one.
            raise
        except HPACKError as error:
            raise Unreadable(str(error)) from error

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
