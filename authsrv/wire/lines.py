"""An answer's header fields as bytes: checked, and what never changes only once.

A value with CR or LF would begin another field, or another answer: a page that lets one in has a
bug, and a 500 is better than the attack (RFC 9110, section 5.5).
"""

import re
from functools import lru_cache
from http import HTTPStatus
from typing import NamedTuple

from attrs import frozen
from twisted.web.http import datetimeToString

Pair = tuple[str, str]

_TOKEN = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")
_BREAKS_OUT = re.compile(r"[\x00\r\n]")


# Of one connection, and forbidden in HTTP/2 (RFC 9113, section 8.2.2).
_HOP_BY_HOP = frozenset({"keep-alive", "proxy-connection", "te", "upgrade"})
# A page cannot know how its answer is sent.
_OURS = frozenset({"content-length", "date", "connection", "transfer-encoding"})


class Line(NamedTuple):
    """One field as HTTP/1.1 writes it, and as HTTP/2 does."""

    text: bytes
    pair: tuple[bytes, bytes]


@frozen(eq=False)
class Fields:
    """Fields as HTTP/1.1 writes them, and as HTTP/2 does."""

    text: bytes
    pairs: tuple[tuple[bytes, bytes], ...]


class ReplyHead(NamedTuple):
    """The head of an answer: its status, and its fields."""

    status: int
    date: Line
    fields: Fields
    length: Line | None

    def text(self, version: bytes, more: bytes) -> bytes:
        """As HTTP/1.1 writes it, with *more* fields, and the empty line."""
        length = b"" if self.length is None else self.length.text
        first = status_line(version, self.status)
        return b"".join((first, self.date.text, self.fields.text, length, more, b"\r\n"))

    def pairs(self) -> list[tuple[bytes, bytes]]:
        """As HTTP/2 does."""
        length = () if self.length is None else (self.length.pair,)
        return [(b":status", b"%d" % self.status), self.date.pair, *self.fields.pairs, *length]


_constant: dict[Pair, Line] = {}
# As many as there are kinds of answers in our source.
_written: dict[tuple[Pair, ...], Fields] = {}


def constant(*pairs: Pair) -> tuple[Pair, ...]:
    """*pairs*, which stand in our source and are written once."""
    _constant.update({pair: written(*pair) for pair in pairs})
    return pairs


def are_constant(pairs: tuple[Pair, ...]) -> bool:
    """Whether all of *pairs* stand in our source."""
    return all(pair in _constant for pair in pairs)


def fields(pairs: tuple[Pair, ...]) -> Fields:
    """All of *pairs* but those that are ours to say.

    Raises ValueError for one that would break out of its field.
    """
    known = _written.get(pairs)
    if known is not None:
        return known
    lines = [
        _constant.get(pair) or written(*pair)
        for pair in pairs
        if pair in _constant or pair[0].lower() not in _OURS
    ]
    found = Fields(b"".join(line.text for line in lines), tuple(line.pair for line in lines))
    if are_constant(pairs):
        _written[pairs] = found
    return found


def written(name: str, value: str) -> Line:
    """One field.  Raises ValueError."""
    if not _TOKEN.fullmatch(name) or name.lower() in _HOP_BY_HOP:
        raise ValueError(f"{name!r} cannot name a header field of a page")
    if _BREAKS_OUT.search(value):
        raise ValueError(f"the value of {name} would break out of its field")
    label, content = name.encode("ascii"), value.encode("utf-8")
    return Line(b"%b: %b\r\n" % (label, content), (label.lower(), content))


@lru_cache(maxsize=2)
def date(now: int) -> Line:
    """The Date field at *now*, in whole seconds since the epoch."""
    return written("Date", datetimeToString(now).decode("ascii"))


@lru_cache(maxsize=256)
def length(size: int) -> Line:
    """The Content-Length of a body of *size* bytes."""
    return written("Content-Length", str(size))


@lru_cache(maxsize=64)
def status_line(version: bytes, status: int) -> bytes:
    """The first line of an HTTP/1.1 answer (RFC 9112, section 4)."""
    try:
        phrase = HTTPStatus(status).phrase.encode("ascii")
    except ValueError:
        phrase = b"Unknown"
    return b"%b %d %b\r\n" % (version, status, phrase)
