"""Bodies: forms and JSON."""

import json
from urllib.parse import unquote_to_bytes, urlencode

from authsrv.core.errors import InvalidFields, Malformed, Refused, UnsupportedMedia
from authsrv.pages.api import Credentials
from authsrv.web import answers, api, forms
from tests.fuzz.target import outcome, target

FORM = "application/x-www-form-urlencoded"


@target(
    b"name=alice&password=a+b%26c&remember=yes",
    b"a=%EA%B9%80&b&c=",
    b"a=1&a=2",
    tokens=(b"&", b"=", b"+", b";", b"%", b"%00", b"%ff", b"%C3%A9", b"name", b"return="),
)
def form(data: bytes) -> None:
    """A form has each field once, as the standard decodes it, and says the same written again."""
    read = outcome(Malformed, forms.parse, FORM + "; charset=utf-8", data)
    if isinstance(read, Malformed):
        return
    found = read.fields
    pairs = [pair.partition(b"=") for pair in data.split(b"&") if pair]
    decoded = [(_decoded(name), _decoded(value)) for name, _, value in pairs]
    assert list(found.items()) == decoded
    assert len(found) <= forms.MOST_FIELDS
    assert forms.parse_pairs(urlencode(found)) == found


def _decoded(part: bytes) -> str:
    return unquote_to_bytes(part.replace(b"+", b" ")).decode()


@target(
    b"application/x-www-form-urlencoded",
    b" Application/X-WWW-Form-Urlencoded ;charset=x",
    tokens=(b";", b"application/json", FORM.encode(), b"\t", b"\xa0"),
)
def media_type(data: bytes) -> None:
    """Only a form is read as a form."""
    text = data.decode("latin-1")
    essence = text[: (text + ";").index(";")].strip().lower()
    read = outcome(UnsupportedMedia, forms.parse, text, b"a=b")
    assert isinstance(read, UnsupportedMedia) is (essence != FORM)


class _Sent:
    """A request with a body of JSON."""

    def __init__(self, body: bytes) -> None:
        self.body = body

    def header(self, name: str) -> str:
        """Its only field."""
        assert name == "content-type"
        return "application/json; charset=utf-8"


@target(
    b'{"name": "alice", "password": "correct horse", "remember": true}',
    b'{"name": 1, "name": "\\ud83d\\ude00", "x": [{}]}',
    tokens=(b'"name"', b'"password"', b'"remember"', b"true", b"null", b"1e999", b"\\ud800", b"[[",
            b"{}", b"NaN", b"\\u0000", b"\xff", b"\xef\xbb\xbf"),
)  # fmt: skip
def credentials(data: bytes) -> None:
    """JSON is credentials, or is refused with an answer that can be sent and quotes no value."""
    read = outcome(Refused, api.read, _Sent(data), Credentials)
    if isinstance(read, InvalidFields):
        sent = answers.problem(422, "no", {"fields": read.fields}).body
        assert json.loads(sent)["fields"] == read.fields
    if isinstance(read, Refused):
        assert isinstance(read, Malformed | InvalidFields)
        return
    assert len(read.name) <= 256
    assert len(read.password) <= 1024
    assert repr(read) == f"Credentials(name={read.name!r}, remember={read.remember})"
    assert (read.name + read.password).encode() is not None
