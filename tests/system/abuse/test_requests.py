"""Requests that are none: their method, target or host is not what a page may see."""

import pytest

from tests.system.abuse.target import Seen, Target
from tests.system.rawhttp2 import Answer, Fields, RawHttp2, name

#: What is wrong, by the pseudo-header fields that differ from a good GET; None: left out.
WRONG: dict[str, dict[str, str | None]] = {
    "CONNECT without path": {":method": "CONNECT", ":path": None, ":scheme": None},
    "CONNECT with path": {":method": "CONNECT"},
    "extended CONNECT": {":method": "CONNECT", ":protocol": "websocket"},
    "TRACE": {":method": "TRACE"},
    "method with a space": {":method": "G ET"},
    "method with CR LF": {":method": "GET\r\nX: y"},
    "empty method": {":method": ""},
    "no method": {":method": None},
    "path without slash": {":path": "abc"},
    "absolute path": {":path": "http://evil.example/x"},
    "path of two slashes": {":path": "//evil.example/x"},
    "path with spaces": {":path": "/login page"},
    "path with NUL": {":path": "/login\0"},
    "path with 8-bit bytes": {":path": "/login\xff"},
    "path with a fragment": {":path": "/login#x"},
    "star": {":path": "*"},
    "empty path": {":path": ""},
    "no path": {":path": None},
    "empty authority": {":authority": ""},
    "no authority": {":authority": None},
    "authority with user": {":authority": "user@localhost"},
    "authority of another": {":authority": "evil.example"},
    "no scheme": {":scheme": None},
    "unknown pseudo-header": {":name": "value"},
    "connection header": {"connection": "keep-alive"},
    "transfer-encoding": {"transfer-encoding": "chunked"},
    "wrong te": {"te": "gzip"},
    "two lengths": {"content-length": "1, 2"},
    "length of 5000 digits": {"content-length": "9" * 5000},
    "negative length": {"content-length": "-1"},
    "HEAD of no length": {":method": "HEAD", "content-length": "abc"},
    "HEAD of 5000 digits": {":method": "HEAD", "content-length": "9" * 5000},
    "upper case": {"X-Name": "value"},
    "name with a colon": {"x:name": "value"},
    "value with CR LF": {"x-name": "a\r\nset-cookie: b"},
    "value with NUL": {"x-name": "a\0b"},
}


@pytest.mark.parametrize("what", WRONG)
def test_refused(target: Target, what: str) -> None:
    """It is refused: the stream with a 4xx or a reset, or the connection with PROTOCOL_ERROR."""

    def attack() -> Seen:
        with target.connect() as client:
            client.send(client.head(1, _fields(client, WRONG[what])))
            answer = client.answer(1)
            refused = _how(client, answer)
            if not client.closed:
                assert client.get(3).status == 200
            return Seen(refused, 1)

    row = target.measure(f"request: {what}", attack, warm=False)
    assert row.cut[0] == "4" or row.cut in {
        "RST_STREAM PROTOCOL_ERROR",
        "GOAWAY PROTOCOL_ERROR",
    }, row


def _fields(client: RawHttp2, wrong: dict[str, str | None]) -> Fields:
    fields: dict[str | bytes, str | bytes | None] = dict(client.fields())
    fields.update(wrong)
    # Pseudo-header fields stand first, or that would be what is wrong.
    ordered = sorted(fields.items(), key=lambda field: not str(field[0]).startswith(":"))
    return [(field, _bytes(value)) for field, value in ordered if value is not None]


def _bytes(value: str | bytes) -> bytes:
    return value if isinstance(value, bytes) else value.encode("latin-1")


def _how(client: RawHttp2, answer: Answer) -> str:
    if answer.status:
        return str(answer.status)
    if answer.reset is not None:
        return f"RST_STREAM {name(answer.reset)}"
    return f"GOAWAY {name(client.end())}"
