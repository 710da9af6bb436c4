"""Clients that take their time: a deadline does not move because something came meanwhile."""

import json
import time
from collections.abc import Callable, Iterator
from itertools import repeat
from pathlib import Path

import pytest
from h2.errors import ErrorCodes
from hyperframe.frame import DataFrame, HeadersFrame, PingFrame

from tests.system.abuse.conftest import PATIENCE, serve
from tests.system.abuse.target import Seen, Target
from tests.system.abuse.worker import queues
from tests.system.rawhttp2 import RawHttp2, name, raw

#: Seconds between two things that a slow client does, and how long it goes on.
_PAUSE, _GIVES_UP = 0.1, 2.5 * PATIENCE
#: When TCP must have ended although the client does not end it.
_STUBBORN = 20.0
#: Idle for so many seconds a connection is closed; the work on one answer takes longer.
_IDLE = 1
#: On a busy machine it takes as long as this, perhaps.
_WORKS = 120.0
_SLOW_HASH = {"memory_kib": 19456, "time": 300, "lanes": 1}

Part = HeadersFrame | DataFrame | PingFrame | bytes
#: What a client sends, a part at a time.
Parts = Callable[[RawHttp2], Iterator[Part]]


def trickled_head(client: RawHttp2) -> Iterator[Part]:
    """HEADERS, a byte at a time."""
    return (bytes([byte]) for byte in client.head(1).serialize())


def broken_off_head(client: RawHttp2) -> Iterator[Part]:
    """HEADERS that are to be continued, and then nothing."""
    yield client.head(1, flags=["END_STREAM"])
    yield from repeat(b"")


def broken_off_frame(client: RawHttp2) -> Iterator[Part]:
    """Half of a frame, and then nothing."""
    yield client.head(1).serialize()[:20]
    yield from repeat(b"")


def trickled_body(client: RawHttp2) -> Iterator[Part]:
    """A body, a byte at a time."""
    yield client.head(1, client.fields("/login", "POST"), ["END_HEADERS"])
    yield from repeat(DataFrame(1, data=b"x"))


def promised_body(client: RawHttp2) -> Iterator[Part]:
    """A body of which content-length has promised more than comes."""
    fields = client.fields("/login", "POST", ("content-length", "100"))
    yield client.head(1, fields, ["END_HEADERS"])
    yield DataFrame(1, data=b"x")
    yield from repeat(b"")


def no_body(client: RawHttp2) -> Iterator[Part]:
    """A POST that never ends, on a connection with a PING now and then."""
    yield client.head(1, client.fields("/login", "POST"), ["END_HEADERS"])
    for number in range(10**6):
        yield PingFrame(0, opaque_data=b"slow" + number.to_bytes(4, "big"))


HEADS: dict[str, Parts] = {
    each.__name__: each for each in (trickled_head, broken_off_head, broken_off_frame)
}
BODIES: dict[str, Parts] = {each.__name__: each for each in (trickled_body, promised_body, no_body)}


def _send_slowly(client: RawHttp2, parts: Iterator[Part], over: Callable[[], bool]) -> int:
    """Send until it is *over*, or the client gives up; how many parts were sent."""
    ends, sent = time.monotonic() + _GIVES_UP, 0
    while not over() and time.monotonic() < ends:
        if part := next(parts, b""):
            client.send(part)
            sent += 1
        client.read_until(over, _PAUSE)
    return sent


@pytest.fixture(scope="module", autouse=True)
def stubborn(impatient: Target) -> Iterator[RawHttp2]:
    """A client that was cut for a fatal error when the module began, and does not close."""
    with impatient.connect() as client:
        client.send(raw(0x0, 0, b"x"))
        assert client.end() == ErrorCodes.PROTOCOL_ERROR
        yield client


@pytest.mark.parametrize("kind", HEADS)
def test_heads(impatient: Target, kind: str) -> None:
    """A head that is not whole in time ends the connection."""

    def attack() -> Seen:
        with impatient.connect() as client:
            began = time.monotonic()
            sent = _send_slowly(client, HEADS[kind](client), lambda: client.closed)
            took = f"{time.monotonic() - began:.1f} s"
            cut = f"GOAWAY {name(client.goaway)}" if client.closed else "alive"
            return Seen(cut, sent, took)

    row = impatient.measure(f"slow {kind}", attack, warm=False)
    assert row.cut != "alive", row
    assert "none" not in row.cut, "closed without GOAWAY"


