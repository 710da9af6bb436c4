"""How notices travel."""

import json

from hypothesis import given, settings
from hypothesis import strategies as st
from twisted.trial.unittest import SynchronousTestCase

from authsrv.stores.board import Notice
from authsrv.stores.redis.wording import Message, parse

KEY = bytes(range(32))
KEYS = st.binary(min_size=32, max_size=32)
NOTICES = st.one_of(
    st.builds(Notice, sessions=st.lists(KEYS, min_size=1, max_size=3).map(tuple)),
    st.builds(Notice, account=st.text(), keep=st.none() | KEYS, one=st.none() | st.text()),
    st.builds(Notice, accounts=st.lists(st.text(), max_size=3).map(tuple)),
    st.builds(Notice, everything=st.booleans(), certain=st.booleans()),
)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=8,
)
FIELDS = st.sampled_from(sorted(["number", "from", "sessions", "account", "one", "keep"]))
ANYTHING = Message(0, "", Notice(everything=True, certain=False))
GOOD = {"number": 1, "from": "w"}
BAD: list[object] = [
    {},
    [],
    None,
    "text",
    {"number": 1},
    {"from": "w"},
    GOOD | {"number": "one"},
    GOOD | {"number": None},
    GOOD | {"number": float("inf")},
    GOOD | {"number": float("nan")},
    GOOD | {"from": "\ud800"},
    GOOD | {"from": "계정"},
    GOOD | {"sessions": KEY.hex()},
    GOOD | {"sessions": ""},
    GOOD | {"sessions": ["zz"]},
    GOOD | {"sessions": [5]},
    GOOD | {"sessions": {KEY.hex(): 1}},
    GOOD | {"accounts": "alice"},
    GOOD | {"accounts": 5},
    GOOD | {"account": "alice", "keep": 5},
    GOOD | {"account": "alice", "keep": "zz"},
    GOOD | {"groups": ["ops"]},
]
BAD_TEXTS = [
    b"",
    b"{",
    b"\xff",
    b"\0" * 9,
    b"[" * 100_000,
    b'{"number":' + b"9" * 5000 + b',"from":"w"}',
    b'{"number":1,"from":"w"}{}',
]


class RoundTripTests(SynchronousTestCase):
    """From a message to its text and back."""

    @settings(deadline=None)
    @given(st.integers(0, 2**53), st.text("0123456789abcdef"), NOTICES)
    def test_round_trip(self, number: int, sender: str, notice: Notice) -> None:
        """What arrives is what was sent, in every field."""
        message = Message(number, sender, notice)
        self.assertEqual(parse(message.text().encode("ascii")), message)

    def test_one_line(self) -> None:
        """A message is short, printable and one line, whatever an account's id is."""
        text = Message(7, "w", Notice(account="a\n\r\0\ud800한", one="x")).text()
        self.assertTrue(text.isascii() and text.isprintable(), text)
        self.assertEqual(
            Message(7, "w", Notice(sessions=(KEY,))).text(),
            f'{{"number":7,"from":"w","sessions":["{KEY.hex()}"]}}',
        )


class HostileTests(SynchronousTestCase):
    """What nobody of us has written."""

    def test_nonsense(self) -> None:
        """What cannot be read may have been about anything, ends nobody, and is not confirmed."""
        texts = [json.dumps(each).encode() for each in BAD]
        for text in [*texts, *BAD_TEXTS]:
            self.assertEqual(parse(text), ANYTHING, text[:80])

    @settings(deadline=None, max_examples=300)
    @given(st.binary() | JSON.map(json.dumps).map(str.encode))
    def test_anything(self, text: bytes) -> None:
        """No message does any harm; at the worst every copy is asked for again."""
        self.assertIsInstance(parse(text), Message)

    @settings(deadline=None, max_examples=300)
    @given(st.dictionaries(FIELDS, JSON))
    def test_almost(self, facts: dict[str, object]) -> None:
        """A message with a wrong value in a field is read as such a message, or as nonsense."""
        message = parse(json.dumps(GOOD | facts).encode())
        if message != ANYTHING:
            self.assertTrue(message.sender.isascii())
            self.assertTrue(all(isinstance(key, bytes) for key in message.notice.sessions))

    def test_future(self) -> None:
        """A field that only a later version knows is not passed over as if it were not there."""
        text = json.dumps(GOOD | {"accounts": ["alice"], "groups": ["ops"]}).encode()
        self.assertEqual(parse(text), ANYTHING)
