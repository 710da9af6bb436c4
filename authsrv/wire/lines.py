"""An answer's header fields as bytes: checked, and what never changes only once.

A value with CR or LF would begin another field, or another answer: a page that lets one in has a
bug, and a 500 is better than the attack (RFC 9110, section 5.5).
"""

import re
from functools import lru_cache
from http import HTTPStatus
from typing import NamedTuple

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


_constant: dict[Pair, Line] = {}


def constant(*pairs: Pair) -> tuple[Pair, ...]:
    """*pairs*, which stand in our source and are written once."""
    _constant.update({pair: written(*pair) for pair in pairs})
    return pairs


def lines(pairs: tuple[Pair, ...]) -> list[Line]:
    """All of *pairs* but those that are ours to say.

    Raises ValueError for one that would break out of its field.
    """
    found = []
    for pair in pairs:
        line = _constant.get(pair)
        if line is not None:
            found.append(line)
        elif pair[0].lower() not in _OURS:
            found.append(written(*pair))
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
