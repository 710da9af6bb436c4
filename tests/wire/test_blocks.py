"""Field blocks that come again."""

import pytest
from hpack import Decoder, Encoder
from hpack.exceptions import HPACKError, OversizedHeaderListError
from hypothesis import given
from hypothesis import strategies as st
from twisted.trial.unittest import SynchronousTestCase

from authsrv.wire.blocks import MOST, Fields, StrictDecoder, ThriftyEncoder, Unreadable
from authsrv.wire.lines import ReplyHead, date, fields, length

FIELD = st.tuples(
    st.sampled_from([b":status", b"x-one", b"x-two", b"set-cookie", b"content-length", b"date"]),
    st.sampled_from([b"", b"1", b"a" * 30, b"b" * 2000]),
)
HEAD = st.builds(
    ReplyHead,
    st.sampled_from([200, 404]),
    st.sampled_from([date(0), date(1)]),
    st.sampled_from([fields(()), fields((("X-One", "a" * 30),)), fields((("X-Two", "b" * 2000),))]),
    st.sampled_from([None, length(0), length(5)]),
)
#: An index far down, one of 0, a size behind a field, a size too large, a name and nothing else.
WRITTEN = list(map(bytes.fromhex, ["ff00", "80", "8220", "3fe11f", "3fe21f", "400178", "be"]))
BLOCKS = st.lists(st.lists(FIELD, max_size=5), max_size=12)


class EncoderTests(SynchronousTestCase):
    """Answers."""

    @given(BLOCKS, st.lists(st.integers(0, 5000), max_size=3))
    def test_reads_as_it_was(self, blocks: list[Fields], sizes: list[int]) -> None:
        """Whatever came before, and however large the client lets the table be, what is decoded
        is what was meant."""
        ours, theirs = ThriftyEncoder(), Decoder()
        theirs.max_allowed_table_size = 5000
        for number, each in enumerate([*blocks, *blocks]):
            if number < len(sizes):
                ours.header_table_size = sizes[number]
            assert list(theirs.decode(ours.encode(each), raw=True)) == each

    @given(st.lists(HEAD, max_size=12), st.lists(st.integers(0, 5000), max_size=3))
    def test_heads(self, heads: list[ReplyHead], sizes: list[int]) -> None:
        """The same, for the heads of answers, which are remembered."""
        ours, theirs = ThriftyEncoder(), Decoder()
        theirs.max_allowed_table_size = 5000
        for number, head in enumerate([*heads, *heads, *heads]):
            if number < len(sizes):
                ours.header_table_size = sizes[number]
            assert list(theirs.decode(ours.encode_head(head), raw=True)) == head.pairs()

    def test_same_again(self) -> None:
        """The same answer has the same block from the second time on, and a short one."""
        ours = ThriftyEncoder()
        head = ReplyHead(200, date(0), fields((("X-One", "a" * 50),)), length(1234))
        blocks = [ours.encode_head(head) for _ in range(3)]
        self.assertEqual(blocks[1], blocks[2])
        self.assertLess(len(blocks[1]), 20)

    def test_secrets_stay_out(self) -> None:
        """A cookie that is set is marked never to be indexed, and is not kept."""
        ours = ThriftyEncoder()
        ours.encode([(b"set-cookie", b"secret")])
        self.assertEqual(list(ours.header_table.dynamic_entries), [])
        block = ours.encode([(b"set-cookie", b"secret")], huffman=False)
        # RFC 7541, section 6.2.3: 0001xxxx.
        self.assertEqual(block[0] & 0xF0, 0x10)


class DecoderTests(SynchronousTestCase):
    """Requests."""

    def setUp(self) -> None:
        self.theirs, self.ours = Encoder(), StrictDecoder()

    def decode(self, block: bytes) -> list[tuple[bytes, bytes]]:
        """What *block* says, kept for the next time."""
        known = self.ours.recall(block)
        if known is not None:
            assert isinstance(known, list)
            return known
        changes = self.ours.changes
        fields = [(bytes(name), bytes(value)) for name, value in self.ours.decode(block, raw=True)]
        self.ours.keep(block, changes, fields)
        return fields

    @given(BLOCKS)
    def test_same_as_ever(self, blocks: list[Fields]) -> None:
        """A block is recalled only while it means what it meant."""
        theirs, ours = Encoder(), StrictDecoder()
        self.ours = ours
        for each in [*blocks, *blocks, *blocks]:
            assert self.decode(theirs.encode(each)) == each

    def test_recalled(self) -> None:
        """From the third time on nothing is decoded; a change of the table ends that."""
        fields = [(b"x-one", b"1"), (b"x-two", b"2")]
        blocks = [self.theirs.encode(fields) for _ in range(3)]
        self.assertIsNone(self.ours.recall(blocks[0]))
        for block in blocks:
            self.decode(block)
        self.assertEqual(self.ours.recall(blocks[2]), fields)
        self.decode(self.theirs.encode([(b"x-three", b"3")]))
        self.assertIsNone(self.ours.recall(blocks[2]))

    def test_bounded(self) -> None:
        """A client cannot make us keep more than a few."""
        for number in range(5 * MOST):
            # Literal, and never indexed: each block is another, and none changes the table.
            self.decode(b"\x10\x01x\x03%03d" % number)
        self.assertLessEqual(len(self.ours._known), MOST)

    @given(
        BLOCKS,
        st.lists(st.integers(0, 4096), max_size=3),
        st.lists(st.binary(max_size=12) | st.sampled_from(WRITTEN), max_size=4),
    )
    def test_as_hpack(self, blocks: list[Fields], sizes: list[int], others: list[bytes]) -> None:
        """Whatever is sent, we read what hpack reads, and its table is ours in the end."""
        client, hpack, ours = Encoder(), Decoder(), StrictDecoder()
        hpack.max_header_list_size = ours.max_header_list_size = 3000
        sent = []
        for number, each in enumerate([*blocks, *blocks]):
            if number < len(sizes):
                client.header_table_size = sizes[number]
            sent.append(client.encode(each, huffman=bool(number % 2)))
        for block in [*sent, *others]:
            try:
                wanted = [tuple(field) for field in hpack.decode(block, raw=True)]
            except HPACKError as error:
                is_long = isinstance(error, OversizedHeaderListError)
                with pytest.raises(OversizedHeaderListError if is_long else Unreadable):
                    ours.decode(block)
                break
            assert ours.decode(block) == wanted
            assert ours.header_table.dynamic_entries == hpack.header_table.dynamic_entries

    def test_resized(self) -> None:
        """A block means nothing any more when the table was made empty before it."""
        added, known = self.theirs.encode([(b"x", b"1")]), self.theirs.encode([(b"x", b"1")])
        for block in (added, known):
            self.decode(block)
        self.assertIsNotNone(self.ours.recall(known))
        self.decode(b"\x20")
        self.assertIsNone(self.ours.recall(known))
        with self.assertRaises(Unreadable):
            self.ours.decode(known)
        self.assertIsNone(self.ours.recall(b"\x20"))

    def test_unreadable(self) -> None:
        """What cannot be decoded is a compression error."""
        with self.assertRaises(Unreadable):
            self.ours.decode(b"\xff\xff\xff\xff\xff\xff\xff\xff")
