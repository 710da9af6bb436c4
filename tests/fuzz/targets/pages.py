"""Whole requests to the pages."""

import re
from functools import cache

from authsrv.testing import parse_answer
from authsrv.wire.target import METHODS
from tests import asked
from tests.fuzz.draw import Draw
from tests.fuzz.house import unharmed
from tests.fuzz.target import target
from tests.pages.hostile import HEADERS, PATHS, Visitors, request, written

_FIELDS = asked.fields()
_FORM = b"content-type: application/x-www-form-urlencoded\n\n"
_SAME = b"sec-fetch-site: same-origin\n"


@cache
def _visitors() -> Visitors:
    return Visitors()


@target(
    bytes((0, 0, 5)) + b"?notice=password-changed\naccept: text/html\n\n",
    bytes((0, 2, 2)) + b"\n" + _SAME + _FORM + b"name=alice&password=x&return=/account&remember=1",
    bytes((1, 2, 10)) + b"\ncontent-type: application/json\n\n" + b'{"name": "a", "password": "b"}',
    bytes((1, 5, 11)) + b"?others\nsec-fetch-mode: cors\n\n",
    bytes((1, 2, 6)) + b"\nsec-fetch-mode: navigate\n" + _FORM + b"current=a&new=b&again=b",
    tokens=(*(f"{name}: ".encode() for name in HEADERS), *(f"{n}=".encode() for n in _FIELDS),
            b"\n", b"\n\n", _FORM, _SAME, b"text/html", b"navigate", b"&", b"?", b"%00", b"ko",
            b"__Host-authsrv=", b"__Host-authsrv-language=ko", b"accept-language: en;q=x", b";q="),
)  # fmt: skip
def answer(data: bytes) -> None:
    """Any method, path, query, header fields and body: an answer, and not that it is our fault."""
    draw = Draw(data)
    browser = _visitors().both()[draw.number() % 2]
    method, path = draw.one(METHODS), draw.one(PATHS)
    head, _, body = draw.rest().partition(b"\n\n")
    query, *lines = head.replace(b"\r", b"").split(b"\n")
    pairs = [line.partition(b":") for line in lines if line]
    first = f"{method} {path}".encode() + query + b" HTTP/1.1"
    with unharmed():
        answered = written(browser, request(browser, first, [(n, v) for n, _, v in pairs], body))
    # Nothing, if it says that more is to come.
    if answered:
        told = parse_answer(answered, method)
        assert 200 <= told.status < 500, told
        assert not re.search(rb"Traceback|authsrv\.|site-packages", told.body)
