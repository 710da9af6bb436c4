"""Clients that do not let us send: they may cost memory for a time, and no work."""

import time
from functools import partial

import pytest
from hyperframe.frame import PingFrame, SettingsFrame, WindowUpdateFrame

from tests.system.abuse import flood
from tests.system.abuse.conftest import PATIENCE
from tests.system.abuse.flood import Frames
from tests.system.abuse.target import Seen, Target, assert_cheap
from tests.system.abuse.worker import queues
from tests.system.client import Client
from tests.system.rawhttp2 import RawHttp2
from tests.system.waiting import until

INITIAL_WINDOW_SIZE = 4
LARGE = "/api/openapi.json"
#: Seconds in which a blocked client's cost is looked at, and what it may be: two ticks of 10 ms.
_WATCHED, _SHARE = 2.0, 0.01
#: PINGs a second, so few that they are no flood.
_EACH_SECOND = 5
#: In KiB: what 100 answers of 12 kB may take while they wait.
_HUNDRED_ANSWERS = 8_192


def ask(client: RawHttp2, count: int, path: str = LARGE, first: int = 0) -> list[int]:
    """*count* GETs in one write; their streams."""
    streams = [2 * number + 1 for number in range(first, first + count)]
    client.send(*(client.head(stream, client.fields(path)) for stream in streams))
    return streams


def expected(target: Target) -> bytes:
    """What LARGE is."""
    with Client(target.server) as client:
        return client.get(LARGE).body


@pytest.mark.parametrize("window", [0, 1])
@pytest.mark.parametrize("count", [1, 100])
def test_blocked(target: Target, window: int, count: int) -> None:
    """Answers that may not leave cost no time; when they may, all of them arrive whole."""
    whole = expected(target)

    def attack() -> Seen:
        with target.connect({INITIAL_WINDOW_SIZE: window}) as client:
            streams = ask(client, count)
            assert client.read_until(lambda: _have(client, streams, window), 10)
            before = target.worker.cpu()
            client.read_for(_WATCHED)
            share = (target.worker.cpu() - before) / _WATCHED
            assert all(len(client.answers[stream].body) == window for stream in streams)
            client.send(SettingsFrame(0, settings={INITIAL_WINDOW_SIZE: 2**20}))
            assert all(client.answer(stream).body == whole for stream in streams)
        assert share <= _SHARE, f"{share:.1%} of a core"
        return Seen("alive", note=f"{share:.1%} of a core while blocked")

    row = target.measure(f"window {window}, {count} streams", attack, warm=False)
    assert row.peak < _HUNDRED_ANSWERS, row


def test_negative(target: Target) -> None:
    """A window driven below zero by SETTINGS stays shut until it is above it again."""
    whole = expected(target)

    def attack() -> Seen:
        with target.connect({INITIAL_WINDOW_SIZE: 1000}) as client:
            ask(client, 1)
            assert client.read_until(lambda: _have(client, [1], 1000))
            client.send(SettingsFrame(0, settings={INITIAL_WINDOW_SIZE: 0}))
            # Now it is -1000; this makes it 0.
            client.send(WindowUpdateFrame(1, window_increment=1000))
            assert client.sync()
            before = target.worker.cpu()
            client.read_for(_WATCHED)
            share = (target.worker.cpu() - before) / _WATCHED
            assert len(client.answers[1].body) == 1000
            client.send(WindowUpdateFrame(1, window_increment=1))
            assert client.read_until(lambda: _have(client, [1], 1001))
            client.send(SettingsFrame(0, settings={INITIAL_WINDOW_SIZE: 65535}))
            assert client.answer(1).body == whole
        assert share <= _SHARE, f"{share:.1%} of a core"
        return Seen("alive", note=f"{share:.1%} of a core while negative")

    target.measure("window negative", attack, warm=False)


def _have(client: RawHttp2, streams: list[int], size: int) -> bool:
    """Whether so much of each answer has come."""
    found = [client.answers.get(stream) for stream in streams]
    return all(each is not None and each.headers and len(each.body) == size for each in found)


def _drip(stream: int, client: RawHttp2) -> Frames:
    ask(client, 100)
    while True:
        yield WindowUpdateFrame(stream, window_increment=1)


@pytest.mark.parametrize("stream", [0, 1])
def test_drip(target: Target, stream: int) -> None:
    """A client that opens its windows a byte at a time, with 100 answers waiting, is cut."""
    flooding = partial(flood.read, target, partial(_drip, stream), {INITIAL_WINDOW_SIZE: 0})
    row = target.measure(f"window of 1 again and again on {stream}", flooding)
    assert_cheap(row)


def test_ping_meanwhile(impatient: Target) -> None:
    """PINGs do not prolong the life of a client that lets nothing be sent."""

    def attack() -> Seen:
        with impatient.connect({INITIAL_WINDOW_SIZE: 0}) as client:
            ask(client, 100)
            pings = 0
            while client.sync() and pings < 4 * PATIENCE * _EACH_SECOND:
                client.read_for(1 / _EACH_SECOND)
                pings += 1
            assert client.closed, "still open"
            return Seen(flood.how(client), 100 + pings)

    row = impatient.measure("window 0 and PINGs", attack, warm=False)
    assert row.cut == "GOAWAY ENHANCE_YOUR_CALM"
    assert row.peak < _HUNDRED_ANSWERS, row


def test_unread(impatient: Target) -> None:
    """A client that reads nothing while 100 answers wait is cut; memory is bounded meanwhile."""

    def attack() -> Seen:
        with impatient.connect({INITIAL_WINDOW_SIZE: 2**31 - 1}, receive_buffer=4096) as client:
            sent, kept = _fill(impatient, client)
            # There is nothing to be seen from outside before we read.
            time.sleep(2 * PATIENCE)
            return Seen(flood.how(client, 20), sent, f"{kept >> 10} KiB in the kernel")

    row = impatient.measure("window wide, unread", attack, warm=False)
    assert row.peak < _HUNDRED_ANSWERS, row


def test_unread_pings(target: Target) -> None:
    """PINGs by a client that reads nothing, to which nothing more can be written, are cut."""

    def attack() -> Seen:
        with target.connect({INITIAL_WINDOW_SIZE: 2**31 - 1}, receive_buffer=4096) as client:
            sent, _ = _fill(target, client)
            ping = PingFrame(0, opaque_data=bytes(8))
            client.send(*[ping] * 2_000)
            return Seen(flood.how(client, 20), sent + 2_000)

    row = target.measure("window wide, unread, and PINGs", attack, warm=False)
    assert row.peak < _HUNDRED_ANSWERS, row


def _fill(target: Target, client: RawHttp2) -> tuple[int, int]:
    """Ask until the kernel takes no more of our answers, and 100 of them wait in the worker.

    How many were asked for, and the bytes that the kernel keeps.
    """
    server, sent, kept = target.server, 0, -1
    with target.connect() as other:
        while sent < 2_000:
            wanted = len(server.requests()) + 50
            ask(client, 50, first=sent)
            sent += 50
            until(lambda wanted=wanted: len(server.requests()) >= wanted, 10)  # type: ignore[misc]  # mypy wants a lambda without arguments
            # What was answered leaves in the reactor's next turn.
            assert other.sync()
            assert other.sync()
            found = queues(server.ports.https, client.port)
            assert found is not None, "closed"
            before, kept = kept, found[0]
            if kept - before < 300_000:
                # Of 600 kB.  What is asked for now waits, and what is too much is refused.
                ask(client, 100, first=sent)
                return sent + 100, kept
    raise AssertionError("it is never full")
