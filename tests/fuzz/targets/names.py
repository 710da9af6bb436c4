"""What people type: names of accounts, texts about themselves, passwords."""

import unicodedata
from functools import cache

from authsrv.core.accounts import (
    LONGEST_NAME,
    LONGEST_TEXT,
    clean_group,
    clean_text,
    new_name,
    normalise_name,
)
from authsrv.core.errors import InvalidFields
from authsrv.core.lookalikes import scripts
from authsrv.core.passwords import LONGEST_BYTES, prepare
from authsrv.methods.password.rules import PasswordPolicy
from tests.fuzz.target import outcome, target

#: What ends a line or a field somewhere.
_ENDS = ("Cc", "Cs", "Zl", "Zp", "Cf")


def _text(data: bytes) -> str:
    # What a command line hands over has lone surrogates where it is not UTF-8.
    return data.decode("utf-8", "surrogateescape")


@target(
    b"alice",
    "김철수".encode(),
    "ﬁnn@example.com".encode(),
    "Åsa-İ".encode(),
    "ẖa".encode(),
    tokens=("İ".encode(), "\u0345".encode(), "ß".encode(), b"rn", "а".encode(), "ー".encode()),
    longest=200,
)
def account(data: bytes) -> None:
    """A name that is taken is its own normal form: whoever types what is shown can sign in."""
    text = _text(data)
    taken = outcome(InvalidFields, new_name, text)
    if isinstance(taken, InvalidFields):
        return
    name, shape = taken
    assert normalise_name(text) == name == normalise_name(name)
    assert new_name(name) == (name, shape)
    assert 0 < len(name) <= LONGEST_NAME
    assert name.isprintable()
    assert " " not in name
    assert len(scripts(name)) <= 1
    assert shape


@target(
    "Ada L.\u2028 \u200f".encode(),
    b"ops, dev",
    tokens=(b",", b"\r\n", b"\0", "\u3164".encode(), "\u00a0".encode(), "\u0301".encode()),
)
def text(data: bytes) -> None:
    """What may stand in a header and in a log: one line, bounded, clean already."""
    cleaned = clean_text(_text(data))
    assert clean_text(cleaned) == cleaned
    assert len(cleaned) <= LONGEST_TEXT
    assert not any(unicodedata.category(c) in _ENDS for c in cleaned)
    group = outcome(InvalidFields, clean_group, _text(data))
    if not isinstance(group, InvalidFields):
        assert group == cleaned
        assert not set(group) & set(",;|\r\n")


@cache
def _policy() -> PasswordPolicy:
    return PasswordPolicy(8, frozenset({"password", "correct horse"}))


@target(
    b"correct horse battery staple",
    "\u1100\u1161".encode() * 9,
    b"ab" * 40,
    tokens=(b"password", "é".encode(), "e\u0301".encode(), b"\xff"),
)
def password(data: bytes) -> None:
    """A password is in its normal form and bounded, or none; the policy only says what is wrong."""
    typed = _text(data)
    prepared = prepare(typed)
    if prepared is not None:
        assert prepare(prepared) == prepared
        assert len(prepared.encode()) <= LONGEST_BYTES
        assert prepared == unicodedata.normalize("NFC", typed)
        wrong = _policy()(prepared, [typed[:8], "alice"])
        assert wrong in {None, "password-short", "password-common", "password-name"}
        assert wrong is not None or len(prepared) >= 8