@pytest.mark.parametrize("kind", BODIES)
def test_bodies(impatient: Target, kind: str) -> None:
    """A body that is not whole in time is answered by 408 or a reset; the connection lives on."""

    def attack() -> Seen:
        with impatient.connect() as client:
            began = time.monotonic()
            sent = _send_slowly(client, BODIES[kind](client), lambda: _is_over(client))
            took = f"{time.monotonic() - began:.1f} s"
            assert not client.closed, f"GOAWAY {name(client.goaway)}"
            if not _is_over(client):
                return Seen("alive", sent, took)
            # What was under way when it was cut off, and another request.
            client.send(DataFrame(1, data=b"x"), client.head(3))
            assert client.answer(3).status == 200
            return Seen(_how(client), sent, took)

    row = impatient.measure(f"slow {kind}", attack, warm=False)
    assert row.cut in {"408", "408, RST_STREAM NO_ERROR"} or row.cut.startswith("RST_STREAM"), row


def test_hundred_bodies(impatient: Target) -> None:
    """A hundred bodies that never come are all let go in time."""

    def attack() -> Seen:
        with impatient.connect() as client:
            streams = range(1, 201, 2)
            fields = client.fields("/login", "POST")
            client.send(*(client.head(stream, fields, ["END_HEADERS"]) for stream in streams))
            assert client.sync()
            ended = client.read_until(lambda: _are_over(client, streams), _GIVES_UP)
            if not ended:
                return Seen("alive", 100)
            assert client.get(201).status == 200
            return Seen(_how(client), 100)

    row = impatient.measure("slow: 100 bodies", attack, warm=False)
    assert row.cut != "alive", row


def _is_over(client: RawHttp2) -> bool:
    return client.closed or _are_over(client, [1])


def _are_over(client: RawHttp2, streams: range | list[int]) -> bool:
    return all(stream in client.answers and client.answers[stream].over for stream in streams)


def _how(client: RawHttp2) -> str:
    answer = client.answers[1]
    said = [str(answer.status)] if answer.status else []
    said += [f"RST_STREAM {name(answer.reset)}"] if answer.reset is not None else []
    return ", ".join(said)


def test_stubborn(impatient: Target, stubborn: RawHttp2) -> None:
    """A client that does not close after GOAWAY is not waited for: TCP ends without it."""

    def attack() -> Seen:
        # We end TLS at once, and wait 15 s for it to do the same.
        ends = time.monotonic() + _STUBBORN
        while queues(impatient.server.ports.https, stubborn.port) is not None:
            assert time.monotonic() < ends, "TCP is still open"
            time.sleep(_PAUSE)
        return Seen("GOAWAY PROTOCOL_ERROR", 1)

    impatient.measure("slow to close", attack, warm=False)


def test_slow_handler(empty_home: Path, tmp_path_factory: pytest.TempPathFactory) -> None:
    """A connection on which a page works longer than the idle timeout is not idle."""
    settings = {
        "limits.idle_seconds": f"{_IDLE}s",
        "limits.handler_seconds": f"{_WORKS:.0f}s",
        "passwords.argon2": _SLOW_HASH,
    }
    body = json.dumps({"name": "nobody", "password": "not the right password"}).encode()

    def attack() -> Seen:
        with slow.connect() as client:
            fields = client.fields("/api/session", "POST", ("content-type", "application/json"))
            began = time.monotonic()
            client.send(client.head(1, fields, ["END_HEADERS"]))
            client.send(DataFrame(1, data=body, flags=["END_STREAM"]))
            assert client.answer(1, _WORKS).status == 401, f"GOAWAY {name(client.goaway)}"
            took = time.monotonic() - began
            assert took > 1.5 * _IDLE, "the hash was too fast to show anything"
            # Now it is.
            assert client.end() == ErrorCodes.NO_ERROR
            return Seen("GOAWAY NO_ERROR", note=f"401 after {took:.1f} s")

    for slow in serve(tmp_path_factory.mktemp("slow"), empty_home, settings):
        slow.measure(f"a page that works, idle timeout {_IDLE} s", attack, warm=False)
