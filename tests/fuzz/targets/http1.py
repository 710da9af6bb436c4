"""Bytes into a whole HTTP/1.1 connection."""

import re

from tests.fuzz.house import EchoHouse, unharmed
from tests.fuzz.target import target
from tests.wire.clients import H1, HOST

_HOST = f"\r\nHost: {HOST}\r\n".encode()
_DATE = re.compile(rb"\r\nDate: [^\r]*")


def _talk(pieces: list[bytes]) -> tuple[list[tuple[str, str, str, bytes]], bytes]:
    """What the site saw in *pieces*, each a read of its own, and all that it wrote."""
    house = EchoHouse()
    client = H1(house)
    for piece in pieces:
        client.protocol.dataReceived(piece)
        house.turn()
    # The client has said all: it is answered, and that is the end.
    client.protocol.readConnectionLost()
    house.turn(60)
    written = client.received()
    assert client.closed
    client.leave()
    house.close()
    return house.asked, _DATE.sub(b"", written)


def _check_answers(written: bytes, asked: int) -> None:
    """*written* is whole answers and nothing else, not fewer than were asked for.

    HEAD is told a length and gets nothing; no body of ours begins like an answer.
    """
    count = 0
    while written:
        head, end, rest = written.partition(b"\r\n\r\n")
        assert end
        assert re.match(rb"HTTP/1\.[01] [1-5][0-9][0-9] [ -~]+(?:\r\n|$)", head), head
        assert b" 500 " not in head[:14]
        length = re.search(rb"\r\nContent-Length: ([0-9]+)", head)
        size = int(length[1]) if length and rest and not rest.startswith(b"HTTP/1.") else 0
        assert len(rest) >= size
        written = rest[size:]
        count += not head.startswith(b"HTTP/1.1 100")
    assert count >= asked


@target(
    b"\x00GET / HTTP/1.1" + _HOST + b"\r\n",
    b"\x03POST /a?b HTTP/1.1" + _HOST + b"Content-Length: 3\r\n\r\nabcGET /c HTTP/1.1" + _HOST
    + b"Connection: close\r\n\r\n",
    b"\x07POST / HTTP/1.1" + _HOST + b"Transfer-Encoding: chunked\r\n\r\n3;x=y\r\nabc\r\n0\r\nT: u"
    + b"\r\n\r\nHEAD / HTTP/1.1" + _HOST + b"\r\n",
    b"\x01\r\nPUT / HTTP/1.1" + _HOST + b"Expect: 100-continue\r\nContent-Length: 1\r\n\r\nx",
    b"\x05GET http://login.example.com/x HTTP/1.0\r\nHost: [::1]\r\nA:\r\n b\r\n\r\n",
    tokens=(b"\r\n", _HOST, b"Content-Length: ", b"Transfer-Encoding: chunked\r\n", b"0\r\n\r\n",
            b"HTTP/1.1", b"HTTP/1.0", b"Expect: 100-continue\r\n", b"Connection: close\r\n",
            b"GET ", b"HEAD ", b"POST ", b"\r\n\r\n", b"\r", b"\n", b"\0", b"ffffffff\r\n", b";"),
)  # fmt: skip
def channel(data: bytes) -> None:
    """However the bytes are cut into reads, the requests and the answers are the same."""
    size, sent = data[:1], data[1:]
    step = size[0] % 32 + 1 if size else 1
    with unharmed():
        whole = _talk([sent])
        assert _talk([sent[at : at + step] for at in range(0, len(sent), step)]) == whole
    _check_answers(whole[1], len(whole[0]))
