"""Tokens: what the browser holds.  A store holds only a token's digest, its *key*.

256 random bits, written as 43 characters of base64url without padding (RFC 4648, section 5).
"""

import base64
import hashlib
import hmac
import re
from collections.abc import Callable

from attrs import field, frozen

TOKEN_BYTES = 32
TOKEN_CHARACTERS = 43
# The last character has four bits of the token, and two that are 0 in what we write.
_WRITTEN = re.compile(r"[A-Za-z0-9_-]{42}[AEIMQUYcgkosw048]")
#: Stores that spread sessions keep those of a shard together.
SHARDS = 16


@frozen
class Token:
    """A secret that proves a session.  It prints as ``<Token>``; *text* is for the cookie alone."""

    text: str = field(repr=False)
    #: SHA-256 of the token, 32 bytes: what a store may know of it.
    key: bytes = field(init=False, eq=False)

    @key.default
    def _digest(self) -> bytes:
        return hashlib.sha256(self.text.encode("ascii")).digest()

    def __repr__(self) -> str:
        return "<Token>"

    def derive(self, purpose: str) -> str:
        """A value bound to this token and *purpose* that does not reveal the token."""
        mac = hmac.new(self.text.encode("ascii"), purpose.encode("utf-8"), "sha256")
        return _encode(mac.digest())


def issue(random_bytes: bytes) -> Token:
    """The token made of 32 *random_bytes*."""
    if len(random_bytes) != TOKEN_BYTES:
        raise ValueError(f"a token takes {TOKEN_BYTES} random bytes, not {len(random_bytes)}")
    return Token(_encode(random_bytes))


def shard(key: bytes) -> int:
    """Which of the SHARDS the session under *key* is in."""
    return key[0] * SHARDS // 256


def issue_beside(key: bytes, random: Callable[[int], bytes]) -> Token:
    """A new token in the shard of *key*, so that a store can put one for the other in one step.

    Takes sixteen attempts on average, and four bits of the 256.
    """
    while True:
        token = issue(random(TOKEN_BYTES))
        if shard(token.key) == shard(key):
            return token


def parse(text: str) -> Token | None:
    """The token written as *text*, or None: anything but what :func:`issue` writes is not one."""
    return Token(text) if _WRITTEN.fullmatch(text) else None


def _encode(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode("ascii")
