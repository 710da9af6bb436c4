"""A token has one spelling, prints as nothing, and cannot be had from what stores keep."""

import base64
import hashlib
import random

from hypothesis import given, settings
from hypothesis import strategies as st
from twisted.trial.unittest import SynchronousTestCase

from authsrv.core.tokens import (
    SHARDS,
    TOKEN_BYTES,
    TOKEN_CHARACTERS,
    Token,
    issue,
    issue_beside,
    parse,
    shard,
)

ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
RAW = st.binary(min_size=TOKEN_BYTES, max_size=TOKEN_BYTES)
COUNTED = bytes(range(TOKEN_BYTES))


class IssueTests(SynchronousTestCase):
    """Making tokens."""

    @settings(deadline=None)
    @given(RAW)
    def test_round_trip(self, raw: bytes) -> None:
        """What is issued is parsed, and holds all the random bytes it was made of."""
        token = issue(raw)
        self.assertEqual(parse(token.text), token)
        self.assertEqual(base64.urlsafe_b64decode(token.text + "="), raw)

    @settings(deadline=None)
    @given(RAW)
    def test_letters(self, raw: bytes) -> None:
        """A token is 43 letters that need no quoting in a cookie."""
        text = issue(raw).text
        self.assertEqual(len(text), TOKEN_CHARACTERS)
        self.assertLessEqual(set(text), set(ALPHABET))

    def test_wrong_size(self) -> None:
        """A token of fewer bytes, or of more, is never made."""
        for size in (0, 16, TOKEN_BYTES - 1, TOKEN_BYTES + 1):
            self.assertRaises(ValueError, issue, bytes(size))


class ShardTests(SynchronousTestCase):
    """Which sessions are kept together."""

    def test_shards(self) -> None:
        """The first four bits of a key are its shard, so all shards are as large."""
        shards = [shard(bytes([first]) + bytes(31)) for first in range(256)]
        self.assertEqual(shards, [first // 16 for first in range(256)])
        self.assertEqual(set(shards), set(range(SHARDS)))

    @settings(deadline=None)
    @given(RAW, st.randoms(use_true_random=False))
    def test_beside(self, key: bytes, chance: random.Random) -> None:
        """A token beside a key is in its shard, and is one that would have been issued anyway."""
        drawn: list[bytes] = []

        def draw(count: int) -> bytes:
            drawn.append(chance.randbytes(count))
            return drawn[-1]

        token = issue_beside(key, draw)
        self.assertEqual(shard(token.key), shard(key))
        self.assertEqual(token, issue(drawn[-1]))
        self.assertTrue(all(shard(issue(raw).key) != shard(key) for raw in drawn[:-1]))
        self.assertEqual({len(raw) for raw in drawn}, {TOKEN_BYTES})


class ParseTests(SynchronousTestCase):
    """Reading what a browser sends."""

    @settings(deadline=None)
    @given(RAW)
    def test_one_spelling(self, raw: bytes) -> None:
        """Of the spellings that decode to the same bytes only the issued one is a token."""
        text = issue(raw).text
        decoded = base64.urlsafe_b64decode(text + "=")
        for last in ALPHABET:
            other = text[:-1] + last
            if base64.urlsafe_b64decode(other + "=") == decoded and other != text:
                self.assertIsNone(parse(other))

    @settings(deadline=None)
    @given(st.text(max_size=50) | st.text(ALPHABET + "+/=", min_size=42, max_size=44))
    def test_any_text(self, text: str) -> None:
        """Any text is either no token or exactly what would be issued for its bytes."""
        token = parse(text)
        if token is not None:
            self.assertEqual(issue(base64.urlsafe_b64decode(text + "=")).text, text)

    def test_other_alphabets(self) -> None:
        """The plain base64 alphabet, padding, spaces and wide letters are not read."""
        text = issue(b"\xff" * TOKEN_BYTES).text
        self.assertIn("_", text)
        for other in (
            text.replace("_", "/"),
            text.replace("_", "/", 1),
            issue(b"\xfb\xef\xbe" * 10 + b"\xfb\xef").text.replace("-", "+"),
            text + "=",
            text[:-1] + "=",
            text[:-2] + "==",
            " " + text[1:],
            text[:-1] + "\n",
            text + "\n",
            text[:20] + "\r\n" + text[22:],
            text[:-1] + "\x00",
            "Ａ" + text[1:],
            text[:-1],
            text + "A",
            "",
            "A" * 10_000,
        ):
            self.assertIsNone(parse(other), ascii(other[:60]))


class SecretTests(SynchronousTestCase):
    """What a token gives away."""

    def test_prints_nothing(self) -> None:
        """A token shows itself in no way of printing it, alone or inside a value."""
        token = issue(COUNTED)
        for shown in (repr(token), str(token), f"{token}", f"{[token]}", "%s" % token):  # noqa: UP031  old
            self.assertIn("<Token>", shown)
            self.assertNotIn(token.text, shown)

    def test_key(self) -> None:
        """The key is the SHA-256 of the text: 32 bytes that do not contain the token."""
        token = issue(COUNTED)
        self.assertEqual(token.key, hashlib.sha256(token.text.encode()).digest())
        self.assertNotEqual(token.key, COUNTED)

    @settings(deadline=None)
    @given(RAW, RAW)
    def test_keys_differ(self, one: bytes, other: bytes) -> None:
        """Two tokens have one key only if they are one token."""
        self.assertEqual(issue(one).key == issue(other).key, one == other)

    def test_derive(self) -> None:
        """A derived value depends on the token and on the purpose, and on nothing else."""
        token, other = issue(COUNTED), issue(COUNTED[::-1])
        self.assertEqual(token.derive("form"), Token(token.text).derive("form"))
        values = {
            token.derive("form"),
            token.derive("계정"),
            token.derive(""),
            other.derive("form"),
        }
        self.assertEqual(len(values), 4)
        self.assertTrue(values.isdisjoint({token.text, other.text, token.key.hex()}))

    def test_frozen(self) -> None:
        """A token cannot be changed."""
        with self.assertRaises(AttributeError):
            issue(COUNTED).text = "another"  # type: ignore[misc]  # frozen
